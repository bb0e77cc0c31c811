"""Files that nobody but their owner may read or write."""

import os
import stat
from pathlib import Path

from clusterwright.tools.errors import RefusedError

_OTHERS = stat.S_IRWXG | stat.S_IRWXO
_OTHERS_WRITE = stat.S_IWGRP | stat.S_IWOTH
PRIVATE = 0o600


def create_private(path: Path, content: bytes) -> bool:
    """Write a new file whole, readable by its owner only; return False if there is one already.

    It comes into being with its content, so that no other process ever reads half of it.
    """
    draft = path.with_name(f".{path.name}.{os.getpid()}")
    descriptor = os.open(draft, os.O_CREAT | os.O_EXCL | os.O_WRONLY, PRIVATE)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        os.link(draft, path)
    except FileExistsError:
        return False
    finally:
        draft.unlink()
    return True


def require_private(path: Path) -> None:
    """Raise RefusedError if anybody but the owner may read or write a file."""
    _require(path, _OTHERS, "read or write")


def require_own(path: Path) -> None:
    """Raise RefusedError if anybody but the owner may write a file or folder."""
    _require(path, _OTHERS_WRITE, "write")


def _require(path: Path, forbidden: int, what: str) -> None:
    found = path.stat()
    if found.st_mode & forbidden or found.st_uid not in {os.getuid(), 0}:
        raise RefusedError(
            f"{str(path)!r} is not trusted: others than you may {what} it",
            hint=f"chmod go-rwx {path}, once you know that nobody has changed it",
        )
