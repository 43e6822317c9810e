"""Wrote crypto/vectors once (`PYTHONPATH=. python tests/crypto/make_vectors.py FOLDER`); it writes over nothing."""

import json
import sys
from collections.abc import Iterator
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

from shamir_mnemonic import generate_mnemonics

from crypto import identity, keyfile, sealing, shares, signing
from crypto.envelope import EnvelopeContext, new_key, seal_content
from crypto.provider import FileProvider
from crypto.sealing import SealContext

Vector = dict[str, Any]
CHEAP = identity.Cost(64, 1, 1)
PLAINTEXT = "Élève née en 2011, 3e B".encode()


def plain(value: Any) -> Any:
    """JSON: bytes as hexadecimal, UUIDs as text."""
    if isinstance(value, bytes):
        return value.hex()
    if isinstance(value, UUID):
        return str(value)
    if isinstance(value, dict):
        return {name: plain(item) for name, item in value.items()}
    return [plain(item) for item in value] if isinstance(value, list | tuple) else value


def vector(operation: str, name: str, inputs: Vector, output: Any = None, expect: str = "success") -> Vector:
    found = {"operation": operation, "name": name, "expect": expect, "input": plain(inputs)}
    return found | {"output": plain(output)} if expect == "success" else found


def fails(operation: str, name: str, inputs: Vector, expect: str = "DoesNotOpen") -> Vector:
    return vector(operation, name, inputs, expect=expect)


def flipped(blob: bytes, at: int) -> bytes:
    changed = bytearray(blob)
    changed[at] ^= 1
    return bytes(changed)


def damaged(operation: str, inputs: Vector, field: str, places: tuple[int, ...]) -> Iterator[Vector]:
    """What storage or an attacker may do to a versioned blob, at the byte offsets `places` among others."""
    blob: bytes = inputs[field]
    for name, changed in (("empty", b""), ("version byte alone", blob[:1]), ("half of the header", blob[:8])):
        yield fails(operation, name, inputs | {field: changed}, "Malformed")
    for version in (0, 2, 255):
        yield fails(operation, f"version {version}", inputs | {field: bytes([version]) + blob[1:]}, "Malformed")
    for place in (*places, len(blob) - 1):
        yield fails(operation, f"bit flipped in byte {place}", inputs | {field: flipped(blob, place)})
    yield fails(operation, "one byte more", inputs | {field: blob + b"\0"})


def moved(operation: str, inputs: Vector) -> Iterator[Vector]:
    """The same bytes, read elsewhere: one vector for each field of the context."""
    for name, value in asdict(inputs["context"]).items():
        other: Any = uuid4()
        if isinstance(value, str):
            other = value + "x"
        elif isinstance(value, bytes):
            other = flipped(value, 31)
        elif isinstance(value, int):
            other = value + 1
        yield fails(
            operation, f"moved: {name}", inputs | {"context": asdict(replace(inputs["context"], **{name: other}))}
        )


def envelopes() -> Iterator[Vector]:
    key, schema = new_key(), new_key()
    context = EnvelopeContext(uuid4(), uuid4(), "identity", UUID(int=0), uuid4(), schema, 7)
    contents = {"short": (PLAINTEXT, 64), "empty": (b"", 64), "full": (bytes(range(64)), 64), "no room": (b"", 0)}
    for name, (content, size) in contents.items():
        sealed = {"key": key, "envelope": seal_content(key, content, size, context), "context": asdict(context)}
        yield vector("open_content", name, sealed, content)
    inputs: Vector = {"key": key, "envelope": seal_content(key, PLAINTEXT, 64, context), "context": context}
    yield from moved("open_content", inputs)
    inputs["context"] = asdict(context)
    yield from damaged("open_content", inputs, "envelope", (1, 13))
    yield fails("open_content", "one byte less", inputs | {"envelope": inputs["envelope"][:-1]})
    yield fails("open_content", "wrong key", inputs | {"key": new_key()})
    yield fails("open_content", "short key", inputs | {"key": key[:16]}, "Malformed")


def seals() -> Iterator[Vector]:
    private, public = sealing.new_sealing_pair()
    context = SealContext("compartment-key", uuid4(), uuid4(), "identity", UUID(int=0), uuid4(), uuid4())
    inputs: Vector = {"private": private, "sealed": sealing.seal(public, b"k" * 32, context), "context": context}
    yield vector("public_of", "the key of the next vectors", {"private": private}, public)
    yield vector("unseal", "a compartment key", inputs | {"context": asdict(context)}, b"k" * 32)
    yield from moved("unseal", inputs)
    inputs["context"] = asdict(context)
    yield from damaged("unseal", inputs, "sealed", (1, 1089, 1121))
    yield fails("unseal", "one byte less", inputs | {"sealed": inputs["sealed"][:-1]})
    yield fails("unseal", "wrong key", inputs | {"private": sealing.new_sealing_pair()[0]})
    yield fails("unseal", "short key", inputs | {"private": private[:31]}, "Malformed")


