"""Take an instance down so that nothing of it is left."""

import shutil
import signal

from clusterwright.deploy.sandbox.runtime import cgroups, processes, state
from clusterwright.deploy.sandbox.runtime.errors import NoSuchInstanceError, StartError
from clusterwright.deploy.sandbox.runtime.launch import PLAN

_SECONDS = 20.0


def down(name: str) -> bool:
    """End an instance and remove its files; return whether there was one."""
    with state.locked(name):
        there = end(name)
        state.forget(name)
    return there


def end(name: str) -> bool:
    """Do what `down` does, for a caller that holds the lock.

    With namespaces of its own it is enough to kill the process that holds them: the kernel ends
    every process in them and takes mounts, devices and routes along. Otherwise the supervisor
    ends its programs. Without a record to go by, whatever runs the instance's plan is killed.
    """
    place = state.directory(name)
    there = place.is_dir()
    try:
        record = state.read(name)
    except NoSuchInstanceError:
        record = None
    if record:
        how = signal.SIGKILL if record.mode == "node" else signal.SIGTERM
        _end(name, record.pid, record.started, how)
    for pid in processes.with_argument(str(place / PLAN)):
        _end(name, pid, processes.start_time(pid), signal.SIGKILL)
    cgroups.remove(name)
    shutil.rmtree(place, ignore_errors=True)
    return there


def _end(name: str, pid: int, started: float, how: signal.Signals) -> None:
    if not processes.end(pid, started, how=how, seconds=_SECONDS):
        raise StartError(f"process {pid} of sandbox {name!r} does not end")
