"""What the script adds to pages that work without it: drafts, counters, the end of a session, the veil."""

from collections.abc import Iterator
from itertools import product
from typing import Literal

import pytest
from playwright.sync_api import Browser, Page, Route, expect

from tests.chromium import chromium
from tests.e2e.measuring import weak
from tests.web.gallery import serving

pytestmark = pytest.mark.e2e
SCHEMES: tuple[Literal["light", "dark"], ...] = ("light", "dark")


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    with serving() as found:
        yield found


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as found:
        yield found


@pytest.fixture
def page(browser: Browser, address: str) -> Iterator[Page]:
    context = browser.new_context()
    opened = context.new_page()
    opened.clock.install()
    opened.goto(address)
    yield opened
    context.close()


def answer(page: Page, path: str, status: int) -> list[str]:
    """Answer what is posted to `path`; gives back the bodies, as they come."""
    bodies: list[str] = []

    def reply(route: Route) -> None:
        bodies.append(route.request.post_data or "")
        route.fulfill(status=status, body="")

    page.route(f"**{path}", reply)
    return bodies


def later(page: Page, seconds: int, event: str) -> None:
    """This happens when the clock is further but no timer ran, as on a device that slept."""
    page.clock.set_system_time((page.evaluate("Date.now()") + seconds * 1_000) / 1_000)
    page.evaluate(event)


def test_a_draft_is_kept_a_moment_after_writing_and_said(page: Page) -> None:
    bodies = answer(page, "/brouillon", 200)
    page.get_by_label("Prénom", exact=True).first.fill("Camille")
    page.clock.run_for(4_100)
    expect(page.get_by_text("Brouillon conservé.")).to_be_visible()
    assert 'name="_keep"' in bodies[0]
    assert 'name="csrf_token"' in bodies[0]


def test_enter_in_a_field_keeps_the_draft_and_leaves_one_where_one_was(page: Page, address: str) -> None:
    bodies = answer(page, "/brouillon", 200)
    field = page.get_by_label("Prénom", exact=True).first
    field.fill("Camille")
    field.press("Enter")
    expect(page.get_by_text("Brouillon conservé.")).to_be_visible()
    expect(field).to_be_focused()
    assert (page.url.rstrip("/"), len(bodies)) == (address, 1)


