"""The macros drawn for real: every kind of field and every block keep the promises of interface.md, with and without errors."""

from collections.abc import Iterator

import pytest
from flask.testing import FlaskClient
from markupsafe import Markup
from playwright.sync_api import Browser, BrowserContext, expect

from casework.web.errors import FAULTS
from casework.web.filters import labelled
from tests.axe import axe_check
from tests.browser import Page, assert_page
from tests.chromium import chromium
from tests.nu import nu_check
from tests.web.gallery import FIELDS, create_gallery, serving

SIZES = [(1280, 900), (390, 844), (320, 640)]


@pytest.fixture
def client() -> FlaskClient:
    return create_gallery().test_client()


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    with serving() as found:
        yield found


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as found:
        yield found


def pages(client: FlaskClient) -> dict[str, str]:
    wrong = {"a-birth_date": "hier", "a-text": "long " * 200, "a-birth": "birth_known", "_more": ""}
    answers = {"empty": client.get("/"), "filled": client.get("/?filled"), "refused": client.post("/", data=wrong)}
    answers["more"] = client.post("/", data={"_more": "a-representatives"})
    answers |= {f"fault {number}": client.get(f"/defaut/{number}") for number in range(len(FAULTS) + 2)}
    for answer in answers.values():
        assert_page(answer.text, answer.headers, answer.status_code)
    return {name: answer.text for name, answer in answers.items()}


def test_every_page_is_valid_html_and_keeps_the_promises(client: FlaskClient) -> None:
    assert nu_check(list(pages(client).items())) == []


def test_every_error_is_listed_at_the_top_and_tied_to_its_input(client: FlaskClient) -> None:
    page = Page(client.post("/", data={"a-birth": "birth_known", "a-birth_date": "2030-01-01"}).text)
    (box,) = (node for node in page.all("div") if node.attrs.get("id") == "errors")
    links = [node.attrs["href"] for node in box.walk() if node.tag == "a"]
    assert "#f-a-birth_date" in links
    assert len(links) == len(set(links)) > 5
    (wrong,) = (node for node in page.all("input") if node.attrs.get("id") == "f-a-birth_date")
    assert wrong.attrs["aria-invalid"] == "true"
    assert "f-a-birth_date-error" in wrong.attrs["aria-describedby"].split()
    assert "2030-01-01" in wrong.attrs["value"]


def test_a_refused_date_is_shown_again_even_where_a_date_widget_would_hide_it(client: FlaskClient) -> None:
    page = Page(client.post("/", data={"a-birth": "birth_known", "a-birth_date": "hier"}).text)
    (wrong,) = (node for node in page.all("input") if node.attrs.get("id") == "f-a-birth_date")
    assert (wrong.attrs["type"], wrong.attrs["value"]) == ("text", "hier")


def test_short_lists_are_buttons_and_long_ones_are_selects(client: FlaskClient) -> None:
    page = Page(client.get("/").text)
    assert {node.attrs["name"] for node in page.all("select")} == {
        "a-schooling",
        "a-school",
        "a-main_reason",
        "a-facts-0-place",
    }


def test_an_asked_group_takes_the_focus_and_the_button_leaves_at_the_most(client: FlaskClient) -> None:
    page = Page(client.post("/", data={"_more": "a-representatives", "a-representatives-0-surname": "A"}).text)
    focused = [node.attrs["name"] for node in page.nodes if "autofocus" in node.attrs]
    assert focused == ["a-representatives-1-quality"]
    full = {f"a-facts-{number}-place_name": "Quai" for number in range(5)}
    names = [node.attrs.get("value") for node in Page(client.post("/", data=full).text).all("button")]
    assert "a-facts" not in names
    assert "a-representatives" in names


def test_what_was_typed_is_shown_again_as_text_never_as_html(client: FlaskClient) -> None:
    html = client.post("/", data={"a-surname": "<script>alert(1)</script>", "a-text": "</textarea><b>"}).text
    assert "<script>alert" not in html
    assert "</textarea><b>" not in html


def open_page(browser: Browser, width: int, height: int, **options: object) -> BrowserContext:
    return browser.new_context(viewport={"width": width, "height": height}, **options)  # type: ignore[arg-type]


@pytest.mark.e2e
@pytest.mark.parametrize(("width", "height"), SIZES)
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_no_page_scrolls_sideways_or_offends_axe(
    browser: Browser, address: str, width: int, height: int, scheme: str
) -> None:
    context = open_page(browser, width, height, color_scheme=scheme)
    page = context.new_page()
    said: list[str] = []
    page.on("console", lambda message: said.append(message.text))
    page.goto(f"{address}/?filled")
    assert axe_check(page) == []
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert said == [], "the page must run under its own policy"
    context.close()


