"""What is kept of charts between runs: archives by their digest, indexes, and digests once seen."""

import hashlib
import shutil
import tempfile
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from typing import cast

import orjson

from clusterwright.tools.manifest import Json, Manifest, texts
from clusterwright.tools.trust.places import cache_dir
from clusterwright.tools.trust.private_file import replace_private

_MOST_DIGESTS = 10
_PRIVATE = 0o700


def digest_of(packed: bytes) -> str:
    """Return the digest of an archive, as `sha256:...`; in a registry it is that of its layer."""
    return f"sha256:{hashlib.sha256(packed).hexdigest()}"


def kept_archive(digest: str) -> Path | None:
    """Return an archive that was fetched before; None for one that is not there, or not whole."""
    folder = _folder("charts") / digest.removeprefix("sha256:")
    found = next(iter(folder.glob("*.tgz")), None)
    return found if found and digest_of(found.read_bytes()) == digest else None


def keep_archive(packed: bytes, name: str, provenance: bytes | None) -> Path:
    """Keep an archive, and its provenance file beside it; return where it is.

    Args:
        packed: the archive.
        name: of the file, which is part of what is signed.
        provenance: the content of its .prov file; None where there is none.
    """
    digest = digest_of(packed)
    folder = _folder("charts") / digest.removeprefix("sha256:")
    folder.mkdir(mode=_PRIVATE, exist_ok=True)
    found = kept_archive(digest)
    path = found or folder / name
    if found is None:
        replace_private(path, packed)
    if provenance is not None:
        replace_private(provenance_of(path), provenance)
    return path


def provenance_of(archive: Path) -> Path:
    """Return where the provenance file of an archive is, if it has one."""
    return archive.with_name(f"{archive.name}.prov")


def seen(place: str, name: str, version: str, digest: str) -> tuple[str, ...]:
    """Note the digest of a version; return the others that it had before, oldest first."""
    path = _folder("seen") / f"{_hash(place, name, version)}.json"
    known = texts(_read(path), "digests")
    if digest not in known:
        told = {"place": place, "name": name, "version": version, "digests": [*known, digest]}
        told["digests"] = told["digests"][-_MOST_DIGESTS:]
        replace_private(path, orjson.dumps(told))
    return tuple(one for one in known if one != digest)


def read_index(url: str) -> Manifest:
    """Return what was kept of an index; empty where there is nothing."""
    return _read(_folder("indexes") / f"{_hash(url)}.json")


def keep_index(url: str, content: Manifest) -> None:
    """Keep what an index holds."""
    replace_private(_folder("indexes") / f"{_hash(url)}.json", orjson.dumps(content))


@contextmanager
def workshop() -> Generator[Path]:
    """Make a folder to work in, which is gone at the end."""
    folder = Path(tempfile.mkdtemp(prefix="work-", dir=_folder("charts").parent))  # mode 0700
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _folder(name: str) -> Path:
    folder = cache_dir() / "helm" / name
    folder.mkdir(mode=_PRIVATE, parents=True, exist_ok=True)
    return folder


def _hash(*words: str) -> str:
    return hashlib.sha256("\0".join(words).encode()).hexdigest()[:32]


def _read(path: Path) -> Manifest:
    try:
        found: Json = orjson.loads(path.read_bytes())
    except (OSError, orjson.JSONDecodeError):
        return {}
    return cast("Manifest", found) if isinstance(found, dict) else {}
