"""An approver's key pair: the private half behind a passphrase, the public half for servers."""

from pathlib import Path

from cryptography.exceptions import UnsupportedAlgorithm
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
from clusterwright.tools.trust.private_file import (
    create_private,
    read_own,
    read_private,
    require_own,
)

_LONGEST_PASSPHRASE = 1023  # what OpenSSL takes
_MAKE_ONE = "make one with clusterwright approve --new-key"
_PEM = "put the file there that clusterwright approve --new-key wrote, or move this one away"


def create(path: Path, passphrase: bytes) -> Ed25519PublicKey:
    """Make a key pair; write its private half, encrypted; never over another key."""
    if not 0 < len(passphrase) <= _LONGEST_PASSPHRASE:
        raise InvalidInputError(
            f"an approver's key needs a passphrase of 1 to {_LONGEST_PASSPHRASE} bytes",
            hint="without one, whoever can run commands as you could approve as you",
        )
    key = Ed25519PrivateKey.generate()
    encryption = BestAvailableEncryption(passphrase)
    content = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, encryption)
    if not create_private(path, content):
        raise RefusedError(f"there is a key in {str(path)!r} already", hint="name another file")
    return key.public_key()


def load(path: Path, passphrase: bytes) -> Ed25519PrivateKey:
    """Return the private key of a file; raise a ToolError for one that is none, or unprotected."""
    if not path.exists():
        raise NotFoundError(f"there is no approver's key in {str(path)!r}", hint=_MAKE_ONE)
    content = read_private(path)
    if b"ENCRYPTED" not in content.partition(b"\n")[0]:
        raise RefusedError(f"{str(path)!r} is no key behind a passphrase", hint=_MAKE_ONE)
    try:
        key = load_pem_private_key(content, passphrase)
    except (ValueError, TypeError, UnsupportedAlgorithm) as error:
        raise InvalidInputError(
            f"the key in {str(path)!r} does not open with this passphrase", hint="try again"
        ) from error
    if not isinstance(key, Ed25519PrivateKey):
        raise InvalidInputError(f"the key in {str(path)!r} is no Ed25519 key", hint=_MAKE_ONE)
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
    keys = [_public(path) for path in sorted(folder.glob("*.pub"))]
    return {fingerprint(key): key for key in keys}


def _public(path: Path) -> Ed25519PublicKey:
    try:
        key = load_pem_public_key(read_own(path))
    except (ValueError, UnsupportedAlgorithm) as error:
        raise InvalidInputError(f"{str(path)!r} is no public key", hint=_PEM) from error
    if not isinstance(key, Ed25519PublicKey):
        raise InvalidInputError(f"the public key in {str(path)!r} is no Ed25519 key", hint=_PEM)
    return key
