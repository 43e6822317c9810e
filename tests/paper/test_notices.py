"""The notices for the families: accessible PDF, what the law asks in plain French, the instance's own words as data, nobody's name."""

import re
from dataclasses import replace
from io import BytesIO
from typing import Any

import pytest
import typst
from pypdf import PdfReader
from pypdf.generic import DictionaryObject

from casework.accounts.people import names
from casework.kernel.clock import at
from casework.paper import notices
from casework.paper.notices import NOTICES
from casework.web.context import Public
from tests.cases.conftest import Lives
from tests.cases.pages import Reader, application

PUBLIC = Public("Mairie des Exemples", "", "dpo@exemple.invalid", demo=True)
HOSTILE = (
    '#import "@preview/cetz:0.1.0": canvas',
    '#panic("run")',
    '#read("/etc/hostname")',
    "$ x^2 $",
    "a \\ b \\u{41}",
    "@absent",
    "<label>",
    "= Titre",
    "*gras* _ital_ `code`",
    "#facts.town // comment /* */",
    '"]} #{1 + 1}',
)


def pdf(lives: Lives, name: str, public: Public = PUBLIC, **changes: Any) -> PdfReader:
    with at(lives.town.moment):
        return PdfReader(BytesIO(notices.notice(name, notices.facts(lives.house, public) | changes)))


def words(reader: PdfReader) -> str:
    return re.sub(r"\s+", " ", " ".join(page.extract_text() for page in reader.pages))


def letters(text: str) -> str:
    return re.sub(r"\s+", "", text)


def tags(node: Any) -> list[str]:
    """The tags of the tree of structure, in order."""
    node = node.get_object()
    if isinstance(node, list):
        return [tag for child in node for tag in tags(child)]
    if not isinstance(node, DictionaryObject):
        return []
    own = [str(node["/S"])] if "/S" in node else []
    return own + (tags(node["/K"]) if "/K" in node else [])


@pytest.mark.clause("C-05")
@pytest.mark.parametrize("name", NOTICES)
def test_a_notice_is_a_tagged_pdf_with_its_language_its_title_and_its_headings(town_of_all: Lives, name: str) -> None:
    found = pdf(town_of_all, name)
    root: Any = found.trailer["/Root"]
    assert (root["/Lang"], root["/MarkInfo"]["/Marked"], root["/ViewerPreferences"]["/DisplayDocTitle"]) == (
        "fr",
        True,
        True,
    )
    assert found.metadata
    assert found.metadata.title
    assert letters(found.metadata.title) in letters(words(found))
    assert b"<pdfuaid:part>1</pdfuaid:part>" in root["/Metadata"].get_data()
    headings = [tag for tag in tags(root["/StructTreeRoot"]) if re.fullmatch("/H[1-6]", tag)]
    assert headings[0] == "/H1"
    assert set(headings[1:]) == {"/H2"}


@pytest.mark.clause("C-05")
@pytest.mark.parametrize("name", NOTICES)
def test_every_font_of_a_notice_is_embedded(town_of_all: Lives, name: str) -> None:
    held = [font["/DescendantFonts"][0].get_object()["/FontDescriptor"] for font in fonts(pdf(town_of_all, name))]
    assert held
    assert all({"/FontFile2", "/FontFile3"} & set(descriptor) for descriptor in held)


@pytest.mark.clause("C-05")
def test_the_adult_notice_says_who_why_what_to_whom_how_long_and_which_rights(town_of_all: Lives) -> None:
    told = words(pdf(town_of_all, "representants-legaux"))
    for sentence in (
        "Le responsable du traitement est la mairie : Mairie des Exemples",
        "mission d’intérêt public", "L132-5 du code de la sécurité intérieure",
        "nom, prénom, sexe, date de naissance ou âge, adresse, téléphone", "lui seul la lit",
        "commissariat", "CRIP 75", "30 jours", "3 mois", "3 ans", "25 ans",
        "Écrivez au délégué à la protection des données : dpo@exemple.invalid", "dans le mois", "www.cnil.fr",
        "Qui vous a informés", "Nom, prénom, service", "Le (date)", "Notice remise en main propre",
    ):  # fmt: skip
        assert sentence in told.replace("\u00a0", " "), sentence


