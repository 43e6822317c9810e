"""A form at the keyboard: where Tab leads, what is outlined, and what is said when the form is refused."""

from collections.abc import Iterator
from itertools import pairwise
from typing import Any, TypedDict

from playwright.sync_api import Page

RING = 3  # px
ROW = 4  # px by which two things on one line may differ

# What Tab should reach, in the order of the page: of radios with one name, the one that is checked or else the first.
EXPECTED = """() => {
  const stops = 'a[href], button, input:not([type=hidden]), select, textarea, summary, [tabindex]';
  window.reached = [];
  document.addEventListener('focusin', (event) => {
    const style = getComputedStyle(event.target);
    window.reached.push([event.target, style.outlineStyle === 'none' ? 0 : parseFloat(style.outlineWidth)]);
  });
  const radios = new Map();
  window.expected = [...document.querySelectorAll(stops)].filter((e) => {
    if (!e.checkVisibility() || e.disabled || e.tabIndex < 0 || (e.hidden && !e.offsetParent)) return false;
    if (e.type !== 'radio') return true;
    const name = `${e.form ? [...document.forms].indexOf(e.form) : ''} ${e.name}`;
    if (!radios.has(name)) radios.set(name, [...document.getElementsByName(e.name)].find((r) => r.form === e.form && r.checked) || e);
    return radios.get(name) === e;
  });
  document.activeElement.blur();
  for (const stuck of document.querySelectorAll('.decide, .skip')) stuck.style.position = 'static';
  return window.expected.length;
}"""
REACHED = """() => {
  const told = (e) => e.outerHTML.slice(0, 120);
  const reached = window.reached.slice(0, window.expected.length);  // a last Tab may have come back to the top
  return { expected: window.expected.map(told), reached: reached.map(([e]) => told(e)),
    rings: reached.map(([, ring]) => ring),
    boxes: reached.map(([e]) => e.getBoundingClientRect()).map((b) => [b.left, b.top, b.right, b.bottom]) };
}"""

# What a refused form says: where the focus is, which links of the summary lead nowhere, which wrong fields are not tied to their sentence.
REFUSED = """() => {
  const box = document.querySelector('.error-summary');
  const wrong = [...document.querySelectorAll('.field-wrong')];
  const inner = wrong.filter((field) => !field.querySelector('.field-wrong'));
  const control = (field) => field.querySelector('[aria-describedby]');
  const tied = (e) => (e.getAttribute('aria-describedby') || '').split(' ').some((id) => /-error$/.test(id) && document.getElementById(id));
  const marked = (e) => e.getAttribute('aria-invalid') === 'true' || (e.matches('fieldset, .rows') && !e.matches('[role=radiogroup]'));
  return { focused: document.activeElement === box, role: box && box.getAttribute('role'), wrong: wrong.length,
    links: box ? [...box.querySelectorAll('a')].length : 0,
    lost: box ? [...box.querySelectorAll('a')].filter((a) => !document.getElementById(a.hash.slice(1))).map((a) => a.hash) : [],
    loose: inner.filter((field) => !control(field) || !tied(control(field)) || !marked(control(field))).map((e) => e.outerHTML.slice(0, 300)) };
}"""


class Walked(TypedDict):
    """Of each stop: what it is, the width of its outline, its box."""

    expected: list[str]
    reached: list[str]
    rings: list[float]
    boxes: list[list[float]]


def walk(page: Page) -> Walked:
    """Tab from the top of the page to the bottom; a date has several stops inside."""
    stops: int = page.evaluate(EXPECTED)
    for _ in range(stops + 3 * page.locator("input[type=date], input[type=time]").count()):
        page.keyboard.press("Tab")
    walked: Walked = page.evaluate(REACHED)
    return walked


def astray(walked: Walked) -> Iterator[str]:
    """Where Tab does not follow the page: the order of the text, then the order of the eyes, from top to bottom."""
    if walked["reached"] != walked["expected"]:
        yield f"expected {walked['expected']}, reached {walked['reached']}"
    for (one, two), (before, after) in zip(pairwise(walked["reached"]), pairwise(walked["boxes"]), strict=True):
        above, left = after[3] <= before[1] + ROW, after[2] <= before[0] + ROW and after[1] < before[3] - ROW
        if above or left:
            yield f"{two} comes after {one}"


def unseen(walked: Walked) -> Iterator[str]:
    """Stops that nothing outlines."""
    yield from (stop for stop, ring in zip(walked["reached"], walked["rings"], strict=True) if ring < RING)


def refused(page: Page) -> Iterator[str] | None:
    """Send the form as it is. What its refusal does not announce, or None when it was not refused."""
    form = page.locator("main form").filter(has=page.locator("input:not([type=hidden]), select, textarea")).first
    button = form.locator(":is(.btn-primary, .btn-danger)[type=submit]").first
    if not button.count():  # what was sent before has changed the page
        return None
    with page.expect_navigation() as following:
        button.click()
    return _unsaid(page.evaluate(REFUSED), page.url) if following.value.status == 422 else None


def _unsaid(said: dict[str, Any], url: str) -> Iterator[str]:
    if not said["focused"] or said["role"] != "alert":
        yield f"the summary of errors is neither announced nor focused on {url}"
    yield from (f"the link {name} leads nowhere" for name in said["lost"])
    yield from (f"not tied to its error: {field}" for field in said["loose"])
