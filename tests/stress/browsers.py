"""A few people of a town at their browsers: less work than to have everybody log in."""

from tests.cases.conftest import Lives
from tests.cases.pages import Reader, application


def come_in(lives: Lives, *names: str) -> dict[str, Reader]:
    """These people, logged in; half a minute later, since a code opens once."""
    app = application(lives)
    with lives.town.later(seconds=30):
        return {name: Reader(app, lives, name) for name in names}