@pytest.mark.clause("C-05")
def test_the_notice_of_the_minor_says_it_in_short_sentences(town_of_all: Lives) -> None:
    told = words(pdf(town_of_all, "mineur"))
    for sentence in ("119", "dpo@exemple.invalid", "www.cnil.fr", "Mairie des Exemples", "Qui vous a expliqué"):
        assert sentence in told, sentence
    sentences = re.split(r"[.:;] ", told.replace("\u00a0", " ").split("Qui vous a expliqué")[0])
    assert max(len(sentence.split()) for sentence in sentences) <= 25


@pytest.mark.clause("C-05")
@pytest.mark.parametrize("name", NOTICES)
def test_a_notice_names_nobody_and_no_organisation(town_of_all: Lives, name: str) -> None:
    known, told = names(town_of_all.house), words(pdf(town_of_all, name))
    found = [*known.organisations.values(), *(text for who in known.persons.values() for text in (who.name, who.email))]
    assert [text for text in found if text and re.search(rf"\b{re.escape(text)}\b", told)] == []


@pytest.mark.clause("C-05")
def test_durations_follow_the_settings_and_without_a_contact_families_write_to_the_town_hall(
    town_of_all: Lives,
) -> None:
    lives = replace(
        town_of_all,
        town=replace(
            town_of_all.town, house=replace(town_of_all.house, settings={"dismissed_days": 12, "archive_months": 30})
        ),
    )
    told = words(pdf(lives, "representants-legaux", Public("Mairie", "", "", demo=False))).replace("\u00a0", " ")
    assert "12 jours après" in told
    assert "30 mois au plus dans une archive" in told
    assert "par courrier à la mairie" in told
    assert "démonstration" not in told


@pytest.mark.parametrize("text", HOSTILE)
@pytest.mark.parametrize("name", NOTICES)
def test_words_of_the_instance_are_never_read_as_typst(town_of_all: Lives, name: str, text: str) -> None:
    told = letters(words(pdf(town_of_all, name, town=text, dpo=text)))
    assert told.count(letters(text)) >= 3


def compiled(source: str, **inputs: str) -> PdfReader:
    made = typst.Compiler(source.encode(), root=notices.FOLDER, font_paths=notices.fonts(), sys_inputs=inputs).compile(
        pdf_standards=["ua-1"]
    )
    assert isinstance(made, bytes)
    return PdfReader(BytesIO(made))


def fonts(reader: PdfReader) -> list[Any]:
    resources: list[Any] = [page["/Resources"] for page in reader.pages]
    return [font.get_object() for held in resources for font in held["/Font"].values()]


@pytest.mark.parametrize("text", ['#import "absent.typ": x', '#panic("run")', "@absent"])
def test_a_template_that_would_read_them_as_source_is_seen(text: str) -> None:
    with pytest.raises(typst.TypstError):
        compiled('#set document(title: "x")\n#eval(sys.inputs.town, mode: "markup")', town=text)


@pytest.mark.parametrize("path", ["/../../pyproject.toml", "../../pyproject.toml"])
def test_a_template_reaches_no_file_outside_its_folder(path: str) -> None:
    with pytest.raises(typst.TypstError, match=r"access|outside|root"):
        compiled(f'#set document(title: "x")\n#read("{path}")')


@pytest.mark.parametrize(("text", "font"), [("您的权利", "NotoSansSC"), ("حقوقك", "NotoSansArabic")])
def test_a_translation_in_chinese_or_arabic_finds_its_letters(text: str, font: str) -> None:
    source = f'#import "notice.typ": notice\n#show: notice.with(title: "{text}")\n{text}'
    found = compiled(source, facts='{"town": "Mairie", "demo": false}')
    assert any(font in str(used["/BaseFont"]) for used in fonts(found))
    with pytest.raises(typst.TypstError, match=r"displayed|font"):
        compiled(source.replace(text, "\U00013000"), facts='{"town": "Mairie", "demo": false}')


@pytest.mark.clause("C-05")
def test_whoever_informs_or_verifies_takes_a_notice_from_its_page_and_the_log_says_so(town_of_all: Lives) -> None:
    reader = Reader(application(town_of_all), town_of_all, "landlord")
    assert 'href="/notices"' in reader.get("/situations/nouvelle/refer").text
    page = reader.get("/notices").text
    for name in NOTICES:
        assert f'href="/notices/{name}"' in page
        answer = reader.get(f"/notices/{name}")
        assert (answer.status_code, answer.mimetype) == (200, "application/pdf")
        assert answer.headers["Content-Disposition"] == f'attachment; filename="notice-{name}.pdf"'
        assert answer.headers["Cache-Control"] == "no-store"
    assert reader.get("/notices/absent").status_code == 404
