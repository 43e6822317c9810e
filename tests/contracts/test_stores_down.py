"""A store that does not answer, or is another's: the start says it in English, the pages in French, nothing is half-written."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from uuid import uuid4

import pytest
from click.testing import CliRunner
from sqlalchemy import Engine
from werkzeug.test import TestResponse

from casework import cli, create_app
from casework.cases import drafts
from casework.cases.clocks import tick
from casework.config import Settings
from casework.kernel.clock import at
from casework.store.engines import StoreDown
from casework.store.keyring import LOCK
from casework.store.keytables import CopyRow
from crypto.provider import FileProvider
from tests import databases
from tests.browser import assert_page
from tests.cases.conftest import Lives
from tests.cases.pages import application, everybody
from tests.cases.test_pages import REFERRAL
from tests.contracts.test_fault_points import assert_whole
from tests.databases import down, down_from, on_both
from tests.house import settings_of

STORES = ("case", "key")
WORDS = ("Rien n’est enregistré", "Réessayez", "appelez l’administrateur")


def engine_of(lives: Lives, store: str) -> Engine:
    engine: Engine = getattr(lives.house.stores, store)
    return engine


# --- At the start ---------------------------------------------------------------------------------------------------


def missing(lives: Lives, store: str) -> None:
    Path(str(engine_of(lives, store).url.database)).unlink()


def unreadable(lives: Lives, store: str) -> None:
    Path(str(engine_of(lives, store).url.database)).write_bytes(b"not a database" * 500)


def of_another_instance(lives: Lives, store: str) -> None:
    """A key store whose escrow is that of others."""
    folder = lives.folder / "others"
    folder.mkdir()
    others = databases.new_stores(folder, "sqlite")
    with others.key_writing() as keys:
        escrow = uuid4()
        keys.add(CopyRow(principal=escrow, holder=escrow, purpose=LOCK, sealed=bytes(32)))
    others.close()
    Path(str(others.key.url.database)).rename(str(engine_of(lives, store).url.database))


def of_another_provider(lives: Lives, _store: str) -> None:
    path = settings_of(lives.house, lives.folder).provider
    path.unlink()
    FileProvider.create(path)


def without_provider(lives: Lives, _store: str) -> None:
    settings_of(lives.house, lives.folder).provider.unlink()


REFUSED: list[tuple[Callable[[Lives, str], None], str, str]] = [
    (missing, "case", "CASEWORK_CASE_URL: there is no file"),
    (missing, "key", "CASEWORK_KEY_URL: there is no file"),
    (unreadable, "case", "the case store does not answer, or is not a database of casework: see CASEWORK_CASE_URL"),
    (unreadable, "key", "the key store does not answer, or is not a database of casework: see CASEWORK_KEY_URL"),
    (of_another_instance, "key", "the key store is not the one of this case store"),
    (of_another_provider, "", "PROVIDER is not the key file of this case store"),
    (without_provider, "", "restore it from its backup"),
]


def environment(settings: Settings) -> dict[str, str]:
    values = {
        "CASE_URL": settings.case_url,
        "KEY_URL": settings.key_url,
        "PROVIDER": str(settings.provider),
        "PINS": str(settings.pins),
        "TRUSTED_HOSTS": "localhost",
        "DEMO": "1",
    }
    return {f"CASEWORK_{name}": value for name, value in values.items()}


def refusal(lives: Lives) -> str:
    """What the start of the application says, and a command too."""
    settings = settings_of(lives.house, lives.folder)
    with pytest.raises(cli.SPOKEN) as caught:
        create_app(settings)
    said = CliRunner(env=environment(settings)).invoke(cli.main, ["tick"])
    assert (said.exit_code, "Traceback" in said.output) == (1, False)
    assert str(caught.value) in said.output
    return str(caught.value)


@pytest.mark.parametrize(("spoil", "store", "words"), REFUSED)
def test_a_start_is_refused_with_what_to_do(
    lives: Lives, spoil: Callable[[Lives, str], None], store: str, words: str
) -> None:
    lives.house.stores.close()
    spoil(lives, store)
    before = sorted(lives.folder.rglob("*.sqlite"))
    assert words in refusal(lives)
    assert sorted(lives.folder.rglob("*.sqlite")) == before


@on_both("lives", "postgresql")
@pytest.mark.parametrize("store", STORES)
def test_a_server_that_does_not_answer_refuses_the_start(lives: Lives, store: str) -> None:
    with down(engine_of(lives, store)):
        assert f"the {store} store does not answer" in refusal(lives)


def test_right_stores_start(lives: Lives) -> None:
    app = create_app(settings_of(lives.house, lives.folder))
    assert app.test_client().get("/sante", base_url="https://localhost").text == "ok"


# --- While running --------------------------------------------------------------------------------------------------


def told(answer: TestResponse) -> None:
    """A page in French that says that nothing is recorded, and what to do."""
    assert answer.status_code == 503, answer.text
    assert_page(answer.text, answer.headers, 503)
    assert all(word in answer.text for word in WORDS)


@contextmanager
def nothing_written(lives: Lives) -> Iterator[None]:
    """Nothing but entries of the log, and when each session was last seen."""
    before = databases.rows(lives.house.stores)
    yield
    after = databases.rows(lives.house.stores)
    assert {name for name in before if before[name] != after[name]} <= {"audit_log", "session"}


@on_both("lives")
@pytest.mark.parametrize("store", STORES)
def test_a_store_that_does_not_answer_is_told_and_comes_back(
    lives: Lives, store: str, caplog: pytest.LogCaptureFixture
) -> None:
    readers, head = everybody(application(lives), lives), lives.play(lives.refer(), "coordinator", "transmit")
    path, act = f"/situations/{head.life.case}", f"/situations/{head.life.case}/actes/retain"
    asked = {name: readers[name].hidden(page) for name, page in
             (("prosecutor", act), ("pjj", "/situations/nouvelle/refer"))}  # fmt: skip
    with nothing_written(lives), down(engine_of(lives, store)):
        told(readers["prosecutor"].get(path))
        told(readers["prosecutor"].send(act, asked["prosecutor"]))
        told(readers["pjj"].send("/situations/nouvelle/refer", {**asked["pjj"], **REFERRAL}))
        told(readers["dpo"].get("/sante"))
    assert readers["prosecutor"].send(act, asked["prosecutor"]).status_code == 303
    assert readers["pjj"].send("/situations/nouvelle/refer", {**asked["pjj"], **REFERRAL}).status_code == 303
    assert f"the {store} store does not answer (OperationalError)" in caplog.text
    assert not [word for word in ("Fictif", "Camille", "exemple.fr", "SELECT", "INSERT") if word in caplog.text]


@on_both("lives", "postgresql")
def test_a_server_that_started_again_is_not_noticed(lives: Lives) -> None:
    reader, head = everybody(application(lives), lives)["coordinator"], lives.refer()
    for store in STORES:
        with down(engine_of(lives, store)):
            pass
    assert reader.get(f"/situations/{head.life.case}").status_code == 200


@pytest.mark.parametrize("store", STORES)
def test_a_file_put_in_the_place_of_a_store_is_not_used(lives: Lives, store: str) -> None:
    readers = everybody(application(lives), lives)
    asked = readers["pjj"].hidden("/situations/nouvelle/refer")
    engine = engine_of(lives, store)
    path = Path(str(engine.url.database))
    with nothing_written(lives), down(engine):
        of_another_instance(lives, store)
        told(readers["pjj"].send("/situations/nouvelle/refer", {**asked, **REFERRAL}))
        path.unlink()


# A transaction that is open on a file ends well, even when the file is moved.
@pytest.mark.parametrize(
    ("lives", "point", "store"),
    [
        ("sqlite", "before-seals", "key"),
        ("postgresql", "before-seals", "key"),
        ("postgresql", "seals-committed", "case"),
    ],
    indirect=["lives"],
)
def test_a_store_lost_before_the_commit_leaves_the_situation_as_it_was(lives: Lives, point: str, store: str) -> None:
    head = lives.play(lives.refer(), "coordinator", "transmit")
    with down_from(engine_of(lives, store), point), pytest.raises(StoreDown):
        lives.play(head, "prosecutor", "retain", {"judicial": {}})
    with at(lives.town.moment):
        tick(lives.house)
        assert_whole(lives, head)
    assert lives.play(head, "prosecutor", "retain", {"judicial": {}}).sequence == head.sequence + 1


@on_both("lives")
@pytest.mark.parametrize("store", STORES)
def test_a_store_lost_after_the_commit_does_not_hide_that_the_move_is_done(lives: Lives, store: str) -> None:
    head = lives.play(lives.refer(), "coordinator", "transmit")
    with down_from(engine_of(lives, store), "case-committed"):
        assert lives.play(head, "prosecutor", "not_retain").sequence == head.sequence + 1
    with at(lives.town.moment):
        assert tick(lives.house).finished > 0
        assert_whole(lives, head)


def test_what_was_sent_is_said_sent_even_when_its_draft_cannot_be_deleted_now(lives: Lives) -> None:
    reader, path = everybody(application(lives), lives)["pjj"], "/situations/nouvelle/refer"
    reader.post(path, _keep="1", **REFERRAL)
    hidden = reader.hidden(path)
    with down_from(lives.house.stores.key, "case-committed"):
        assert reader.send(path, {**hidden, **REFERRAL}).status_code == 303


def test_a_draft_is_kept_even_when_the_key_of_the_former_one_cannot_be_deleted_now(lives: Lives) -> None:
    pjj = lives.acting["pjj"]
    with at(lives.town.moment):
        drafts.keep(lives.house, pjj.party, "refer", {"identity-surname": ["Ancien"]})
        with down_from(lives.house.stores.key, "draft-committed"):
            drafts.keep(lives.house, pjj.party, "refer", {"identity-surname": ["Nouveau"]})
        assert drafts.find(lives.house, pjj, "refer") == {"identity-surname": ["Nouveau"]}
        assert (tick(lives.house).surplus, tick(lives.house).surplus) == (1, 0)
