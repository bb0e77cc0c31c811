"""Where parts are kept: directories that are either whole or not there.

A part is made in a directory of its own and renamed into place, so a run that is interrupted
leaves nothing that a later one could mistake for a part. One lock for each kind keeps two runs
from making the same thing twice; it goes with the process that holds it, however that ends.
"""

import fcntl
import os
import shutil
import tempfile
from collections.abc import Callable, Generator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from platformdirs import user_cache_path

from clusterwright.deploy.sandbox.parts.report import Report, reporting

Note = Callable[[str], None]


def cache_directory() -> Path:
    """Return the directory of all parts: CLUSTERWRIGHT_CACHE, else the user's cache."""
    chosen = os.environ.get("CLUSTERWRIGHT_CACHE")
    return Path(chosen).absolute() if chosen else user_cache_path("clusterwright")


def obtain(
    part: str, kind: str, key: str, make: Callable[[Path, Note], None], report: Report
) -> Path:
    """Return the directory of a part, which `make` fills if the cache does not have it.

    Args:
        part: the name under which it is reported.
        kind: parts of one kind are made one at a time, on the whole machine.
        key: identifies the contents; a part whose inputs change gets another key.
        make: fills the empty directory that it is given, or raises.
        report: hears about the part only if it has to be made.
    """
    shelf = cache_directory() / kind
    place = shelf / key
    if place.is_dir():
        return place
    shelf.mkdir(parents=True, exist_ok=True)
    with reporting(report, part) as note, _locked(shelf / ".lock", note):
        if not place.is_dir():  # whoever held the lock may have made it
            unfinished = shelf / ".unfinished"
            shutil.rmtree(unfinished, ignore_errors=True)  # left by a run that was killed
            unfinished.mkdir()
            _make_whole(unfinished, place, lambda stage: make(stage, note))
    return place


def _make_whole(unfinished: Path, place: Path, make: Callable[[Path], None]) -> None:
    stage = Path(tempfile.mkdtemp(prefix=f"{place.name}.", dir=unfinished))
    with ExitStack() as unless_made:
        unless_made.callback(shutil.rmtree, stage, ignore_errors=True)
        stage.chmod(0o755)
        make(stage)
        stage.rename(place)
        unless_made.pop_all()


@contextmanager
def _locked(path: Path, note: Note) -> Generator[None]:
    with path.open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            note("waiting for another process that is making parts")
            fcntl.flock(lock, fcntl.LOCK_EX)
        yield
