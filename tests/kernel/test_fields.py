"""A field, under the settings of an instance and on a part that bears marks."""

from dataclasses import replace

import pytest

from casework.kernel.fields import ChoiceList, Field, Kind, Labelled

ANSWERS = ChoiceList("answers", "Réponses", (Labelled("received_only", "Bien reçu"), Labelled("possible", "Possible")))
ANSWER = Field("answer", "Réponse", Kind.CHOICE, "F33-06", choices=ANSWERS, reserved=(("received_only", "crip"),))


@pytest.mark.parametrize(
    ("field", "marks", "offered"),
    [
        (ANSWER, ("social",), ["possible"]),
        (ANSWER, ("crip", "social"), ["received_only", "possible"]),
        (replace(ANSWER, reserved=()), (), ["received_only", "possible"]),
    ],
)
def test_a_choice_is_offered_on_the_parts_it_is_reserved_to(
    field: Field, marks: tuple[str, ...], offered: list[str]
) -> None:
    choices = field.offered(marks).choices
    assert choices
    assert [item.value for item in choices.values] == offered


def test_a_field_without_choices_is_offered_as_it_is() -> None:
    words = Field("words", "Mots", Kind.LINE, "C-03", reserved=(("any", "crip"),))
    assert words.offered(()) == words


def test_a_setting_changes_the_limit_of_the_fields_that_name_it() -> None:
    text = Field("text", "Texte", Kind.TEXT, "C-03", limit=800, setting="text_limit")
    assert text.under({"text_limit": 600}).limit == 600
    assert text.under({"another": 600}).limit == 800
