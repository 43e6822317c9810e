"""Fields as widgets and as read-only words."""

from casework.charters.cenomed import CENOMED
from casework.kernel.records import ChoiceList, Field, Kind, Labelled
from casework.web.widgets import UNANSWERED, WITHDRAWN, Words, summary, widgets

SCHOOLS = (("8f0d9f5e", "Collège des Tilleuls"),)
COLOURS = ChoiceList("colours", "Couleurs", (Labelled("red", "Rouge"), Labelled("blue", "Bleu")))
WHO = Field("who", "Nom", Kind.LINE, "C-01")
FIELDS = (
    Field("late", "En retard", Kind.FLAG, "R-03"),
    Field("since", "Depuis le", Kind.PAST_DATE, "R-03", only_if=("late", "1")),
    Field("colours", "Couleurs", Kind.CHOICES, "C-02", choices=COLOURS),
    Field("school", "Établissement", Kind.SCHOOL, "C-01"),
    Field("age", "Âge estimé", Kind.AGE, "F33-12"),
    Field("text", "Exposé court", Kind.TEXT, "C-03"),
    Field("people", "Décision", Kind.ROWS, "C-01", fields=(WHO,), rows=(1, 2)),
)


def test_what_is_read_is_said_in_words_and_in_french() -> None:
    values = {
        "late": True,
        "since": "2026-05-01",
        "colours": ["blue", "red"],
        "school": "8f0d9f5e",
        "age": 1,
        "text": "L'un : oui.\n\nNon.",
    }
    assert summary(FIELDS, values, schools=SCHOOLS) == (
        Words("En retard", ("Oui",)),
        Words("Depuis le", ("1er mai 2026",)),
        Words("Couleurs", ("Bleu", "Rouge")),
        Words("Établissement", ("Collège des Tilleuls",)),
        Words("Âge estimé", ("1 an",)),
        Words("Exposé court", ("L’un\u00a0: oui.", "Non.")),
    )


def test_what_is_empty_or_not_concerned_is_absent() -> None:
    assert summary(FIELDS, {"late": False, "since": "2026-05-01", "colours": [], "text": "", "people": []}) == ()


def test_a_value_that_left_its_list_is_said_without_failing() -> None:
    assert [words.lines for words in summary(FIELDS, {"colours": ["green"], "school": "gone"})] == [
        (WITHDRAWN,),
        (WITHDRAWN,),
    ]


def test_groups_are_numbered_when_there_are_several() -> None:
    one, two = {"who": "A"}, {"who": "B"}
    assert summary(FIELDS, {"people": [one]})[0].groups == (("", (Words("Nom", ("A",)),)),)
    assert [legend for legend, _ in summary(FIELDS, {"people": [one, two]})[0].groups] == ["Décision 1", "Décision 2"]


def test_an_optional_choice_can_be_taken_back_and_a_required_one_cannot() -> None:
    optional = Field("colour", "Couleur", Kind.CHOICE, "C-02", choices=COLOURS)
    required = Field("colour", "Couleur", Kind.CHOICE, "C-02", choices=COLOURS, required=True)
    assert [option.label for option in widgets((optional,))[0].options] == ["Rouge", "Bleu", UNANSWERED]
    assert [option.checked for option in widgets((optional,))[0].options] == [False, False, True]
    assert [option.label for option in widgets((required,))[0].options] == ["Rouge", "Bleu"]


def test_the_least_groups_are_drawn_and_the_most_closes_the_button() -> None:
    empty, full = widgets(FIELDS)[-1], widgets(FIELDS, {"people": [{"who": "A"}, {"who": "B"}]})[-1]
    assert (len(empty.groups), empty.add) == (1, "Ajouter une décision")
    assert (len(full.groups), full.add) == (2, "")


def test_every_label_of_the_charter_makes_a_button_in_right_french() -> None:
    drawn = [item for compartment in CENOMED.compartments if not compartment.computed for item in compartment.fields]
    rows = {item.label for item in drawn if item.kind is Kind.ROWS}
    buttons = {
        widget.add for label in rows for widget in widgets((Field("rows", label, Kind.ROWS, "C-01", fields=(WHO,)),))
    }
    assert buttons == {"Ajouter un représentant légal", "Ajouter un fait", "Ajouter une décision"}
