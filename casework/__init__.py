"""Coordination of nominative situations in French town halls: `create_app` puts the parts together, in the order they act."""

import os

from flask import Flask
from flask_bootstrap import Bootstrap5

from casework.config import Settings, open_house
from casework.mail.service import MAILER
from casework.restoring.state import require_current
from casework.routes import PARTS, Parts
from casework.store.base import CaseBase, KeyBase, require_declared
from casework.store.house import House
from casework.store.shipped import folder
from casework.web import context, errors, filters, guard, headers, page, turns, weight
from casework.web.needs import library, under

LIMITS = {"MAX_CONTENT_LENGTH": 128 * 1024, "MAX_FORM_MEMORY_SIZE": 128 * 1024, "MAX_FORM_PARTS": 1_000}
TEMPLATES = str(folder("templates"))


def create_app(settings: Settings | None = None, house: House | None = None, parts: Parts = PARTS) -> Flask:
    """The application of one body. Errors: Unsafe, ProviderUnusable or Undeclared, with what to change."""
    require_declared(CaseBase, KeyBase)
    settings = settings or Settings.read(os.environ)
    house = page.WatchedHouse.of(house or open_house(settings))
    require_current(house)
    # No SECRET_KEY: Flask's own session, which a browser can read, stays impossible.
    app = errors.Discreet(__name__, static_folder=None, static_url_path="/static", template_folder=TEMPLATES)
    app.config.update(LIMITS, TRUSTED_HOSTS=list(settings.trusted_hosts), BOOTSTRAP_SERVE_LOCAL=True)
    app.url_map.strict_slashes = app.url_map.merge_slashes = False
    Bootstrap5(app)
    weight.install(app)
    headers.install(app, demo=settings.demo)
    page.install(app, house)
    turns.install(app)
    guard.install(app, under(parts.routes, house.charter), parts.doors, (library(app, "bootstrap.static"),))
    errors.install(app, parts.refusals or {})
    filters.install(app)
    context.install(app, context.Public(settings.town, settings.contact, settings.dpo, settings.demo))
    app.extensions[MAILER] = settings.mailer
    app.extensions["casework.tasks"], app.extensions["casework.panels"] = parts.tasks, parts.panels
    guard.check_declared(app, house.charter)
    return app
