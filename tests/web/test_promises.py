"""`assert_page` itself: a right page passes, and each broken promise is named with what to do."""

import pytest

from tests.browser import assert_page

HEADERS = {"Content-Security-Policy": "default-src 'none'; script-src 'self'", "Cache-Control": "no-store"}
PAGE = """<!doctype html><html lang="fr"><head><title>Saisir la cellule · CENOMED</title></head><body><main>
<h1>Saisir la cellule</h1><h2>Motifs</h2>
<form method="post"><input type="hidden" name="csrf_token" value="x"><input type="hidden" name="seat" value="y">
<label for="name">Nom\u00a0: le vôtre</label><input id="name" name="name" aria-describedby="help"><p id="help">En un mot.</p>
<fieldset><legend>Sexe</legend><label><input type="radio" name="sex" value="1"> Fille</label></fieldset>
<button type="submit">Transmettre</button></form>
<p><a href="#name">L’adresse «\u00a0Quai\u00a0» à 14\u00a0h\u00a030, dans ce cas\u202f;</a> suite…</p>
<table><caption>Dates</caption><tr><th scope="col">Jour</th></tr></table>
</main></body></html>"""


def test_a_right_page_passes() -> None:
    assert_page(PAGE, HEADERS)
    assert_page(PAGE, {name.lower(): value for name, value in HEADERS.items()})


@pytest.mark.parametrize(
    ("right", "wrong", "said"),
    [
        ("<h2>Motifs</h2>", "<h1>Motifs</h1>", "exactly one"),
        ("<h2>Motifs</h2>", "<h3>Motifs</h3>", "do not skip"),
        ("<title>Saisir la cellule", "<title>Saisine", "block `heading`"),
        ('lang="fr"', 'lang="en"', "lang="),
        ("<main>", "<div>", "<main>"),
        ('<label for="name">', "<label>", "no label"),
        ('<fieldset><legend>Sexe</legend><label><input type="radio" name="sex" value="1"> Fille</label></fieldset>',
         '<label><input type="radio" name="sex" value="1"> Fille</label>', "fieldset with a legend"),
        ("<legend>Sexe</legend>", "<p>Sexe</p>", "needs a legend"),
        ('id="help"', 'id="name"', "stands 2 times"),
        ('id="help"', 'id="hint"', "not on the page"),
        ('href="#name"', 'href="#nom"', "leads nowhere"),
        ("<caption>Dates</caption>", "", "caption"),
        ('scope="col"', "", "scope"),
        (">Transmettre<", "><", "needs words"),
        ("<h2>", "<script>1</script><h2>", "inline <script>"),
        ("<h2>", "<style>a{}</style><h2>", "inline <style>"),
        ("<h2>", '<h2 style="color:red">', "attribute style"),
        ("<h2>", '<h2 onclick="x()">', "attribute onclick"),
        ('href="#name"', 'href="https://exemple.fr"', "leads elsewhere"),
        ('href="#name"', 'href="//exemple.fr"', "leads elsewhere"),
        ('href="#name"', 'href="JavaScript:x"', "leads elsewhere"),
        ("<h2>", '<img src="/logo.png"><h2>', "needs alt"),
        ('name="csrf_token"', 'name="other"', "form_fields"),
        ('method="post"', 'method="get"', "in the URL"),
        ("L’adresse", "L'adresse", "apostrophe"),
        ("…", "...", "use …"),
        ("Nom\u00a0:", "Nom :", "before : ;"),
        ("Nom\u00a0:", "Nom:", "before : ;"),
        ("cas\u202f;", "cas ;", "before : ;"),
        ("«\u00a0", "« ", "after «"),
        ("\u00a0»", " »", "before »"),
        ("14\u00a0h\u00a030", "14 h 30", "hour"),
        ("En un mot.", "En un mot\u202f!", "exclamation"),
        ("dans ce cas", "le cas", "situation"),
        ("En un mot.", "Un individu.", "la personne"),
        ("En un mot.", "Par mail.", "in French"),
        (">Transmettre<", ">Soumettre<", "verb"),
        (">Transmettre<", ">OK<", "verb"),
    ],
)  # fmt: skip
def test_each_broken_promise_is_named(right: str, wrong: str, said: str) -> None:
    assert right in PAGE
    with pytest.raises(AssertionError, match=r"broken promise") as refusal:
        assert_page(PAGE.replace(right, wrong, 1), HEADERS)
    assert said in str(refusal.value)


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("Content-Security-Policy", "", "Content-Security-Policy"),
        ("Content-Security-Policy", "default-src 'none'; style-src 'unsafe-inline'", "unsafe"),
        ("Cache-Control", "max-age=60", "no-store"),
    ],
)
def test_each_missing_header_is_named(name: str, value: str, said: str) -> None:
    with pytest.raises(AssertionError, match=said):
        assert_page(PAGE, HEADERS | {name: value})


def test_a_page_for_nobody_may_be_kept_and_a_trace_never_shows() -> None:
    assert_page(PAGE.replace('name="seat"', 'name="other"'), HEADERS | {"Cache-Control": "max-age=60"})
    with pytest.raises(AssertionError, match="trace"):
        assert_page(PAGE.replace("Motifs", "Traceback"), HEADERS, 500)


def test_what_somebody_typed_in_a_textarea_is_not_judged() -> None:
    assert_page(
        PAGE.replace("<h2>", '<p><textarea aria-label="Exposé">l\'avis : "oui" !</textarea></p><h2>', 1), HEADERS
    )
