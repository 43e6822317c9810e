"""What `parse` takes and refuses: only what a charter's fields allow, whatever is posted."""

import json
from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from werkzeug.datastructures import MultiDict

from casework.charters.cenomed import CENOMED
from casework.kernel.records import ChoiceList, Field, Kind, Labelled
from casework.web.forms import LESS, MORE, Parsed, asked, parse

TODAY = date(2026, 11, 24)
SCHOOLS = (("8f0d9f5e-3f1c-4a53-9d4f-3f6a53a7f001", "Collège des Tilleuls"),)
COLOURS = ChoiceList("colours", "Couleurs", tuple(Labelled(name, name.title()) for name in ("red", "green", "blue")))
GUARDIAN = (
    Field("surname", "Nom", Kind.LINE, "C-01", required=True, limit=10),
    Field("colour", "Couleur", Kind.CHOICE, "C-01", choices=COLOURS),
)
FIELDS = (
    Field("surname", "Nom", Kind.LINE, "C-01", limit=10),
    Field("text", "Exposé", Kind.TEXT, "C-03", limit=30),
    Field("colour", "Couleur", Kind.CHOICE, "C-02", choices=COLOURS),
    Field("colours", "Couleurs", Kind.CHOICES, "C-02", choices=COLOURS),
    Field("urgent", "Urgent", Kind.FLAG, "F33-13"),
    Field("why", "Pourquoi", Kind.LINE, "F33-13", required=True, only_if=("urgent", "1")),
    Field("past", "Date du fait", Kind.PAST_DATE, "C-03"),
    Field("due", "Échéance", Kind.DATE, "F33-15"),
    Field("hour", "Heure", Kind.TIME, "F33-08"),
    Field("year", "Année", Kind.YEAR, "C-01"),
    Field("age", "Âge", Kind.AGE, "F33-12"),
    Field("phone", "Téléphone", Kind.PHONE, "C-01", limit=30),
    Field("email", "Adresse électronique", Kind.EMAIL, "C-01"),
    Field("school", "Établissement", Kind.SCHOOL, "C-01"),
    Field("member", "Responsable", Kind.MEMBER, "F33-15"),
    Field("guardians", "Représentant légal", Kind.ROWS, "C-01", fields=GUARDIAN, rows=(0, 2)),
)
EVERY = tuple(compartment.fields for compartment in CENOMED.compartments)


def read(*posted: tuple[str, str], fields: tuple[Field, ...] = FIELDS) -> Parsed:
    return parse(fields, MultiDict(posted), schools=SCHOOLS, members=SCHOOLS, today=TODAY)


def only(name: str, **changes: Any) -> tuple[Field, ...]:
    found = next(item for item in FIELDS if item.name == name)
    return (Field(**{key: getattr(found, key) for key in Field.__slots__} | changes),)


def message(*posted: tuple[str, str], fields: tuple[Field, ...] = FIELDS) -> str:
    errors = read(*posted, fields=fields).errors
    assert len(errors) == 1
    return errors[0].message


@pytest.mark.parametrize(
    ("name", "posted", "kept"),
    [
        ("surname", "  Le   Goff\t", "Le Goff"),
        ("surname", "Zoe\u0308", "Zoë"),
        ("surname", "Mar\u00adtin", "Martin"),
        ("text", "Un fait.\r\n\r\n\r\n\r\nUn autre. ", "Un fait.\n\nUn autre."),
        ("colour", "green", "green"),
        ("urgent", "1", True),
        ("past", "2026-11-24", "2026-11-24"),
        ("past", "4/9/2026", "2026-09-04"),
        ("due", "2027-02-28", "2027-02-28"),
        ("hour", "14:30", "14:30"),
        ("hour", " 9 h 05 ", "09:05"),
        ("hour", "14H30", "14:30"),
        ("hour", "8 h", "08:00"),
        ("year", "2011", 2011),
        ("age", "0", 0),
        ("phone", "+33 (0)1.23.45.67.89", "+33 (0)1.23.45.67.89"),
        ("email", "nom@exemple.fr", "nom@exemple.fr"),
        ("school", SCHOOLS[0][0], SCHOOLS[0][0]),
    ],
)
def test_a_valid_value_is_kept_in_its_regular_form(name: str, posted: str, kept: object) -> None:
    parsed = read((name, posted), fields=only(name))
    assert parsed.ok
    assert parsed.values == parsed.shown == {name: kept}


