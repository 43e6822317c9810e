"""The guard of free text (C-03): what it notices, what it leaves in peace."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from casework.charters.free_text import ADVICE, MOST, notice

NOTICED = [
    ("Avec Kevin Martin, devant le square.", [("person", "Kevin"), ("person", "Martin")]),
    ("Signalé par M. Durand et Mme Petit-Jean.", [("person", "M. Durand"), ("person", "Mme Petit-Jean")]),
    ("Habite au 12 bis, rue de Seine.", [("address", "12 bis, rue de Seine")]),
    ("À joindre au 06 12 34 56 78.", [("contact", "06 12 34 56 78")]),
    ("Écrire à parent@exemple.fr pour le voir.", [("contact", "parent@exemple.fr")]),
    ("Suivi en psychiatrie, sous traitement.", [("health", "psychiatrie"), ("health", "sous traitement")]),
    ("Il prie à la mosquée.", [("religion", "mosquée")]),
    ("De nationalité étrangère.", [("origin", "nationalité"), ("origin", "étrangère")]),
    ("Il a volé un sac, garde à vue lundi.", [("penal", "volé"), ("penal", "garde à vue")]),
    ("Connu des services, inscrit au TAJ.", [("police_file", "Connu des services"), ("police_file", "TAJ")]),
]
IN_PEACE = [
    "",
    "Douze retenues en un trimestre ; ne vient plus aux entretiens.",
    "Présente seule devant la gare, sans cartable, trois matins de suite.",
    "Absences depuis la Toussaint. Le collège Montaigne a alerté la famille.",
    "Groupe au jardin du Luxembourg, place Saint-Sulpice, rue de la Harpe, à 22 h 30.",
    "La DSOL et la CRIP 75 ont été informées. « Il ne dort plus ici », dit sa mère.",
    "Vu deux fois : Rue de Seine, puis au pont des Arts.",
]


@pytest.mark.clause("C-03")
@pytest.mark.parametrize(("text", "expected"), NOTICED)
def test_what_an_account_should_not_say_is_noticed(text: str, expected: list[tuple[str, str]]) -> None:
    found = notice(text)
    assert [(item.kind, item.words) for item in found] == expected
    assert all(item.advice == ADVICE[item.kind] for item in found)


@pytest.mark.clause("C-03")
@pytest.mark.parametrize("text", IN_PEACE)
def test_facts_and_places_are_left_in_peace(text: str) -> None:
    assert notice(text) == ()


@pytest.mark.clause("C-03")
def test_the_names_written_in_their_own_fields_are_not_another_person() -> None:
    text = "Hier, Camille Fictif et Noé étaient au square."
    assert [item.words for item in notice(text, ["Camille", "FICTIF"])] == ["Noé"]


def test_the_same_words_are_noticed_once_and_never_without_end() -> None:
    assert len(notice("vol, vol et vol")) == 1
    assert (
        len(notice(" ".join(f"le {name}" for name in ("Ada", "Bob", "Cléo", "Dan", "Eva", "Fay", "Gus", "Hal", "Ivo"))))
        == MOST
    )


@given(st.text(max_size=300))
def test_any_text_is_read_and_every_notice_quotes_it(text: str) -> None:
    assert all(item.words in text and item.kind in ADVICE for item in notice(text))


@pytest.mark.clause("C-03")
def test_no_advice_supposes_a_school_or_a_field_that_some_forms_lack() -> None:
    assert not any("élève" in advice for advice in ADVICE.values())
    assert "quand ce champ existe" in ADVICE["address"]
