"""Where an instance keeps what it needs: one directory by name, below the user's state."""

import fcntl
import json
import os
import re
import shutil
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TextIO

import platformdirs
from pydantic import TypeAdapter, ValidationError

from clusterwright.deploy.sandbox.runtime.errors import NoSuchInstanceError
from clusterwright.tools.errors import InvalidInputError

_RECORD = "instance.json"
_LONGEST_NAME = 30
_NAME = re.compile(r"[a-z0-9]([a-z0-9-]*[a-z0-9])?\Z")


@dataclass(frozen=True, slots=True)
class Record:
    """What is known of a running instance: written when it is ready, read by every command."""

    name: str
    mode: str
    """`node`: own namespaces with a real node; `loopback`: control plane and simulated nodes."""
    why_no_node: str
    pid: int
    started: float
    """The process that holds everything, and its start time as the kernel counts it."""
    api_port: int
    registry_port: int
    kubectl: str
    versions: dict[str, str]
    programs: list[str]
    clusterctl: str = ""
    """The command; empty for a sandbox without Cluster API."""
    prometheus_port: int = 0
    alertmanager_port: int = 0
    """On the host's loopback; 0 for a sandbox without Prometheus."""
    gpu: bool = False
    """Whether it has simulated GPU nodes with the operators' operands."""


_READER = TypeAdapter(Record)  # leaves out what only a later version knows


def check_instance_name(name: str) -> str:
    """Return `name` if it can name an instance: it becomes part of paths and cgroup names."""
    if len(name) > _LONGEST_NAME or not _NAME.match(name):
        raise InvalidInputError(
            f"{name[:80]!r} cannot name a sandbox",
            hint=f"use 1 to {_LONGEST_NAME} lower-case letters, digits or '-'",
        )
    return name


def root() -> Path:
    """Return the directory of all instances; CLUSTERWRIGHT_STATE moves it."""
    chosen = os.environ.get("CLUSTERWRIGHT_STATE")
    base = Path(chosen) if chosen else Path(platformdirs.user_state_dir("clusterwright"))
    return base / "sandbox"


def directory(name: str) -> Path:
    """Return the directory of one instance, which need not exist."""
    return root() / check_instance_name(name)


def names() -> Iterator[str]:
    """Yield the names of all instances that left a directory, running or not."""
    if root().is_dir():
        yield from sorted(one.name for one in root().iterdir() if one.is_dir())


@contextmanager
def locked(name: str) -> Generator[None]:
    """Keep others from starting or ending the same instance until the block ends."""
    path = _lock(name)
    path.parent.mkdir(parents=True, exist_ok=True)
    with _hold(path):  # the kernel lets go of it should this process die
        yield


def forget(name: str) -> None:
    """Remove the lock of an instance that is no more, for a caller that holds it."""
    _lock(name).unlink(missing_ok=True)


def _lock(name: str) -> Path:
    return root() / f"{check_instance_name(name)}.lock"


def _hold(path: Path) -> TextIO:
    """Return the lock file, locked; one that was removed while we waited is no lock any more."""
    while True:
        lock = path.open("w")
        fcntl.flock(lock, fcntl.LOCK_EX)
        try:
            if os.path.samestat(os.fstat(lock.fileno()), path.stat()):
                return lock
        except FileNotFoundError:
            pass
        lock.close()


def create(name: str) -> Path:
    """Make an empty directory for an instance, only for the user's eyes."""
    place = directory(name)
    shutil.rmtree(place, ignore_errors=True)
    place.mkdir(parents=True, mode=0o700)
    (place / "logs").mkdir()
    return place


def write(record: Record) -> None:
    """Keep what is known of an instance."""
    path = directory(record.name) / _RECORD
    fresh = path.with_suffix(".new")
    fresh.write_text(json.dumps(asdict(record), indent=2), encoding="utf-8")
    fresh.replace(path)  # a reader sees the old record or the new one, never half of one


def read(name: str) -> Record:
    """Return what is known of an instance; raise NoSuchInstanceError if that is nothing."""
    try:
        return _READER.validate_json((directory(name) / _RECORD).read_bytes())
    except FileNotFoundError as error:
        if directory(name).is_dir():
            raise NoSuchInstanceError(
                f"sandbox {name!r} is just starting, or its start was cut short",
                hint=f"`clusterwright sandbox up {name}` waits for it, or starts it again",
            ) from error
        raise NoSuchInstanceError(
            f"there is no sandbox named {name!r}",
            hint=f"`clusterwright sandbox up {name}` starts one",
        ) from error
    except ValidationError as error:
        raise NoSuchInstanceError(
            f"the record of sandbox {name!r} cannot be read: damaged, or of another version",
            hint=f"`clusterwright sandbox down {name}` ends it and removes its files",
        ) from error