@pytest.mark.parametrize(
    ("name", "posted"),
    [
        ("surname", "onze lettres"),
        ("surname", "nul\x00"),
        ("surname", "sur\ud800"),
        ("surname", "\u202emoN"),
        ("surname", "illisible\ufffd"),
        ("text", "a\u2066b"),
        ("urgent", "oui"),
        ("colour", "pink"),
        ("colours", "pink"),
        ("past", "2026-11-25"),
        ("past", "2026-02-30"),
        ("past", "hier"),
        ("past", "1492-10-12"),
        ("due", "2926-01-01"),
        ("hour", "24:00"),
        ("hour", "14:60"),
        ("hour", "midi"),
        ("hour", "14"),
        ("year", "1066"),
        ("year", "2027"),
        ("year", "٢٠١١"),
        ("age", "-1"),
        ("age", "121"),
        ("phone", "appelez-moi"),
        ("email", "nom@@exemple.fr"),
        ("email", "nom exemple"),
        ("school", "8f0d9f5e-3f1c-4a53-9d4f-3f6a53a7f002"),
        ("member", "moi"),
    ],
)
def test_a_wrong_value_is_refused_with_one_sentence_and_no_value(name: str, posted: str) -> None:
    parsed = read((name, posted), fields=only(name))
    assert name not in parsed.values
    (error,) = parsed.errors
    assert error.id == f"f-{name}"
    assert error.message.endswith((".", ".fr."))


def test_invisible_characters_are_removed_once_and_said() -> None:
    first = read(("surname", "Mar\u202etin"))
    assert not first.ok
    assert first.shown["surname"] == "Martin"
    assert read(("surname", first.shown["surname"])).ok


def test_a_refused_text_comes_back_whole() -> None:
    long = "mot " * 400
    parsed = read(("text", long))
    assert parsed.shown["text"] == long.strip()
    assert parsed.errors[0].message == "30 caractères au plus : retirez-en 1569."


@pytest.mark.parametrize("posted", ["le 3 mai", "30/02/2026"])
def test_a_refused_date_comes_back_as_typed(posted: str) -> None:
    assert read(("past", posted)).shown["past"] == posted


def test_a_name_no_field_has_is_ignored() -> None:
    posted = [
        ("is_admin", "1"),
        ("guardians-0-is_admin", "1"),
        ("guardians-9-surname", "Trop"),
        ("guardians-x-surname", "Non"),
    ]
    assert read(*posted).values == {"urgent": False}


@pytest.mark.parametrize(
    "item", [item for item in FIELDS if item.kind is not Kind.ROWS and item.only_if is None], ids=lambda item: item.name
)
def test_a_required_field_left_empty_is_said(item: Field) -> None:
    assert message((item.name, " "), fields=only(item.name, required=True))


def test_a_conditional_field_is_required_only_then() -> None:
    assert message(("urgent", "1")) == "Remplissez ce champ."
    assert read(("urgent", "1"), ("why", "Danger")).values["why"] == "Danger"


def test_a_conditional_field_is_dropped_otherwise_but_still_shown() -> None:
    parsed = read(("why", "Danger"))
    assert parsed.ok
    assert "why" not in parsed.values
    assert parsed.shown["why"] == "Danger"


def test_a_condition_may_come_after_what_it_decides() -> None:
    turned = tuple(reversed(FIELDS))
    parsed = read(("urgent", "1"), ("why", "Danger"), fields=turned)
    assert parsed.values == {"why": "Danger", "urgent": True}


def test_empty_groups_are_dropped_and_the_others_keep_their_order() -> None:
    parsed = read(("guardians-0-surname", " "), ("guardians-0-colour", ""), ("guardians-1-surname", "B"))
    assert parsed.values["guardians"] == [{"surname": "B"}]


