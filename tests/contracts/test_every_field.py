"""Every field of every form × every payload: refused on its field with all that was typed, or stored and shown back; never lost, never run."""

import re
from collections.abc import Mapping
from html import unescape
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import func, select
from werkzeug.test import TestResponse

from casework.cases.reading import open_situation
from casework.kernel.clock import at
from casework.kernel.life import Slot
from casework.store.tables import HeadRow
from tests.browser import Page
from tests.contracts import golden
from tests.contracts.asked import BEGINNINGS, FORMS, SCENES, Form, acts
from tests.contracts.cell import Cell
from tests.contracts.payloads import PAYLOADS, TYPED, WORDS, Input, Named, Payload

CONFIRMED = re.compile(r'name="_confirmed" value="([^"]+)"')
ERROR = re.compile(r'<li><a href="#f-([^"]+)">')
NOT_FIELDS = {  # what is posted there is no field: proofs, secrets, sequences (test_bad_input.py)
    "/connexion", "/invitation/<token>", "/deconnexion", "/rester", "/charte", "/admissions/<uuid:tenure>",
    "/administration/acces/<uuid:person>", "/situations/rapprochements", "/reunions/<uuid:meeting>/convocations/<uuid:tenure>",
    "/reunions/<uuid:meeting>/ordre-du-jour/<uuid:case>", "/reunions/<uuid:meeting>/ordre-du-jour/<uuid:case>/retrait",
    "/reunions/<uuid:meeting>/ouvrir", "/reunions/<uuid:meeting>/releve", "/reunions/dates/<uuid:proposal>/<day>",
    "/administration/qualites/<uuid:tenure>/retrait", "/administration/qualites/<uuid:tenure>/suspension", "/mon-compte/mot-de-passe",
    "/administration/confirmations/<uuid:tenure>",
    "/mon-compte/qualite", "/mon-compte/telephone", "/mon-compte/connexions", "/ouverture", "/parts/ma-part", "/parts/refaire",
    "/parts/habilitation", "/avis/cle",
    "/journal/impression",  # asked with its reference (tests/journal)
    "/avis/<uuid:case>",  # the fields of `ask_clarification`, asked as such
}  # fmt: skip


@pytest.fixture(scope="module")
def forms(cell: Cell) -> dict[str, Form]:
    return {name: make(cell) for name, make in FORMS.items()}


def inputs(form: Form) -> list[Input]:
    return [found for part in form.parts for found in part.every()]


def words(form: Form) -> list[Input]:
    return [found for part in form.parts for found in part.words()]


def send(cell: Cell, form: Form, changes: Mapping[str, Any]) -> TestResponse:
    """What a person would post there, with these values over it."""
    valid = {name: value for part in form.parts for name, value in part.valid().items()}
    posted = {**valid, **form.also, **changes}
    answer = cell.readers[form.who].post(form.path, **posted)
    sure = CONFIRMED.search(answer.text) if form.path == "/indicateurs/saisie" else None
    return cell.readers[form.who].post(form.path, **posted, _confirmed=sure[1]) if sure else answer


def shown_again(page: Page, name: str) -> str:
    """What the input of this name holds."""
    (node,) = [node for node in page.all("input", "textarea") if node.attrs.get("name") == name]
    return "".join(map(str, node.children)).removeprefix("\n") if node.tag == "textarea" else node.attrs["value"]


def misrefused(answer: TestResponse, form: Form, typed: Mapping[str, str], wrong: set[str]) -> list[Any]:
    """What is not as a refusal must be: 422, each wrong field named in the summary and marked, all that was typed on the page."""
    if answer.status_code != 422:
        return [(form.path, answer.status_code)]
    page = Page(answer.text)
    marked = {
        node.attrs.get("name") for node in page.all("input", "textarea", "select") if node.attrs.get("aria-invalid")
    }
    found: list[Any] = [] if set(ERROR.findall(answer.text)) == wrong else [ERROR.findall(answer.text), wrong]
    found += [
        name for name, item in by_name(form).items() if name in wrong and item.kind in WORDS and name not in marked
    ]
    return found + [
        (name, shown_again(page, name)) for name, value in typed.items() if shown_again(page, name) != value
    ]


def by_name(form: Form) -> Mapping[str, Any]:
    return {found.name: found.item for found in inputs(form)}


def heads(cell: Cell) -> int | None:
    """How many times anything changed in any situation."""
    with cell.lives.house.stores.case_reading() as session:
        return session.scalar(select(func.count()).select_from(HeadRow))


def test_every_form_is_asked_here(cell: Cell, forms: dict[str, Form]) -> None:
    assert {move.name for move in acts()} == {*BEGINNINGS, *SCENES}, (
        "say in asked.py on which situation the new act is asked"
    )
    adapter = cell.app.url_map.bind("localhost", url_scheme="https")
    asked = {adapter.match(form.path, method="POST", return_rule=True)[0].rule for form in forms.values()}
    assert asked | NOT_FIELDS == {path for path, row in golden.ROUTES.items() if "POST" in row["verbes"]}


