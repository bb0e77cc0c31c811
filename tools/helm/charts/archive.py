"""The files of a chart archive: read in memory, never unpacked onto the disk, links never followed.

The rules on names and sizes are Helm's (helm/helm, pkg/chart/loader/archive/archive.go).
"""

import gzip
import io
import re
import tarfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import PurePosixPath

from clusterwright.tools.errors import InvalidInputError
from clusterwright.tools.excerpt import one_line

LARGEST = 100 * 2**20
"""Bytes of all files of a chart: Helm's limit."""
LARGEST_PACKED = 64 * 2**20
_MOST_FILES = 20_000
_OVERHEAD = 32 * 2**20
"""Of headers and padding, on top of the files."""
_DRIVE = re.compile(r"[a-zA-Z]:/")
_BOM = b"\xef\xbb\xbf"
_HINT = "helm lint tells more; the chart has to be packed anew with helm package"


@dataclass
class Room:
    """How much may still be read: charts in charts share it."""

    bytes_left: int = LARGEST
    files_left: int = _MOST_FILES

    def take(self, size: int) -> None:
        """Take room for a file; raise InvalidInputError where there is none."""
        self.bytes_left -= size
        self.files_left -= 1
        if self.bytes_left < 0 or self.files_left < 0:
            raise InvalidInputError(
                f"the chart is larger than the {LARGEST >> 20} MiB or {_MOST_FILES} files that are"
                " read of one",
                hint="Helm does not load it either: leave files out with .helmignore",
            )


class _Limited(io.RawIOBase):
    """A stream that ends with an error rather than without end."""

    def __init__(self, inner: gzip.GzipFile, most: int) -> None:
        super().__init__()
        self._inner, self._left = inner, most

    def read(self, size: int = -1, /) -> bytes:
        """Return the next bytes."""
        found = self._inner.read(size)
        self._left -= len(found)
        if self._left < 0:
            raise InvalidInputError("the archive unpacks to more than is read", hint=_HINT)
        return found


def read_archive(packed: bytes, room: Room | None = None) -> dict[str, bytes]:
    """Return the files of a packed chart by their paths in it, as `templates/service.yaml`.

    Links and devices are left out. Raises InvalidInputError for what is no archive of a chart, or
    holds paths that lead out of it.
    """
    room = room or Room()
    try:
        return dict(_files(packed, room))
    except (tarfile.TarError, zlib.error, EOFError, OSError, ValueError, OverflowError) as error:
        raise InvalidInputError(
            f"it is no archive of a chart that can be read: {one_line(str(error))}", hint=_HINT
        ) from error


def _files(packed: bytes, room: Room) -> Iterator[tuple[str, bytes]]:
    most = room.bytes_left + _OVERHEAD
    with (
        gzip.GzipFile(fileobj=io.BytesIO(packed)) as unzipped,
        tarfile.open(fileobj=_Limited(unzipped, most), mode="r|") as archive,
    ):
        for member in archive:
            if not member.isreg():
                continue
            name = _inside(member.name)
            room.take(member.size)
            file = archive.extractfile(member)
            yield name, file.read().removeprefix(_BOM) if file else b""


def _inside(name: str) -> str:
    """Return a path below the chart's own folder."""
    top, _, rest = name.replace("\\", "/").partition("/")
    parts = PurePosixPath(rest).parts
    if not rest or not parts or top == "Chart.yaml":
        raise InvalidInputError(
            f"the archive holds {one_line(name, 100)!r} outside the chart's folder", hint=_HINT
        )
    if rest.startswith("/") or ".." in parts or _DRIVE.match(rest):
        raise InvalidInputError(
            f"the archive holds a path that leads out of the chart: {one_line(name, 100)!r}",
            hint="do not use it: no packer makes such an archive by itself",
        )
    return "/".join(parts)
