"""Settings: what is unsafe stops the process, and the message says what to change."""

from pathlib import Path
from uuid import uuid4

import pytest

from audit.pins import PinFile
from casework.config import Settings, Unsafe, open_house
from casework.store.tables import InstanceRow
from crypto.provider import FileProvider
from tests import databases

GOOD = {
    "CASEWORK_CASE_URL": "sqlite:////srv/data/case.db",
    "CASEWORK_KEY_URL": "sqlite:////srv/data/key.db",
    "CASEWORK_PROVIDER": "/srv/keys/provider.json",
    "CASEWORK_PINS": "/srv/pins.json",
    "CASEWORK_TRUSTED_HOSTS": "cellule.example",
}


def test_good_settings_are_read() -> None:
    settings = Settings.read(
        GOOD | {"CASEWORK_TOWN": "Mairie du Sixième", "CASEWORK_TRUSTED_HOSTS": "a.example,b.example"}
    )
    assert (settings.town, settings.trusted_hosts, settings.demo) == (
        "Mairie du Sixième",
        ("a.example", "b.example"),
        False,
    )
    assert Settings.read(GOOD).town == "Mairie"


@pytest.mark.parametrize("name", sorted(GOOD))
def test_each_place_must_be_given(name: str) -> None:
    with pytest.raises(Unsafe, match=name):
        Settings.read({key: value for key, value in GOOD.items() if key != name})


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"CASEWORK_TRUSTED_HOSTS": "*"}, "TRUSTED_HOSTS"),
        ({"CASEWORK_TRUSTED_HOSTS": ".example"}, "TRUSTED_HOSTS"),
        ({"CASEWORK_TRUSTED_HOSTS": "a.example,"}, "TRUSTED_HOSTS"),
        ({"CASEWORK_KEY_URL": GOOD["CASEWORK_CASE_URL"]}, "two stores"),
        ({"CASEWORK_PROVIDER": "/srv/data/provider.json"}, "PROVIDER"),
        ({"CASEWORK_PROVIDER": "/srv/data/keys/../provider.json"}, "PROVIDER"),
        ({"CASEWORK_REGISTER": "/srv/data/deletions.jsonl"}, "REGISTER"),
        ({"CASEWORK_PINS": "/srv/data/pins.json"}, "REGISTER"),
        ({"CASEWORK_DEMO": "1"}, "this computer only"),
        ({"FLASK_DEBUG": "1"}, "FLASK_DEBUG"),
    ],
)
def test_an_unsafe_setting_is_refused(change: dict[str, str], message: str) -> None:
    with pytest.raises(Unsafe, match=message):
        Settings.read(GOOD | change)


def test_the_deletion_register_is_beside_the_pins_or_where_one_says() -> None:
    assert Settings.read(GOOD).register_path == Path("/srv/deletions.jsonl")
    assert Settings.read(GOOD | {"CASEWORK_REGISTER": "/mnt/r.jsonl"}).register_path == Path("/mnt/r.jsonl")


def test_the_demo_answers_on_this_computer() -> None:
    assert Settings.read(GOOD | {"CASEWORK_DEMO": "1", "CASEWORK_TRUSTED_HOSTS": "127.0.0.1,localhost"}).demo


@pytest.mark.clause("F-01")
def test_a_house_needs_its_instance_and_holds_no_other(tmp_path: Path) -> None:
    stores, instance = databases.new_stores(tmp_path, "sqlite"), uuid4()
    FileProvider.create(tmp_path / "provider.json")
    PinFile.create(tmp_path / "pins.json")
    case, key = (databases.file_url(tmp_path, name) for name in databases.STORES)
    settings = Settings(case, key, tmp_path / "provider.json", tmp_path / "pins.json", ("localhost",), demo=True)
    with pytest.raises(Unsafe, match="instance"):
        open_house(settings)
    with stores.case_writing() as session:
        session.add(InstanceRow(id=instance, charter="cenomed", settings=b'{"window": 3}'))
    house = open_house(settings)
    assert (house.instance, house.charter.name, house.settings) == (instance, "cenomed", {"window": 3})
    house.stores.close()
    with stores.case_writing() as session:
        session.add(InstanceRow(id=uuid4(), charter="cenomed"))
    with pytest.raises(Unsafe, match="exactly one instance"):
        open_house(settings)
    databases.drop(stores)
