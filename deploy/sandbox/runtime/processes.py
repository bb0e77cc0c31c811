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


def with_argument(argument: str) -> list[int]:
    """Return the processes that have `argument` on their command line."""
    wanted = argument.encode()
    found: list[int] = []
    for process in Path("/proc").glob("[0-9]*"):
        try:
            arguments = (process / "cmdline").read_bytes().split(b"\0")
        except OSError:  # it ended, or it is somebody else's
            continue
        if wanted in arguments:
            found.append(int(process.name))
    return found


def resident_by_log(logs: Path) -> dict[str, float]:
    """Return the resident MiB of each running program, found by the log file that it writes to.

    Process numbers inside a PID namespace mean nothing outside; an open file means the same.
    """
    found: dict[str, float] = {}
    for process in Path("/proc").glob("[0-9]*"):
        try:
            output = (process / "fd" / "1").readlink()
            status = (process / "status").read_text(encoding="utf-8")
        except OSError:  # it ended, or it is somebody else's
            continue
        if output.parent == logs and output.suffix == ".log":
            sizes = [line.split()[1] for line in status.splitlines() if line.startswith("VmRSS:")]
            found[output.stem] = found.get(output.stem, 0.0) + int(next(iter(sizes), "0")) / 1024
    return found
