"""Runs axe-core in a page that a browser has open and gives back what it holds against the page."""

from dataclasses import dataclass
from functools import cache
from pathlib import Path

from playwright.sync_api import Page

SOURCE = Path(__file__).parent.parent / "tools/web/node_modules/axe-core/axe.min.js"

OPTIONS = {
    True: "{resultTypes: ['violations']}",
    False: "{resultTypes: ['violations'], rules: {'color-contrast': {enabled: false}}}",
}


@dataclass(frozen=True)
class Violation:
    """One rule broken: its id, its weight, what it asks for, and the CSS selectors of the elements at fault."""

    rule: str
    impact: str
    help: str
    targets: tuple[str, ...]


@cache
def _source() -> str:
    return SOURCE.read_text(encoding="utf-8")


def axe_check(page: Page, *, colours: bool = True) -> list[Violation]:
    """Every violation of every rule, best practices included; without `colours`, contrast is left to who measures it otherwise.

    The source goes in through the debugger (Runtime.evaluate), which the page's own policy does not govern, so the
    page is checked under the very CSP that its readers get.
    """
    session = page.context.new_cdp_session(page)
    try:
        session.send("Runtime.evaluate", {"expression": f"{_source()};undefined"})
        answer = session.send(
            "Runtime.evaluate",
            {
                "expression": f"axe.run(document, {OPTIONS[colours]}).then(found => found.violations)",
                "awaitPromise": True,
                "returnByValue": True,
            },
        )
    finally:
        session.detach()
    if "exceptionDetails" in answer:
        raise RuntimeError(answer["exceptionDetails"])
    return [
        Violation(
            rule=found["id"],
            impact=found["impact"] or "",
            help=found["help"],
            targets=tuple(" ".join(map(str, node["target"])) for node in found["nodes"]),
        )
        for found in answer["result"]["value"]
    ]