def test_an_error_in_a_group_names_the_group_and_the_input_shown() -> None:
    parsed = read(("guardians-1-colour", "red"))
    (error,) = parsed.errors
    assert (error.id, error.label) == ("f-guardians-0-surname", "Nom (représentant légal 1)")


def test_groups_past_the_most_are_not_read_and_the_least_is_asked() -> None:
    posted = [(f"guardians-{number}-surname", "A") for number in range(5)]
    assert len(read(*posted).values["guardians"]) == 2
    assert "2 groupes" in message(("guardians-0-surname", "A"), fields=only("guardians", rows=(2, 3)))
    assert "un représentant légal" in message(fields=only("guardians", required=True))


def test_asking_for_one_more_group_loses_nothing_and_acts_on_nothing() -> None:
    parsed = read(("surname", "Martin"), ("guardians-0-surname", "A"), (MORE, "guardians"), ("past", "hier"))
    assert not parsed.ok
    assert parsed.announced == ()
    assert parsed.shown["guardians"] == [{"surname": "A"}, {}]
    assert parsed.shown["surname"] == "Martin"
    assert parsed.shown["past"] == "hier"


def test_a_right_form_that_asks_for_one_more_group_is_not_yet_sent() -> None:
    parsed = read(("surname", "Martin"), (MORE, "guardians"))
    assert parsed.errors == ()
    assert not parsed.ok


def test_no_more_groups_are_offered_than_the_most() -> None:
    parsed = read(("guardians-0-surname", "A"), ("guardians-1-surname", "B"), (MORE, "guardians"))
    assert len(parsed.shown["guardians"]) == 2


def test_a_group_is_taken_away_from_its_place_and_nothing_else_is_done() -> None:
    posted = [(f"guardians-{number}-surname", name) for number, name in enumerate("AB")]
    parsed = read(("surname", "Martin"), *posted, (LESS, "guardians-0"))
    assert not parsed.ok
    assert (parsed.announced, parsed.shown["guardians"]) == ((), [{"surname": "B"}])
    assert parsed.shown["surname"] == "Martin"
    for strange in ("guardians", "surname-0", "others-1", "-", ""):
        assert read(("surname", "Martin"), *posted, (LESS, strange)).values["guardians"] == [
            {"surname": "A"},
            {"surname": "B"},
        ]


def test_the_prefix_separates_two_compartments_of_one_form() -> None:
    posted = MultiDict([("a-surname", "Un"), ("b-surname", "Deux"), (MORE, "a-guardians")])
    one, two = (parse(FIELDS, posted, prefix, today=TODAY) for prefix in ("a-", "b-"))
    assert (one.values["surname"], two.values["surname"]) == ("Un", "Deux")
    assert (one.more, two.more) == (("guardians",), ())


def test_what_only_the_charter_knows_is_asked_of_a_form_otherwise_right() -> None:
    parsed = parse(FIELDS, MultiDict(), "a-", today=TODAY, extra_errors=lambda _: [("age", "La personne est majeure.")])
    assert [(error.id, error.label) for error in parsed.errors] == [("f-a-age", "Âge")]
    wrong = parse(FIELDS, MultiDict({"age": "x"}), today=TODAY, extra_errors=lambda _: pytest.fail("asked too early"))
    assert not wrong.ok


def test_preset_fields_are_not_asked_at_any_depth_unless_the_move_asks() -> None:
    preset = Field("origin", "Origine", Kind.LINE, "C-02", preset="origin")
    rows = Field("rows", "Groupe", Kind.ROWS, "C-02", fields=(preset, FIELDS[0]))
    shown = asked((preset, rows))
    assert [item.name for item in shown] == ["rows"]
    assert [item.name for item in shown[0].fields] == ["surname"]
    assert asked((preset, rows), ("origin",)) == (preset, rows)


# --- Properties: whatever is posted ---------------------------------------------------------------------------------------------------

