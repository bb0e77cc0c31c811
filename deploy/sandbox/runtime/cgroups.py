"""Control groups of an instance: each has a root of its own, and takes it along when it goes.

Two kubelets on one root would kill each other's pods.
"""

import hashlib
import time
from collections.abc import Iterator
from pathlib import Path

from clusterwright.deploy.sandbox.runtime import state

_ROOT = Path("/sys/fs/cgroup")
_SECONDS = 20.0
_PAUSE = 0.05


def group_of(name: str) -> str:
    """Return the name of an instance's group; equal names under two states are two instances."""
    state_of_user = hashlib.sha256(str(state.root()).encode()).hexdigest()[:8]
    return f"clusterwright-{name}-{state_of_user}"


def prepare(name: str) -> None:
    """Make the instance's group in every hierarchy (v1) or in the one (v2)."""
    for hierarchy in _hierarchies():
        (hierarchy / group_of(name)).mkdir(exist_ok=True)


def remove(name: str) -> None:
    """Remove the instance's groups, as soon as the processes in them are gone."""
    deadline = time.monotonic() + _SECONDS
    for hierarchy in _hierarchies():
        top = hierarchy / group_of(name)
        while top.is_dir():
            try:
                _remove(top)
            except OSError:  # still busy: the kernel is ending the processes
                if time.monotonic() > deadline:
                    raise
                time.sleep(_PAUSE)


def _remove(top: Path) -> None:
    for group in sorted((one for one in top.rglob("*") if one.is_dir()), reverse=True):
        group.rmdir()
    top.rmdir()


def _hierarchies() -> Iterator[Path]:
    if (_ROOT / "cgroup.controllers").exists():
        yield _ROOT
    elif _ROOT.is_dir():
        yield from (one for one in _ROOT.iterdir() if (one / "cgroup.procs").exists())