def test_a_page_left_at_once_keeps_its_draft_first(page: Page, address: str, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("INFO", "werkzeug")  # what a page sends as it goes is seen by the server alone
    page.get_by_label("Prénom", exact=True).first.fill("Camille")
    page.goto(f"{address}/connexion")
    page.wait_for_timeout(500)
    assert caplog.text.count("POST /brouillon") == 1
    page.goto(address)
    page.goto(f"{address}/connexion")
    page.wait_for_timeout(500)
    assert caplog.text.count("POST /brouillon") == 1, "nothing was typed"


def test_a_page_hidden_keeps_its_draft_at_once_and_only_what_is_new(page: Page) -> None:
    bodies = answer(page, "/brouillon", 200)
    page.get_by_label("Prénom", exact=True).first.fill("Camille")
    page.evaluate("Object.defineProperty(document, 'hidden', { value: true })")
    for _ in range(2):
        page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")
    expect(page.get_by_text("Brouillon conservé.")).to_be_visible(timeout=2_000)
    page.clock.run_for(10_000)
    assert len(bodies) == 1


@pytest.mark.parametrize("leaving", ["main form[data-autosave]", "form.leave"])
def test_what_is_sent_or_quitted_keeps_no_draft(page: Page, leaving: str) -> None:
    bodies = answer(page, "/brouillon", 200)
    page.get_by_label("Prénom", exact=True).first.fill("Camille")
    page.evaluate(f"document.querySelector('{leaving}').action = '/connexion'")
    with page.expect_navigation():
        page.evaluate(f"document.querySelector('{leaving}').requestSubmit()")
    assert bodies == []


def test_what_one_chooses_unseen_is_shown_on_demand_and_hidden_before_it_leaves(page: Page, address: str) -> None:
    page.goto(f"{address}/?secret")
    field, button = (
        page.get_by_label("Mot de passe", exact=True),
        page.get_by_role("button", name="Afficher mot de passe"),
    )
    field.fill("sept mots")
    assert (field.get_attribute("type"), button.get_attribute("aria-pressed")) == ("password", "false")
    button.click()
    assert (field.get_attribute("type"), button.get_attribute("aria-pressed")) == ("text", "true")
    page.evaluate("document.addEventListener('submit', (event) => event.preventDefault())")
    field.evaluate("element => element.form.requestSubmit()")
    assert (field.get_attribute("type"), button.get_attribute("aria-pressed")) == ("password", "false")


def test_of_two_tabs_the_one_that_wrote_last_keeps_the_draft_and_the_other_says_so(page: Page, address: str) -> None:
    answer(page, "/brouillon", 200)
    other = page.context.new_page()
    other.clock.install()
    other.goto(address)
    bodies = answer(other, "/brouillon", 200)
    page.get_by_label("Prénom", exact=True).first.fill("Camille")
    page.clock.run_for(4_100)
    expect(other.get_by_text("conservé depuis un autre onglet")).to_be_visible()
    other.get_by_label("Prénom", exact=True).first.fill("Ancien")
    other.clock.run_for(10_000)
    other.evaluate("fetch('/apres').catch(() => null)")  # what was sent before has come
    assert bodies == []
    expect(page.get_by_text("Brouillon conservé.")).to_be_visible()


def test_a_form_sent_from_a_field_that_a_summary_led_to_starts_again_at_its_top(page: Page) -> None:
    page.evaluate("location.hash = 'main'")
    with page.expect_navigation() as following:
        page.evaluate(
            "(form => { form.removeAttribute('action'); form.requestSubmit(); })(document.querySelector('main form'))"
        )
    assert "#" not in following.value.url
    assert "#" not in page.url


def test_a_draft_that_could_not_be_kept_is_said(page: Page) -> None:
    answer(page, "/brouillon", 500)
    page.get_by_label("Prénom", exact=True).first.fill("Camille")
    page.clock.run_for(4_100)
    expect(page.get_by_text("n’a pas pu être conservé")).to_be_visible()


def test_a_draft_of_a_session_that_ended_is_kept_after_a_log_in_in_another_tab(page: Page) -> None:
    state = {"proof": "new", "in": False}
    bodies: list[str] = []

    def keep(route: Route) -> None:
        body = route.request.post_data or ""
        bodies.append(body)
        route.fulfill(status=200 if f"\r\n\r\n{state['proof']}\r\n" in body else 400, body="")

    def again(route: Route) -> None:
        words = '<main><input name="csrf_token" value="new"><input name="seat" value="y"></main>'
        route.fulfill(status=200, content_type="text/html", body=words if state["in"] else "<main></main>")

    page.route("**/brouillon", keep)
    page.route(page.url, again)
    page.get_by_label("Prénom", exact=True).first.fill("Camille")
    page.clock.run_for(4_100)
    expect(page.get_by_text("connectez-vous dans un autre onglet, puis revenez ici")).to_be_visible()
    state["in"] = True
    page.evaluate("window.dispatchEvent(new Event('focus'))")
    expect(page.get_by_text("Brouillon conservé.")).to_be_visible()
    assert "Camille" in bodies[-1]
    assert page.locator("[name=csrf_token]").first.input_value() == "new"


def test_the_characters_left_are_counted_as_the_server_counts_them(page: Page) -> None:
    area = page.get_by_label("Exposé court")
    area.fill("😀" * 499)
    expect(page.get_by_text("Encore 1 caractère.")).to_be_visible()
    area.fill("a" * 502)
    expect(page.get_by_text("2 caractères de trop.")).to_be_visible()
    area.fill(" a\n")
    expect(page.get_by_text("Encore 499 caractères.")).to_be_visible()


def test_a_button_is_readable_pointed_at_pressed_and_focused(page: Page) -> None:
    button = page.locator("main .btn:not([disabled])").first
    found = {}
    for scheme, style in product(SCHEMES, ("primary", "danger", "quiet")):
        page.emulate_media(color_scheme=scheme)
        button.evaluate("(e, style) => { e.className = `btn btn-${style}`; e.type = 'button'; }", style)
        button.hover()
        found[scheme, style, "pointed"] = [*weak(page)]
        page.mouse.down()
        found[scheme, style, "pressed"] = [*weak(page)]
        page.mouse.up()
        page.mouse.move(0, 0)
        button.evaluate("e => { e.blur(); e.focus({ focusVisible: true }); }")
        found[scheme, style, "focused"] = [*weak(page)]
    assert {state: said for state, said in found.items() if said} == {}


@pytest.mark.clause("A-04")
def test_a_page_for_the_room_tells_its_minutes(page: Page) -> None:
    page.clock.run_for(181_000)
    expect(page.locator("[data-elapsed]")).to_have_text(", depuis 3\u00a0min")


def test_two_minutes_before_the_end_one_may_stay(page: Page) -> None:
    bodies = answer(page, "/rester", 204)
    dialog = page.get_by_role("dialog", name="Votre session se termine bientôt")
    page.clock.run_for(12 * 60_000)
    expect(dialog).to_be_hidden()
    page.clock.run_for(60_000 + 100)
    expect(dialog).to_be_visible()
    dialog.get_by_role("button", name="Rester").click()
    expect(dialog).to_be_hidden()
    assert len(bodies) == 1
    page.clock.run_for(13 * 60_000 + 100)
    expect(dialog).to_be_visible()


def test_a_session_that_ended_leaves_nothing_on_the_screen(page: Page, address: str) -> None:
    page.clock.run_for(14 * 60_000)
    expect(page.get_by_role("dialog", name="Votre session se termine bientôt")).to_be_visible()
    with page.expect_navigation(url=f"{address}/connexion"):
        page.clock.run_for(60_100)


def test_who_writes_is_here(page: Page) -> None:
    bodies = answer(page, "/rester", 204)
    page.clock.run_for(12 * 60_000)
    page.get_by_label("Prénom", exact=True).first.fill("Camille")
    expect(page.get_by_role("dialog", name="Votre session se termine bientôt")).to_be_hidden()
    page.wait_for_function("true")
    page.clock.run_for(2 * 60_000)
    expect(page.get_by_role("dialog", name="Votre session se termine bientôt")).to_be_hidden()
    assert len(bodies) == 1


def test_a_computer_that_slept_finds_the_session_over(page: Page, address: str) -> None:
    with page.expect_navigation(url=f"{address}/connexion"):
        later(page, 3_600, "0")


def test_what_one_does_in_a_tab_keeps_the_session_in_the_others(page: Page, address: str) -> None:
    other = page.context.new_page()
    page.clock.run_for(12 * 60_000)
    other.goto(address)
    other.wait_for_function("true")
    page.clock.run_for(2 * 60_000)
    expect(page.get_by_role("dialog", name="Votre session se termine bientôt")).to_be_hidden()


def test_to_leave_in_a_hurry_clears_every_tab_and_logs_out(page: Page, address: str) -> None:
    other = page.context.new_page()
    other.goto(f"{address}/?filled")
    bodies = answer(page, "/quitter", 204)  # a page that stays
    page.get_by_role("button", name="Quitter vite").click()
    expect(page.locator("body")).to_be_hidden()
    assert (page.title(), page.locator("main").inner_text()) == ("", "")
    other.wait_for_url(f"{address}/connexion")  # not home, where the session may still stand for a moment
    assert len(bodies) == 1
    assert "csrf_token" in bodies[0]


def test_a_window_left_for_a_minute_is_masked_until_asked(page: Page) -> None:
    page.evaluate("window.dispatchEvent(new Event('blur'))")
    page.clock.run_for(60_100)
    veil = page.get_by_role("dialog", name="Page masquée")
    expect(veil).to_be_visible()
    assert page.locator("main").evaluate("element => getComputedStyle(element).filter") != "none"
    assert "Exemple" not in page.title()
    veil.get_by_role("button", name="Afficher la page").click()
    assert page.locator("main").evaluate("element => getComputedStyle(element).filter") == "none"


def test_a_telephone_that_comes_back_after_a_minute_finds_the_page_masked(page: Page) -> None:
    veil = page.get_by_role("dialog", name="Page masquée")
    for seconds, masked in ((59, False), (61, True)):
        page.evaluate("window.dispatchEvent(new Event('blur'))")
        later(page, seconds, "window.dispatchEvent(new Event('focus'))")
        assert veil.is_visible() == masked