def signatures() -> Iterator[Vector]:
    private, public = signing.new_signing_pair()
    inputs: Vector = {"public": public, "domain": "head", "message": PLAINTEXT}
    inputs["signature"] = signing.sign(private, "head", PLAINTEXT)
    yield vector("verification_key", "the key of the next vectors", {"private": private}, public)
    yield vector(
        "sign", "deterministic", {"private": private, "domain": "head", "message": PLAINTEXT}, inputs["signature"]
    )
    yield vector("check_signature", "a head", inputs)
    changes: dict[str, Vector] = {
        "other domain": {"domain": "directory"},
        "other message": {"message": flipped(PLAINTEXT, 0)},
        "wrong key": {"public": signing.new_signing_pair()[1]},
        "first half flipped": {"signature": flipped(inputs["signature"], 0)},
        "second half flipped": {"signature": flipped(inputs["signature"], 40)},
        "truncated": {"signature": inputs["signature"][:-1]},
        "empty": {"signature": b""},
    }
    for name, change in changes.items():
        yield fails("check_signature", name, inputs | change)
    yield fails("check_signature", "short key", inputs | {"public": public[:31]}, "Malformed")


def identities() -> Iterator[Vector]:
    pepper_key, salt, token = new_key(), identity.new_salt(), new_key()
    pepper = FileProvider(replace(keyfile.new_keys(), pepper=pepper_key)).pepper
    common = {"salt": salt, "pepper": pepper_key}
    for cost, password in ((CHEAP, "été 2026 — ﬁn"), (CHEAP, "e\u0301te\u0301 2026 — fin"), (identity.DEFAULT, "été")):
        given = common | {"password": password, "cost": asdict(cost)}
        yield vector(
            "password_key", f"{cost.memory_kib} KiB", given, identity.password_key(password, salt, cost, pepper)
        )
    code = identity.new_recovery_code()
    for typed in (code, code.lower().replace("-", " "), " " + code.replace("-", "\u2013") + "\n"):
        given = common | {"code": typed}
        yield vector("recovery_key", "typed", given, identity.recovery_key(typed, salt, pepper))
    for typed in (code[:-1], code[:-1] + "0", ""):
        yield fails("recovery_key", "not a code", common | {"code": typed}, "Malformed")
    yield vector("session_key", "a token", {"token": token, "pepper": pepper_key}, identity.session_key(token, pepper))
    yield fails("session_key", "short token", {"token": token[:31], "pepper": pepper_key}, "Malformed")
    for parts in ([b"instance", b"person"], [b"instanceperson"], [b"instance", b"", b"person"], []):
        yield vector("fingerprint", f"{len(parts)} parts", {"parts": parts}, identity.fingerprint(parts))
    yield from locks()
    yield from password_locks(pepper_key, pepper)


def locks() -> Iterator[Vector]:
    key = new_key()
    inputs = {"key": key, "blob": identity.lock(key, PLAINTEXT, b"member 1"), "aad": b"member 1"}
    yield vector("unlock", "a secret", inputs, PLAINTEXT)
    yield from damaged("unlock", inputs, "blob", (1, 13))
    yield fails("unlock", "wrong key", inputs | {"key": new_key()})
    yield fails("unlock", "moved", inputs | {"aad": b"member 2"})


def password_locks(pepper_key: bytes, pepper: identity.Pepper) -> Iterator[Vector]:
    blob = identity.lock_by_password("été", PLAINTEXT, b"member 1", pepper, CHEAP)
    inputs = {"password": "été", "blob": blob, "aad": b"member 1", "pepper": pepper_key, "floor": asdict(CHEAP)}
    yield vector("unlock_by_password", "a secret", inputs, PLAINTEXT)
    yield from damaged("unlock_by_password", inputs, "blob", (4, 13, 30, 42))
    yield fails("unlock_by_password", "wrong password", inputs | {"password": "ete"})
    yield fails("unlock_by_password", "wrong pepper", inputs | {"pepper": new_key()})
    yield fails("unlock_by_password", "moved", inputs | {"aad": b"member 2"})
    for name in asdict(CHEAP):
        floor = asdict(CHEAP) | {name: asdict(CHEAP)[name] * 2}
        yield fails("unlock_by_password", f"below the floor: {name}", inputs | {"floor": floor}, "Malformed")
    for name, at in (("memory", 1), ("iterations", 5), ("lanes", 9)):
        inner = blob[:at] + b"\xff\xff\xff\xff" + blob[at + 4 :]
        yield fails("unlock_by_password", f"absurd cost: {name}", inputs | {"blob": inner}, "Malformed")
    inner = blob[:29] + b"\2" + blob[30:]
    yield fails("unlock_by_password", "version 2 of the inner lock", inputs | {"blob": inner}, "Malformed")