@pytest.mark.e2e
def test_every_target_is_44_pixels_high_on_a_phone(browser: Browser, address: str) -> None:
    context = open_page(browser, 390, 844)
    page = context.new_page()
    page.goto(address)
    small = page.evaluate(
        """[...document.querySelectorAll('main button, main select, main input:not([type=hidden]), main .btn, nav a, .form-check, header button')]
        .filter(e => e.offsetParent && !e.matches('.form-check input') && e.getBoundingClientRect().height < 44).map(e => e.outerHTML)"""
    )
    assert small == []
    context.close()


@pytest.mark.e2e
def test_on_a_phone_the_menu_opens_by_a_key_and_without_script(browser: Browser, address: str) -> None:
    context = open_page(browser, 390, 844, java_script_enabled=False)
    page = context.new_page()
    page.goto(address)
    menu, links = page.locator("summary", has_text="Menu"), page.get_by_role("navigation", name="Navigation principale")
    expect(links).to_be_hidden()
    assert page.locator(".site-header").bounding_box()["height"] < 844 / 3  # type: ignore[index]
    menu.press("Enter")
    expect(links).to_be_visible()
    page.set_viewport_size({"width": 1280, "height": 900})
    expect(menu).to_be_hidden()
    expect(links).to_be_visible()
    context.close()


@pytest.mark.e2e
def test_in_forced_colours_a_choice_and_a_compartment_are_still_seen(browser: Browser, address: str) -> None:
    context = open_page(browser, 1280, 900, forced_colors="active")
    page = context.new_page()
    page.goto(f"{address}/?filled")
    drawn = "(e) => [getComputedStyle(e).appearance, getComputedStyle(e).borderLeftColor, getComputedStyle(document.body).color]"
    assert page.locator("main input[type=radio]:checked").first.evaluate(drawn)[0] == "auto"
    _, edge, ink = page.locator(".compartment").first.evaluate(drawn)
    assert edge == ink
    context.close()


@pytest.mark.e2e
@pytest.mark.parametrize(("width", "shown"), [(390, '"Étape\u00a0: "'), (1280, "none")])
def test_a_stacked_cell_bears_the_name_of_its_column(browser: Browser, address: str, width: int, shown: str) -> None:
    context = open_page(browser, width, 844)
    page = context.new_page()
    page.goto(address)
    cell = page.locator("td", has_text="Reçue")
    assert cell.evaluate("cell => getComputedStyle(cell, '::before').content") == shown
    context.close()


def test_the_name_of_a_column_stands_on_its_cells_as_text() -> None:
    rows = Markup('<tr><th scope="row">A</th><td class="b">B</td></tr><tr><th>C</th><td>D</td><td>E</td></tr>')
    found = labelled(rows, ["Un", 'Deux "<i>'])
    assert found.count('data-label="Un"') == found.count('data-label="Deux') == 2
    assert "<td>E</td>" in found
    assert '"<i>' not in found
    assert "<tr>" not in labelled("<tr>", [])  # type: ignore[arg-type]


@pytest.mark.e2e
def test_a_conditional_field_appears_with_the_answer_that_asks_for_it(browser: Browser, address: str) -> None:
    context = open_page(browser, 1280, 900)
    page = context.new_page()
    page.goto(address)
    year = page.get_by_label("Année de naissance", exact=True)
    assert not year.is_visible()
    page.get_by_label("Année seulement", exact=True).check()
    assert year.is_visible()
    context.close()


@pytest.mark.e2e
def test_without_script_every_field_is_there_with_its_condition(browser: Browser, address: str) -> None:
    context = open_page(browser, 1280, 900, java_script_enabled=False)
    page = context.new_page()
    page.goto(address)
    assert page.get_by_label("Année de naissance", exact=True).is_visible()
    assert page.get_by_text(
        "À remplir si vous répondez «\u00a0année seulement\u00a0» à «\u00a0Date de naissance\u00a0»."
    ).is_visible()
    assert len(FIELDS) < page.locator("main .field").count()
    context.close()


@pytest.mark.e2e
def test_a_key_presses_its_button_except_while_writing_or_switched_off(browser: Browser, address: str) -> None:
    context = open_page(browser, 1280, 900)
    page = context.new_page()
    page.clock.install()
    page.goto(f"{address}/?filled")
    letter = page.locator("kbd", has_text="R").last
    assert not letter.is_visible()  # nobody can have read the page yet, and the letters say so
    page.keyboard.press("r")
    assert page.url.endswith("?filled")
    page.clock.run_for(500)
    assert letter.is_visible()
    page.get_by_label("Prénom", exact=True).first.press("r")
    page.get_by_role("button", name="Touches : activées").click()
    page.keyboard.press("r")
    assert page.url.endswith("?filled")
    page.reload()
    page.clock.run_for(500)
    page.keyboard.press("r")
    assert page.url.endswith("?filled"), "switched off for the pages that follow too"
    assert not letter.is_visible()
    page.get_by_role("button", name="Touches : désactivées").click()
    page.keyboard.press("r")
    page.wait_for_url(f"{address}/")
    page.wait_for_function("document.activeElement.id === 'main'")  # who came by a key does not begin with the menu
    context.close()
