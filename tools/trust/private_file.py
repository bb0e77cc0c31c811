"""Files that nobody but their owner may read or write."""

import os
import stat
import tempfile
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

from clusterwright.tools.errors import InvalidInputError, NotFoundError, RefusedError

_OTHERS = stat.S_IRWXG | stat.S_IRWXO
_OTHERS_WRITE = stat.S_IWGRP | stat.S_IWOTH
_ROOT = 0
PRIVATE = 0o600


def create_private(path: Path, content: bytes) -> bool:
    """Write a new file whole, readable by its owner only; return False if there is one already.

    It comes into being with its content, so that no other process ever reads half of it.
    """
    with _drafted(path, content) as draft:
        try:
            os.link(draft, path)
        except FileExistsError:
            return False
    _sync(path.parent)
    return True


def replace_private(path: Path, content: bytes) -> None:
    """Write a file whole, in the place of any earlier one; on the disk before this returns."""
    with _drafted(path, content) as draft:
        draft.replace(path)
    _sync(path.parent)


def read_private(path: Path) -> bytes:
    """Return a file; raise RefusedError if anybody but its owner may read or write it."""
    return _read(path, _OTHERS)


def read_own(path: Path) -> bytes:
    """Return a file; raise RefusedError if anybody but its owner may write it."""
    return _read(path, _OTHERS_WRITE)


def require_private(path: Path) -> None:
    """Raise RefusedError if anybody but the owner may read or write a file."""
    _check(path, path.stat(), _OTHERS)


def require_own(path: Path) -> None:
    """Raise RefusedError if anybody but the owner may write a file or folder."""
    _check(path, path.stat(), _OTHERS_WRITE)


def _read(path: Path, forbidden: int) -> bytes:
    try:
        with path.open("rb") as file:  # what is judged is what is read, whatever its name now means
            _check(path, os.fstat(file.fileno()), forbidden)
            return file.read()
    except FileNotFoundError as error:
        raise NotFoundError(f"there is no file {str(path)!r}", hint="check the path") from error
    except OSError as error:
        raise InvalidInputError(
            f"{str(path)!r} cannot be read: {error.strerror}", hint="name a file that you may read"
        ) from error


def _check(path: Path, found: os.stat_result, forbidden: int) -> None:
    if found.st_uid not in {os.getuid(), _ROOT}:
        raise RefusedError(
            f"{str(path)!r} is not trusted: it belongs to another user (uid {found.st_uid})",
            hint="use one of your own, or of root",
        )
    if found.st_mode & forbidden:
        what, cure = ("write", "go-w") if forbidden == _OTHERS_WRITE else ("read or write", "go=")
        raise RefusedError(
            f"{str(path)!r} is not trusted: others than you may {what} it",
            hint=f"chmod {cure} {path}, once you know that nobody has changed it",
        )


@contextmanager
def _drafted(path: Path, content: bytes) -> Generator[Path]:
    """Write content beside `path`, under a name of its own, which is gone at the end."""
    descriptor, name = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)  # mode 0600
    draft = Path(name)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        yield draft
    finally:
        draft.unlink(missing_ok=True)


def _sync(folder: Path) -> None:
    """Have the names in a folder on the disk, as well as what is in the files."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
