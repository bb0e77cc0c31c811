"""Telling a process that we started from another that got its number."""

import os
import signal
import time
from pathlib import Path

_PAUSE = 0.05


def start_time(pid: int) -> float:
    """Return when a process started, in clock ticks since boot; 0 when there is none (proc(5))."""
    try:
        stat = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8")
    except (FileNotFoundError, ProcessLookupError):
        return 0.0
    fields = stat.rpartition(")")[2].split()
    return 0.0 if fields[0] == "Z" else float(fields[19])


def is_same(pid: int, started: float) -> bool:
    """Return whether the process that started then still runs."""
    return started > 0 and start_time(pid) == started


def end(pid: int, started: float, *, how: signal.Signals, seconds: float) -> bool:
    """Signal a process and wait until it is gone; return whether it is."""
    deadline = time.monotonic() + seconds
    if is_same(pid, started):
        os.kill(pid, how)
    while is_same(pid, started):
        if time.monotonic() > deadline:
            return False
        time.sleep(_PAUSE)
    return True


def resident_mib(pid: int) -> float:
    """Return the resident memory of a process in MiB; 0 when it is gone."""
    try:
        status = Path(f"/proc/{pid}/status").read_text(encoding="utf-8")
    except (FileNotFoundError, ProcessLookupError):
        return 0.0
    sizes = [line.split()[1] for line in status.splitlines() if line.startswith("VmRSS:")]
    return int(sizes[0]) / 1024 if sizes else 0.0
