"""Approvers' keys: the private half opens for its owner only, the public half is trusted."""

import stat
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
)

from clusterwright.tools.errors import InvalidInputError, NotFoundError, RefusedError
from clusterwright.tools.trust.approval import fingerprint
from clusterwright.tools.trust.approver_key import create, load, public_pem, trusted

WORD = b"open sesame"
OF_AN_UNKNOWN_KIND = b"""-----BEGIN PUBLIC KEY-----
MAswBQYDKgMEAwIA/w==
-----END PUBLIC KEY-----
"""


@pytest.fixture
def approvers(tmp_path: Path) -> Path:
    folder = tmp_path / "approvers"
    folder.mkdir(mode=0o700)
    return folder


def public(path: Path, content: bytes | None = None) -> Path:
    if content is None:
        content = public_pem(Ed25519PrivateKey.generate().public_key())
    path.write_bytes(content)
    path.chmod(0o644)
    return path


def test_what_was_made_opens_with_its_passphrase(tmp_path: Path) -> None:
    path = tmp_path / "approver.pem"
    made = create(path, WORD)
    assert load(path, WORD).public_key() == made


def test_the_private_half_is_encrypted_and_for_its_owner_only(tmp_path: Path) -> None:
    path = tmp_path / "approver.pem"
    create(path, WORD)
    assert path.read_bytes().startswith(b"-----BEGIN ENCRYPTED PRIVATE KEY-----\n")
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


@pytest.mark.parametrize("passphrase", [b"", b"x" * 1024])
def test_a_passphrase_that_cannot_be_one_is_refused_and_nothing_is_written(
    passphrase: bytes, tmp_path: Path
) -> None:
    with pytest.raises(InvalidInputError, match="needs a passphrase of 1 to 1023 bytes") as caught:
        create(tmp_path / "approver.pem", passphrase)
    assert "could approve as you" in caught.value.hint
    assert list(tmp_path.iterdir()) == []


def test_a_key_is_never_written_over(tmp_path: Path) -> None:
    path = tmp_path / "approver.pem"
    made = create(path, WORD)
    with pytest.raises(RefusedError, match="there is a key in"):
        create(path, b"another")
    assert load(path, WORD).public_key() == made


@pytest.mark.parametrize("passphrase", [b"wrong", b"", b"open sesam"])
def test_a_wrong_passphrase_opens_nothing(passphrase: bytes, tmp_path: Path) -> None:
    create(tmp_path / "approver.pem", WORD)
    with pytest.raises(InvalidInputError, match="does not open with this passphrase"):
        load(tmp_path / "approver.pem", passphrase)


def test_a_damaged_key_opens_with_no_passphrase(tmp_path: Path) -> None:
    path = tmp_path / "approver.pem"
    create(path, WORD)
    path.write_bytes(path.read_bytes()[:90])
    with pytest.raises(InvalidInputError, match="does not open with this passphrase"):
        load(path, WORD)


def test_a_key_that_is_not_there_is_told_how_to_make(tmp_path: Path) -> None:
    with pytest.raises(NotFoundError, match="there is no approver's key") as caught:
        load(tmp_path / "approver.pem", WORD)
    assert "clusterwright approve --new-key" in caught.value.hint


def test_a_key_that_others_may_read_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "approver.pem"
    create(path, WORD)
    path.chmod(0o640)
    with pytest.raises(RefusedError, match="not trusted"):
        load(path, WORD)


def test_a_key_without_a_passphrase_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "approver.pem"
    key = Ed25519PrivateKey.generate()
    path.write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    path.chmod(0o600)
    with pytest.raises(RefusedError, match="is no key behind a passphrase"):
        load(path, WORD)


def test_a_private_key_of_another_kind_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "approver.pem"
    key = ec.generate_private_key(ec.SECP256R1())
    encryption = BestAvailableEncryption(WORD)
    path.write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, encryption))
    path.chmod(0o600)
    with pytest.raises(InvalidInputError, match="is no Ed25519 key"):
        load(path, WORD)


def test_public_keys_are_known_by_their_fingerprints(tmp_path: Path, approvers: Path) -> None:
    ada, grace = (create(tmp_path / name, WORD) for name in ("ada.pem", "grace.pem"))
    public(approvers / "ada.pub", public_pem(ada))
    public(approvers / "grace.pub", public_pem(grace))
    public(approvers / "README.md", b"who may approve")
    assert trusted(approvers) == {fingerprint(ada): ada, fingerprint(grace): grace}


def test_without_a_folder_nobody_is_trusted(tmp_path: Path, approvers: Path) -> None:
    assert trusted(tmp_path / "absent") == {}
    assert trusted(approvers) == {}


@pytest.mark.parametrize(
    "content", [b"", b"ssh-ed25519 AAAA ada", b"-----BEGIN PUBLIC KEY-----", OF_AN_UNKNOWN_KIND]
)
def test_a_broken_public_key_is_named(content: bytes, approvers: Path) -> None:
    public(approvers / "ada.pub")
    path = public(approvers / "broken.pub", content)
    with pytest.raises(InvalidInputError) as caught:
        trusted(approvers)
    assert str(caught.value) == f"{str(path)!r} is no public key"


def test_a_public_key_of_another_kind_is_named(approvers: Path) -> None:
    key = ec.generate_private_key(ec.SECP256R1()).public_key()
    content = key.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    path = public(approvers / "curve.pub", content)
    with pytest.raises(InvalidInputError) as caught:
        trusted(approvers)
    assert str(caught.value) == f"the public key in {str(path)!r} is no Ed25519 key"


def test_a_public_key_that_leads_nowhere_is_named(approvers: Path) -> None:
    (approvers / "ada.pub").symlink_to(approvers / "absent")
    with pytest.raises(NotFoundError, match=r"ada\.pub"):
        trusted(approvers)


@pytest.mark.parametrize("mode", [0o664, 0o646])
def test_a_public_key_that_others_may_write_is_refused(mode: int, approvers: Path) -> None:
    public(approvers / "ada.pub").chmod(mode)
    with pytest.raises(RefusedError, match=r"ada\.pub' is not trusted"):
        trusted(approvers)


@pytest.mark.parametrize("mode", [0o770, 0o707, 0o777])
def test_a_folder_that_others_may_write_is_refused(mode: int, approvers: Path) -> None:
    public(approvers / "ada.pub")
    approvers.chmod(mode)
    with pytest.raises(RefusedError, match="approvers' is not trusted"):
        trusted(approvers)
