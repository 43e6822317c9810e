"""Each frozen vector, with the outcome that it states: what another implementation would have to reproduce."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from crypto import errors, identity, keyfile, sealing, shares, signing
from crypto.envelope import EnvelopeContext, open_content
from crypto.provider import FileProvider

FOLDER = Path(keyfile.__file__).parent / "vectors"
Inputs = dict[str, Any]
TEXT = {"operation", "name", "expect", "domain", "password", "code", "value", "compartment", "purpose", "file"}
UUIDS = {"instance", "case", "part", "key_id", "principal", "id"}


def read(name: str, value: Any) -> Any:
    if isinstance(value, dict):
        return {inner: read(inner, item) for inner, item in value.items()}
    if isinstance(value, list):
        return [read(name, item) for item in value]
    if not isinstance(value, str) or name in TEXT:
        return value
    return UUID(value) if name in UUIDS else bytes.fromhex(value)


def vectors() -> list[Any]:
    found = []
    for file in sorted(FOLDER.glob("*.json")):
        for number, vector in enumerate(json.loads(file.read_text("ascii"))["vectors"]):
            found.append(pytest.param(vector, id=f"{file.stem}-{number}-{vector['operation']}-{vector['name']}"))
    return found


def pepper(key: bytes) -> identity.Pepper:
    return FileProvider(keyfile.Keys(UUID(int=0), key, key, key, {1: key})).pepper


def provider(text: str) -> FileProvider:
    return FileProvider(keyfile.decode(text.encode(), Path("vector")))


def load(i: Inputs) -> Inputs:
    found = provider(i["file"])
    return {"id": found.id, "removal_key": found.removal_key}


def check_signature(i: Inputs) -> None:
    return signing.check_signature(i["public"], i["domain"], i["message"], i["signature"])


def unlock_by_password(i: Inputs) -> bytes:
    floor = identity.Cost(**i["floor"])
    return identity.unlock_by_password(i["password"], i["blob"], i["aad"], pepper(i["pepper"]), floor)


def password_key(i: Inputs) -> bytes:
    return identity.password_key(i["password"], i["salt"], identity.Cost(**i["cost"]), pepper(i["pepper"]))


OPERATIONS: dict[str, Callable[[Inputs], Any]] = {
    "open_content": lambda i: open_content(i["key"], i["envelope"], EnvelopeContext(**i["context"])),
    "public_of": lambda i: sealing.public_of(i["private"]),
    "unseal": lambda i: sealing.unseal(i["private"], i["sealed"], sealing.SealContext(**i["context"])),
    "verification_key": lambda i: signing.verification_key(i["private"]),
    "sign": lambda i: signing.sign(i["private"], i["domain"], i["message"]),
    "check_signature": check_signature,
    "unlock": lambda i: identity.unlock(i["key"], i["blob"], i["aad"]),
    "unlock_by_password": unlock_by_password,
    "password_key": password_key,
    "recovery_key": lambda i: identity.recovery_key(i["code"], i["salt"], pepper(i["pepper"])),
    "session_key": lambda i: identity.session_key(i["token"], pepper(i["pepper"])),
    "fingerprint": lambda i: identity.fingerprint(i["parts"]),
    "join": lambda i: shares.join(i["shares"]),
    "load": load,
    "pepper": lambda i: provider(i["file"]).pepper(i["data"]),
    "lookup": lambda i: provider(i["file"]).lookup(i["domain"], i["value"]),
    "mac": lambda i: provider(i["file"]).mac(i["data"]),
    "sign_removal": lambda i: provider(i["file"]).sign_removal(i["domain"], i["message"]),
    "open": lambda i: provider(i["file"]).open(i["domain"], i["blob"], i["aad"]),
}


@pytest.mark.parametrize("vector", vectors())
def test_a_vector_has_the_outcome_it_states(vector: Inputs) -> None:
    act, inputs = OPERATIONS[vector["operation"]], read("input", vector["input"])
    if vector["expect"] == "success":
        is_text = vector["operation"] == "fingerprint"
        assert act(inputs) == (vector["output"] if is_text else read("output", vector["output"]))
    else:
        with pytest.raises(getattr(errors, vector["expect"])) as caught:
            act(inputs)
        assert type(caught.value) is getattr(errors, vector["expect"])


def test_every_operation_has_a_vector() -> None:
    assert {parameter.values[0]["operation"] for parameter in vectors()} == set(OPERATIONS)
