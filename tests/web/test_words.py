"""The words of the glossary (and no others) in every template and in every French text of the code, shown by a test or not."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from casework.accounts.passphrases import words
from tests.browser import FORBIDDEN

ROOT = Path(__file__).parents[2]
TEMPLATES = sorted((ROOT / "templates").rglob("*.html"))
MODULES = sorted(path for path in (ROOT / "casework").rglob("*.py") if "demo" not in path.parts)
COMMENT = re.compile(r"{#.*?#}", re.DOTALL)
CODE = re.compile(r"{[{%].*?[%}]}", re.DOTALL)
QUOTED = re.compile(r'"([^"]*)"|\'([^\']*)\'')
TAG = re.compile(r"<[^>]*>", re.DOTALL)
FRENCH = re.compile(r"[àâçéèêëîïôûùœ’«]|\b(?:le|la|les|des|une|vous|votre)\b", re.IGNORECASE)


def words_of(template: str) -> Iterator[str]:
    """What people read of a template: the text between tags, and the sentences that its code writes."""
    plain = COMMENT.sub("", template)
    for code in CODE.findall(plain):
        yield from (one or two for one, two in QUOTED.findall(code) if " " in (one or two))
    yield from TAG.sub("\n", CODE.sub(" ", plain)).splitlines()


def texts_of(module: str) -> Iterator[str]:
    """The French texts of a module; what is only for its readers (docstrings) or for the log is in English."""
    tree = ast.parse(module)
    docs = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in docs:
            yield from (node.value,) if " " in node.value and FRENCH.search(node.value) else ()


def wrong(texts: Iterator[str]) -> list[str]:
    """What breaks the vocabulary, with what to write."""
    rules = {**FORBIDDEN, "!": "no exclamation mark"}
    return [
        f"{text.strip()[:80]}: {advice}" for text in texts for rule, advice in rules.items() if re.search(rule, text)
    ]


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: str(path.relative_to(ROOT)))
def test_every_template_uses_the_words_of_the_glossary(path: Path) -> None:
    assert wrong(words_of(path.read_text(encoding="utf-8"))) == []


def test_every_french_text_of_the_code_too() -> None:
    assert [said for path in MODULES for said in wrong(texts_of(path.read_text(encoding="utf-8")))] == []


def test_the_scanners_see_what_they_look_for() -> None:
    template = (
        "{# le cas #}<p class='le cas'>Bonjour</p>{% set x = 'Le dossier' %}{{ 'individu seul' if a }}\n<b>OK</b>"
    )
    assert len(wrong(words_of(template))) == 3
    assert len(wrong(texts_of('"""le cas"""\nx = "Le cas est clos"\ny = "the log of the case"\n'))) == 1


def test_no_word_of_a_proposed_phrase_is_one_that_pages_must_not_say() -> None:
    assert [word for word in words() if any(re.search(pattern, word) for pattern in FORBIDDEN)] == []
