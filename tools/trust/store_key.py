"""The key that plans and the audit are sealed with: one for each store."""

import secrets
from pathlib import Path

from clusterwright.tools.errors import RefusedError
from clusterwright.tools.trust.private_file import create_private, read_private

_BYTES = 32


def store_key(state: Path) -> bytes:
    """Return the store's key, made at first use; raise RefusedError for one others may read."""
    path = state / "store.key"
    if not path.exists():
        create_private(path, secrets.token_bytes(_BYTES))  # who loses the race reads the winner's
    key = read_private(path)
    if len(key) != _BYTES:
        raise RefusedError(
            f"{str(path)!r} has {len(key)} bytes, and a key has {_BYTES}",
            hint="restore it, or move the whole folder away: its plans cannot be trusted any more",
        )
    return key