ANYTHING = st.text(st.characters(exclude_categories=()), max_size=60)
NAMES = st.sampled_from(
    [
        f"{row}{item.name}"
        for fields in (*EVERY, FIELDS)
        for item in fields
        for row in ("", "representatives-0-", "facts-1-", "guardians-0-")
    ]
)
VALUES = st.sampled_from(
    [
        "1",
        "red",
        "green",
        "2026-01-01",
        "2030-01-01",
        "12",
        "birth_known",
        "mother",
        "street",
        SCHOOLS[0][0],
        "x" * 70_000,
    ]
)
POSTED = st.lists(st.tuples(NAMES | ANYTHING, VALUES | ANYTHING), max_size=40)


@settings(deadline=None)  # an example may hold many texts of 70 000 characters
@given(POSTED)
def test_whatever_is_posted_nothing_outside_the_fields_is_taken(posted: list[tuple[str, str]]) -> None:
    for fields in (*EVERY, FIELDS):
        parsed = read(*posted, fields=fields)
        allowed(fields, parsed.values)
        json.dumps(parsed.values, allow_nan=False).encode()
        json.dumps(parsed.shown, ensure_ascii=False, default=list).encode()
        assert len({error.id for error in parsed.errors}) == len(parsed.errors)


def allowed(fields: tuple[Field, ...], values: dict[str, Any]) -> None:
    """Every value stands in the allow-list of its field."""
    named = {item.name: item for item in fields}
    assert set(values) <= set(named)
    for name, value in values.items():
        fits(named[name], value)


def fits(item: Field, value: Any) -> None:
    """One value, by kind."""
    if item.kind is Kind.ROWS:
        assert 0 < len(value) <= item.rows[1]
        for row in value:
            allowed(item.fields, row)
    elif item.choices is not None:
        assert all(each in item.choices for each in (value if item.kind is Kind.CHOICES else [value]))
    elif item.kind in (Kind.SCHOOL, Kind.MEMBER):
        assert value == SCHOOLS[0][0]
    elif item.kind is Kind.FLAG:
        assert isinstance(value, bool)
    elif item.kind in (Kind.YEAR, Kind.AGE):
        assert 0 <= value <= TODAY.year
    elif item.kind in (Kind.DATE, Kind.PAST_DATE, Kind.COMING_DATE):
        day = date.fromisoformat(value)
        assert item.kind is Kind.DATE or (day <= TODAY if item.kind is Kind.PAST_DATE else day >= TODAY)
    else:
        assert 0 < len(value) <= item.limit
        assert not any(
            (char < " " and char != "\n") or "\u202a" <= char <= "\u202e" or "\ud800" <= char <= "\udfff"
            for char in value
        )


FILLED = st.fixed_dictionaries(
    {"surname": st.sampled_from(["Nguyễn", "Đỗ", "O’Neil", "李"])},
    optional={
        "colour": st.sampled_from(["red", "green"]),
        "past": st.dates(date(1990, 1, 1), TODAY).map(date.isoformat),
        "due": st.dates(TODAY, TODAY + timedelta(900)).map(date.isoformat),
        "year": st.integers(1900, 2026),
        "age": st.integers(0, 120),
        "school": st.just(SCHOOLS[0][0]),
        "text": st.lists(st.sampled_from(["Un fait.", "Deux.", "«\u00a0Oui\u00a0»"]), min_size=1, max_size=2).map(
            "\n".join
        ),
        "guardians": st.lists(
            st.fixed_dictionaries({"surname": st.just("A")}, optional={"colour": st.just("blue")}),
            min_size=1,
            max_size=2,
        ),
    },
)


@given(values=FILLED, urgent=st.booleans())
def test_valid_values_come_back_as_they_were(*, values: dict[str, Any], urgent: bool) -> None:
    expected = values | {"urgent": urgent} | ({"why": "Danger"} if urgent else {})
    parsed = read(*flat(expected))
    assert parsed.errors == ()
    assert parsed.values == expected == dict(parsed.shown)


def flat(values: dict[str, Any], prefix: str = "") -> list[tuple[str, str]]:
    """The values as a browser posts them."""
    posted: list[tuple[str, str]] = []
    for name, value in values.items():
        if isinstance(value, list):
            for index, row in enumerate(value):
                posted += flat(row, f"{prefix}{name}-{index}-")
        elif value is not False:
            posted.append((prefix + name, "1" if value is True else str(value)))
    return posted
