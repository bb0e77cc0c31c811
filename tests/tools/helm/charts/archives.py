"""Archives that no packer makes."""

import gzip
import io
import tarfile
from collections.abc import Iterable

Entry = tuple[str, bytes] | tarfile.TarInfo
CHART = (
    "x/Chart.yaml",
    b"apiVersion: v2\nname: x\nversion: 1.0.0\n",
)


def packed(*entries: Entry, compress: bool = True) -> bytes:
    """Return an archive of files, and of whatever else a header may say."""
    made = io.BytesIO()
    with tarfile.open(fileobj=made, mode="w") as archive:
        for one in entries:
            if isinstance(one, tarfile.TarInfo):
                archive.addfile(one)
                continue
            member = tarfile.TarInfo(one[0])
            member.size = len(one[1])
            archive.addfile(member, io.BytesIO(one[1]))
    return gzip.compress(made.getvalue(), 1) if compress else made.getvalue()


def chart(files: Iterable[tuple[str, str]], name: str = "x") -> bytes:
    """Return a packed chart of a few files."""
    about = (f"{name}/Chart.yaml", f"apiVersion: v2\nname: {name}\nversion: 1.0.0\n".encode())
    return packed(about, *((f"{name}/{path}", text.encode()) for path, text in files))


def link(name: str, target: str, kind: bytes = tarfile.SYMTYPE) -> tarfile.TarInfo:
    """Return the header of a link."""
    made = tarfile.TarInfo(name)
    made.type, made.linkname = kind, target
    return made
