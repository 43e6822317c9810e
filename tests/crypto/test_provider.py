"""The provider separates uses, gives no key out, and refuses a file that others could read, swap or damage."""

import json
import os
import stat
import unicodedata
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crypto import keyfile
from crypto import provider as module
from crypto.errors import DoesNotOpen, Malformed, Oversize, ProviderUnusable
from crypto.provider import OVERHEAD, FileProvider, Provider
from crypto.signing import check_signature

KEYS = keyfile.new_keys()
PROVIDER: Provider = FileProvider(KEYS)
REFUSED = (DoesNotOpen, Malformed)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "provider"


@pytest.fixture
def umask() -> Iterator[None]:
    former = os.umask(0)
    yield
    os.umask(former)


def secrets(keys: keyfile.Keys) -> list[bytes]:
    return [keys.pepper, keys.log, keys.clock, *keys.sealing.values()]


def test_a_created_provider_loads_again(path: Path) -> None:
    created, loaded = FileProvider.create(path), FileProvider.load(str(path))
    assert (created.id, created.removal_key) == (loaded.id, loaded.removal_key)
    assert loaded.open("fact", created.seal("fact", b"content", b"row"), b"row") == b"content"
    for verb in ("pepper", "mac"):
        assert getattr(created, verb)(b"data") == getattr(loaded, verb)(b"data")


@pytest.mark.usefixtures("umask")
def test_a_created_file_is_for_its_owner_only(path: Path) -> None:
    FileProvider.create(path)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


@pytest.mark.usefixtures("umask")
def test_the_file_is_never_open_to_others_even_for_an_instant(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "fchmod", lambda *_: None)
    FileProvider.create(path)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_a_narrow_umask_does_not_make_the_file_unreadable(path: Path) -> None:
    former = os.umask(0o777)
    try:
        FileProvider.create(path)
    finally:
        os.umask(former)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_creation_never_writes_over(path: Path) -> None:
    FileProvider.create(path)
    before = path.read_bytes()
    with pytest.raises(ProviderUnusable, match="exists already"):
        FileProvider.create(path)
    assert path.read_bytes() == before


def test_creation_does_not_follow_a_link(path: Path) -> None:
    path.symlink_to(path.with_name("elsewhere"))
    with pytest.raises(ProviderUnusable):
        FileProvider.create(path)
    assert not path.with_name("elsewhere").exists()