def three() -> Iterator[Vector]:
    secret = new_key()
    first, second, third = shares.split(secret)
    stranger = shares.split(secret)[1]
    stretched = generate_mnemonics(1, [(2, 3)], secret, extendable=True, iteration_exponent=1)[0]
    for name, some in {"1 2": [first, second], "1 3": [third, first], "2 3": [second, third]}.items():
        yield vector("join", name, {"shares": some}, secret)
    yield vector("join", "all three", {"shares": [first, second, third]}, secret)
    yield vector("join", "upper case and spaces", {"shares": [first.upper().replace(b" ", b"  "), second]}, secret)
    few: dict[str, list[bytes]] = {"one": [first], "one twice": [first, first], "none": [], "mixed": [first, stranger]}
    for name, some in few.items():
        yield fails("join", name, {"shares": some})
    yield fails("join", "two and a stranger", {"shares": [first, second, stranger]})
    words = first.split()
    swapped = b" ".join([*words[:8], words[9], words[8], *words[10:]])
    wrong = {"empty": b"", "not ASCII": b"\xff", "a word missing": b" ".join(words[:-1]), "words swapped": swapped}
    wrong["other stretching"] = stretched[0].encode()
    for name, share in wrong.items():
        yield fails("join", name, {"shares": [share, second]}, "Malformed")


def providers() -> Iterator[Vector]:
    old = keyfile.new_keys()
    keys = keyfile.rotated(old)
    provider, file = FileProvider(keys), keyfile.encode(keys).decode()
    yield vector("load", "two sealing keys", {"file": file}, {"id": provider.id, "removal_key": provider.removal_key})
    yield vector("pepper", "a hash", {"file": file, "data": PLAINTEXT}, provider.pepper(PLAINTEXT))
    yield vector("mac", "an entry", {"file": file, "data": PLAINTEXT}, provider.mac(PLAINTEXT))
    for value in ("Zoé.Straße@Example.org", " ZOÉ.STRASSE@EXAMPLE.ORG ", "zoe\u0301.strasse@example.org"):
        given = {"file": file, "domain": "login", "value": value}
        yield vector("lookup", "one person", given, provider.lookup("login", value))
    given = {"file": file, "domain": "address", "value": value}
    yield vector("lookup", "other domain", given, provider.lookup("address", value))
    signature = provider.sign_removal("removal", PLAINTEXT)
    yield vector("sign_removal", "a removal", {"file": file, "domain": "removal", "message": PLAINTEXT}, signature)
    yield from blobs(old, provider, file)
    yield from files(file)


def blobs(old: keyfile.Keys, provider: FileProvider, file: str) -> Iterator[Vector]:
    inputs = {"file": file, "domain": "fact", "aad": b"row 1", "blob": provider.seal("fact", PLAINTEXT, b"row 1")}
    padded = provider.seal("fact", PLAINTEXT, b"row 1", size=64)
    former = FileProvider(old).seal("fact", PLAINTEXT, b"row 1")
    for name, blob in {"newest key": inputs["blob"], "former key": former, "padded": padded}.items():
        yield vector("open", name, inputs | {"blob": blob}, PLAINTEXT)
    yield from damaged("open", inputs, "blob", (1, 4, 5, 17))
    yield fails("open", "moved", inputs | {"aad": b"row 2"})
    yield fails("open", "other domain", inputs | {"domain": "outbox"})
    yield fails("open", "other provider", inputs | {"file": keyfile.encode(keyfile.new_keys()).decode()})


def files(file: str) -> Iterator[Vector]:
    content = json.loads(file)
    key = content["pepper"]
    wrong: dict[str, Any] = {name: {k: v for k, v in content.items() if k != name} for name in content}
    wrong["other format"] = content | {"format": "casework-provider/2"}
    wrong["a digit changed"] = content | {"pepper": key[:-1] + ("0" if key[-1] != "0" else "1")}
    wrong["a short key"] = content | {"log": key[:62]}
    wrong["no sealing key"] = content | {"sealing": {}}
    wrong["a list"] = [content]
    for name, changed in wrong.items():
        yield fails("load", f"file: {name}", {"file": json.dumps(changed)}, "ProviderUnusable")
    for name, text in {"truncated": file[:-3], "empty": "", "deep": "[" * 5000}.items():
        yield fails("load", f"file: {name}", {"file": text}, "ProviderUnusable")


KINDS = {
    "envelope": envelopes,
    "sealing": seals,
    "signing": signatures,
    "identity": identities,
    "shares": three,
    "provider": providers,
}


def main(folder: Path) -> None:
    for kind, make in KINDS.items():
        with (folder / f"{kind}.json").open("x", encoding="ascii") as file:
            json.dump({"format": "casework-vectors/1", "vectors": list(make())}, file, indent=1)
            file.write("\n")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
