"""An approver's key pair: the private half behind a passphrase, the public half for servers."""

from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    PrivateFormat,
    PublicFormat,
    load_pem_private_key,
    load_pem_public_key,
)

from clusterwright.tools.errors import InvalidInputError, NotFoundError, RefusedError
from clusterwright.tools.trust.approval import fingerprint
from clusterwright.tools.trust.private_file import create_private, require_own, require_private


def create(path: Path, passphrase: bytes) -> Ed25519PublicKey:
    """Make a key pair; write its private half, encrypted; never over another key."""
    if not passphrase:
        raise InvalidInputError(
            "an approver's key needs a passphrase",
            hint="without one, whoever can run commands as you could approve as you",
        )
    key = Ed25519PrivateKey.generate()
    encryption = BestAvailableEncryption(passphrase)
    content = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, encryption)
    if not create_private(path, content):
        raise RefusedError(f"there is a key in {str(path)!r} already", hint="name another file")
    return key.public_key()


def load(path: Path, passphrase: bytes) -> Ed25519PrivateKey:
    """Return the private key of a file."""
    if not path.exists():
        raise NotFoundError(
            f"there is no approver's key in {str(path)!r}",
            hint="make one with clusterwright approve --new-key",
        )
    require_private(path)
    try:
        key = load_pem_private_key(path.read_bytes(), passphrase)
    except (ValueError, TypeError) as error:
        raise InvalidInputError(
            f"the key in {str(path)!r} does not open with this passphrase", hint="try again"
        ) from error
    if not isinstance(key, Ed25519PrivateKey):
        raise InvalidInputError(
            f"the key in {str(path)!r} is no Ed25519 key", hint="make one with --new-key"
        )
    return key


def public_pem(key: Ed25519PublicKey) -> bytes:
    """Return a public key as servers want it."""
    return key.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)


def trusted(folder: Path) -> dict[str, Ed25519PublicKey]:
    """Return the public keys (`*.pub`) of a folder by fingerprint; none if there is no folder.

    Raises RefusedError if anybody else may write them, InvalidInputError for a file that is none.
    """
    if not folder.is_dir():
        return {}
    require_own(folder)
    found: dict[str, Ed25519PublicKey] = {}
    for path in sorted(folder.glob("*.pub")):
        require_own(path)
        try:
            key = load_pem_public_key(path.read_bytes())
        except ValueError as error:
            raise InvalidInputError(
                f"{str(path)!r} is no public key", hint="it is to be a PEM file"
            ) from error
        if isinstance(key, Ed25519PublicKey):
            found[fingerprint(key)] = key
    return found