def test_a_failed_creation_leaves_nothing(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(ProviderUnusable, match="cannot be written"):
        FileProvider.create(path)
    assert not path.exists()


def test_creation_syncs_the_file_and_its_folder(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    synced: list[bool] = []
    monkeypatch.setattr(os, "fsync", lambda fd: synced.append(stat.S_ISDIR(os.fstat(fd).st_mode)))
    FileProvider.create(path)
    assert synced == [False, True]


@pytest.mark.parametrize("mode", [0o644, 0o640, 0o620, 0o610, 0o604, 0o602, 0o601, 0o666])
def test_a_file_open_to_others_is_refused(path: Path, mode: int) -> None:
    FileProvider.create(path)
    path.chmod(mode)
    with pytest.raises(ProviderUnusable, match=f"mode {mode:04o}"):
        FileProvider.load(path)


@pytest.mark.parametrize("mode", [0o600, 0o400])
def test_a_file_for_its_owner_is_accepted(path: Path, mode: int) -> None:
    FileProvider.create(path)
    path.chmod(mode)
    FileProvider.load(path)


def test_a_file_of_another_user_is_refused(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    FileProvider.create(path)
    monkeypatch.setattr(os, "geteuid", lambda: path.stat().st_uid + 1)
    with pytest.raises(ProviderUnusable, match="another system user"):
        FileProvider.load(path)


@pytest.mark.parametrize("mode", [0o777, 0o1777, 0o702])
def test_a_folder_that_anybody_may_write_is_refused(path: Path, mode: int) -> None:
    FileProvider.create(path)
    path.parent.chmod(mode)
    for use in (FileProvider.load, FileProvider.rotate):
        with pytest.raises(ProviderUnusable, match="Anybody can write"):
            use(path)
    with pytest.raises(ProviderUnusable, match="Anybody can write"):
        FileProvider.create(path.with_name("second"))
    assert not path.with_name("second").exists()
    path.parent.chmod(0o700)


def test_a_missing_file_says_what_to_do(path: Path) -> None:
    with pytest.raises(ProviderUnusable, match=r"does not exist.*Create it once, or restore it from its backup"):
        FileProvider.load(path)


def test_a_folder_a_pipe_and_a_link_are_refused(path: Path) -> None:
    FileProvider.create(path)
    link, pipe = path.with_name("link"), path.with_name("pipe")
    link.symlink_to(path)
    os.mkfifo(pipe, 0o600)
    for wrong in (link, pipe, path.parent):
        with pytest.raises(ProviderUnusable, match=r"cannot be read|not a regular file"):
            FileProvider.load(wrong)


def test_a_file_truncated_anywhere_is_refused(path: Path) -> None:
    text = keyfile.encode(KEYS)
    for length in range(len(text) - 2):
        with pytest.raises(ProviderUnusable, match="damaged or truncated"):
            keyfile.decode(text[:length], path)


def test_no_digit_of_a_key_can_change(path: Path) -> None:
    text = keyfile.encode(KEYS)
    for key in secrets(KEYS):
        start = text.index(key.hex().encode())
        for at in range(start, start + 64):
            digit = b"0" if text[at : at + 1] != b"0" else b"1"
            with pytest.raises(ProviderUnusable, match="damaged") as caught:
                keyfile.decode(text[:at] + digit + text[at + 1 :], path)
            assert key.hex()[:8] not in str(caught.value)
            assert caught.value.__suppress_context__ or caught.value.__cause__ is None


def test_another_format_is_named_as_such(path: Path) -> None:
    other = json.dumps(json.loads(keyfile.encode(KEYS)) | {"format": "casework-provider/2"})
    with pytest.raises(ProviderUnusable, match="a format that this version does not read"):
        keyfile.decode(other.encode(), path)


@pytest.mark.parametrize("sealing", [{}, {"0": "00" * 32}, {"-1": "00" * 32}, {"x": "00" * 32}, {"1": 5}, [], None])
def test_sealing_keys_out_of_format_are_refused(path: Path, sealing: object) -> None:
    text = json.dumps(json.loads(keyfile.encode(KEYS)) | {"sealing": sealing})
    with pytest.raises(ProviderUnusable, match="damaged"):
        keyfile.decode(text.encode(), path)


def test_number_0_is_refused_even_with_a_right_check(path: Path) -> None:
    keys = keyfile.Keys(KEYS.id, KEYS.pepper, KEYS.log, KEYS.clock, {0: KEYS.pepper})
    with pytest.raises(ProviderUnusable, match="damaged"):
        keyfile.decode(keyfile.encode(keys), path)


def test_rotation_seals_with_a_new_key_and_still_opens_the_former_blobs(path: Path) -> None:
    old = FileProvider.create(path)
    blob = old.seal("fact", b"content", b"row")
    new = FileProvider.rotate(path)
    assert new.open("fact", blob, b"row") == b"content"
    assert (new.id, new.removal_key, new.pepper(b"x")) == (old.id, old.removal_key, old.pepper(b"x"))
    with pytest.raises(DoesNotOpen):
        old.open("fact", new.seal("fact", b"content", b"row"), b"row")
    assert FileProvider.load(path).open("fact", new.seal("fact", b"new", b"row"), b"row") == b"new"
    assert [file.name for file in path.parent.iterdir()] == ["provider"]


def test_a_failed_rotation_leaves_the_former_file(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> None:
        raise OSError(30, "Read-only file system")

    FileProvider.create(path)
    before = path.read_bytes()
    monkeypatch.setattr(Path, "replace", refuse)
    with pytest.raises(ProviderUnusable, match="cannot be written"):
        FileProvider.rotate(path)
    assert path.read_bytes() == before


@given(st.binary(max_size=100), st.binary(max_size=10))
def test_a_blob_comes_back_in_its_place(content: bytes, aad: bytes) -> None:
    blob = PROVIDER.seal("fact", content, aad)
    assert len(blob) == len(content) + OVERHEAD
    assert PROVIDER.open("fact", blob, aad) == content


@given(st.binary(max_size=64))
def test_padded_blobs_have_one_length(content: bytes) -> None:
    blob = PROVIDER.seal("fact", content, b"", size=64)
    assert len(blob) == 64 + OVERHEAD
    assert PROVIDER.open("fact", blob, b"") == content


def test_a_blob_has_a_largest_size(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(Oversize):
        PROVIDER.seal("fact", b"x" * 65, b"", size=64)
    with pytest.raises(Malformed):
        PROVIDER.seal("fact", b"", b"", size=-1)
    big = PROVIDER.seal("fact", b"x" * 65, b"")
    monkeypatch.setattr(module, "_MAX_CONTENT", 64)
    with pytest.raises(Malformed):
        PROVIDER.open("fact", big, b"")
    with pytest.raises(Malformed):
        PROVIDER.seal("fact", b"x" * 65, b"")


def test_a_moved_or_foreign_blob_does_not_open() -> None:
    blob = PROVIDER.seal("fact", b"content", b"row")
    for provider, domain, aad in (
        (PROVIDER, "outbox", b"row"),
        (PROVIDER, "fact", b"other"),
        (FileProvider(keyfile.new_keys()), "fact", b"row"),
    ):
        with pytest.raises(DoesNotOpen):
            provider.open(domain, blob, aad)


def test_a_blob_names_the_provider_even_under_the_same_keys() -> None:
    twin = FileProvider(keyfile.Keys(keyfile.new_keys().id, KEYS.pepper, KEYS.log, KEYS.clock, KEYS.sealing))
    with pytest.raises(DoesNotOpen):
        twin.open("fact", PROVIDER.seal("fact", b"content", b"row"), b"row")


def test_a_key_number_is_bound_even_when_two_numbers_hold_one_key() -> None:
    same = KEYS.sealing[1]
    twin = FileProvider(keyfile.Keys(KEYS.id, KEYS.pepper, KEYS.log, KEYS.clock, {1: same, 2: same}))
    blob = PROVIDER.seal("fact", b"content", b"row")
    assert twin.open("fact", blob, b"row") == b"content"
    with pytest.raises(DoesNotOpen):
        twin.open("fact", blob[:4] + b"\2" + blob[5:], b"row")


def test_domains_have_their_own_keys() -> None:
    """The bound data alone would do, but a key made for one use must not meet the nonces of another."""
    provider = FileProvider(KEYS)
    assert provider._domain_key(1, "fact") != provider._domain_key(1, "outbox") != KEYS.sealing[1]


def test_a_blob_truncated_or_with_a_bit_changed_does_not_open() -> None:
    blob = PROVIDER.seal("fact", b"content", b"row")
    for length in range(len(blob)):
        with pytest.raises(REFUSED):
            PROVIDER.open("fact", blob[:length], b"row")
    for bit in range(len(blob) * 8):
        changed = bytearray(blob)
        changed[bit // 8] ^= 1 << bit % 8
        with pytest.raises(REFUSED):
            PROVIDER.open("fact", bytes(changed), b"row")


@given(st.text(max_size=20))
def test_a_lookup_finds_a_value_however_it_is_typed(value: str) -> None:
    if not any(0xD800 <= ord(letter) < 0xE000 for letter in value):
        found = PROVIDER.lookup("login", value)
        assert found == PROVIDER.lookup("login", f"  {value}\t")
        assert found == PROVIDER.lookup("login", unicodedata.normalize("NFD", value))
        assert PROVIDER.lookup("login", f"zoé {value}") == PROVIDER.lookup("login", f"ZOÉ {value}")


def test_what_folding_decomposes_is_composed_again() -> None:
    assert PROVIDER.lookup("login", "\u01f0") == PROVIDER.lookup("login", "J\u030c")
    assert module._folded("J\u030c") == "\u01f0".encode()
    assert PROVIDER.lookup("login", "\u1e9e") == PROVIDER.lookup("login", "SS")
    assert PROVIDER.lookup("login", "\uff3a") == PROVIDER.lookup("login", "z")
    assert PROVIDER.lookup("login", "\u210c") == PROVIDER.lookup("login", "h")


def test_lookups_differ_by_value_domain_and_provider() -> None:
    other = FileProvider(keyfile.new_keys())
    found = {PROVIDER.lookup("login", "zoé"), PROVIDER.lookup("login", "zoe"), PROVIDER.lookup("address", "zoé")}
    assert len(found | {other.lookup("login", "zoé"), PROVIDER.lookup("logi", "nzoé")}) == 5
    assert PROVIDER.lookup("login", "ZOE\u0301 ") in found


def test_each_verb_has_its_own_hash() -> None:
    assert len({PROVIDER.pepper(b"x"), PROVIDER.mac(b"x"), PROVIDER.lookup("", "x"), PROVIDER.lookup("x", "")}) == 4


def test_a_removal_is_signed_by_the_clock_key() -> None:
    signature = PROVIDER.sign_removal("removal", b"message")
    check_signature(PROVIDER.removal_key, "removal", b"message", signature)
    with pytest.raises(DoesNotOpen):
        check_signature(PROVIDER.removal_key, "head", b"message", signature)


def test_nothing_that_holds_keys_shows_them(path: Path) -> None:
    FileProvider.create(path)
    provider = FileProvider.load(path)
    for shown in (repr(provider), str(provider), f"{provider!r}", repr(provider._keys), repr(vars(keyfile.Keys))):
        for key in secrets(provider._keys):
            assert key.hex() not in shown
            assert repr(key)[2:-1] not in shown
    assert repr(provider) == f"FileProvider({provider.id})"
    assert not hasattr(provider, "__dict__")
