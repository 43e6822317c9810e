"""Runs the steps of one store on the connection it is given; each folder beside this file holds the steps of one store."""

from alembic import context

context.configure(connection=context.config.attributes["connection"], transactional_ddl=True)
with context.begin_transaction():
    context.run_migrations()