@pytest.mark.clause("C-03")
@pytest.mark.parametrize("name", FORMS)
def test_whatever_is_written_in_a_field_is_refused_on_it_or_stored_and_shown_back(
    cell: Cell, forms: dict[str, Form], name: str
) -> None:
    form, found = forms[name], list[Any]()
    for payload in PAYLOADS if words(form) else ():
        wrong = {each.name for each in words(form) if payload.wrong(each.item)}
        if wrong:
            before, typed = heads(cell), {each.name: payload.shown(each.item) for each in words(form)}
            answer = send(cell, form, {each.name: payload.raw for each in words(form)})
            found += [(payload.name, item) for item in misrefused(answer, form, typed, wrong)]
            found += [] if heads(cell) == before else [(payload.name, "half-written")]
        taken = [each for each in words(form) if each.name not in wrong]
        if taken:
            answer = send(cell, form, {each.name: payload.raw for each in taken})
            found += [(payload.name, item) for item in mistaken(cell, name, form, answer, payload, taken)]
            forms[name] = form = FORMS[name](cell)
    assert found == []


def after(form: Form, answer: TestResponse) -> str:
    """The page that shows what a form changed, where it is not a situation."""
    place = (answer.location or "").split("/")
    pages = {"administration": "/administration", "reunions": "/".join(place[:3]), "indicateurs": "/".join(place)}
    return pages.get(form.path.split("/")[1], "")


def mistaken(
    cell: Cell, name: str, form: Form, answer: TestResponse, payload: Payload, taken: list[Input]
) -> list[Any]:
    """What was not stored as it was typed, or is not shown back, or is shown as something to run."""
    if "nom d’une personne connue de la cellule" in answer.text:  # another form gave somebody this name
        return misrefused(
            answer, form, {each.name: payload.shown(each.item) for each in taken}, {each.name for each in taken}
        )
    if answer.status_code not in (200, 303):
        return [(answer.status_code, ERROR.findall(answer.text))]
    if after(form, answer):
        shown = cell.readers[form.who].get(after(form, answer)).text
        lines = [line for each in taken for line in payload.shown(each.item).split("\n")]
        return [line for line in lines if line not in unescape(shown)] + (["run"] if "<img src=x" in shown else [])
    case = form.story.head.life.case if form.story else UUID(answer.location.split("/")[2])
    reader = "prosecutor" if any(part.prefix == "judicial-" for part in form.parts) else "coordinator"
    with at(cell.lives.town.moment):
        opened = open_situation(cell.lives.house, cell.lives.acting[reader], case)
    if opened is None:
        return ["closed"]
    page, found = cell.readers[reader].get(f"/situations/{case}").text, list[Any]()
    for each in taken:
        kept, expected = stored(opened.contents, each.name), payload.shown(each.item) or None
        found += [] if kept == expected else [(each.name, kept)]
        found += [each.name for line in (expected or "").split("\n") if line not in unescape(page)]
    return found + (["run"] if "<script>alert" in page or "<img src=x" in page else [])


def stored(contents: Mapping[Slot, Any], name: str) -> Any:
    """The value that the input of this name became."""
    compartment, *path = name.split("-")
    value = contents[Slot(compartment)]
    for step in path:
        value = value[int(step)] if step.isdigit() else value.get(step)
    return value


@pytest.mark.clause("C-02")
@pytest.mark.parametrize("name", FORMS)
def test_whatever_is_sent_for_a_closed_field_is_refused_on_it(cell: Cell, forms: dict[str, Form], name: str) -> None:
    form, before, found = forms[name], heads(cell), list[Any]()
    closed = [each for each in inputs(form) if each.item.kind not in WORDS and each.item.only_if is None]
    for payload in [each for each in PAYLOADS if each.name in ("code", "controls")] if closed else ():
        answer = send(cell, form, {each.name: payload.raw for each in closed})
        typed = {each.name: payload.line for each in closed if each.item.kind in TYPED}
        found += [(payload.name, item) for item in misrefused(answer, form, typed, {each.name for each in closed})]
    for part in form.parts:
        found += [
            item for each in part.every() if each.item.only_if for item in mistaken_branch(cell, form, part, each)
        ]
    assert found == []
    assert heads(cell) == before


def mistaken_branch(cell: Cell, form: Form, part: Named, each: Input) -> list[str]:
    """A field asked only after a certain answer: that answer is given, and the field is sent what it cannot hold."""
    other, value = each.item.only_if or ("", "")
    chosen = f"{each.name.removesuffix(each.item.name)}{other}"
    value = "in_person" if value == "!not_yet" else value
    branch = Named(part.prefix, part.fields, part.schools, part.members, {chosen: value})
    answer = send(cell, form, {**branch.valid(), chosen: value, each.name: PAYLOADS[0].raw})
    return [] if answer.status_code == 422 and each.name in ERROR.findall(answer.text) else [each.name]
