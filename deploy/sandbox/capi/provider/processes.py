"""Programs of a workload cluster that outlive the provider which started them.

Each leaves a file with its number and start time, so that another provider finds it again and
does not take a stranger for it.
"""

import json
import os
import shutil
import signal
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from clusterwright.deploy.sandbox.runtime.processes import end, is_same, start_time

_SECONDS = 10.0


@dataclass(frozen=True, slots=True)
class Running:
    """What a process file holds."""

    pid: int
    started: float
    argv: list[str]


class Processes:
    """The programs of one workload cluster, by name, with their files in one directory."""

    def __init__(self, place: Path, *, leashed: bool) -> None:
        """Take where the files are; leashed programs end with the provider."""
        self._place = place
        setpriv = shutil.which("setpriv") if leashed else None
        self._leash = [setpriv, "--pdeathsig", "KILL", "--"] if setpriv else []
        self._children: dict[str, subprocess.Popen[bytes]] = {}

    def see_to(self, name: str, argv: Sequence[str]) -> None:
        """See that a program runs with these arguments."""
        running = self._running(name)
        if running and running.argv == list(argv):
            return
        if running:
            self._end(name, running)
        with (self._place / f"{name}.log").open("ab") as log:
            child = subprocess.Popen(
                [*self._leash, *argv],
                env={**os.environ, "GOGC": "40"},
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        self._children[name] = child
        found = {"pid": child.pid, "started": start_time(child.pid), "argv": list(argv)}
        self._file(name).write_text(json.dumps(found), encoding="utf-8")

    def runs(self, name: str) -> bool:
        """Return whether a program runs."""
        return self._running(name) is not None

    def last_words(self, name: str) -> str:
        """Return the last line of a program's log that is no stack trace or usage."""
        log = self._place / f"{name}.log"
        lines = (
            log.read_text(encoding="utf-8", errors="replace").splitlines() if log.exists() else []
        )
        return next(
            (line for line in reversed(lines) if "rror" in line or line.startswith("E")), ""
        )

    def end_all(self) -> None:
        """End every program, and forget it."""
        for file in self._place.glob("*.process"):
            running = self._running(file.stem)
            if running:
                self._end(file.stem, running)
            file.unlink(missing_ok=True)

    def _end(self, name: str, running: Running) -> None:
        # KILL: open watches would hold an API server for a minute.
        child = self._children.pop(name, None)
        if child:
            child.kill()
            child.wait(_SECONDS)
        end(running.pid, running.started, how=signal.SIGKILL, seconds=_SECONDS)

    def _running(self, name: str) -> Running | None:
        child = self._children.get(name)
        if child:
            child.poll()  # a child that ended is gone only once somebody has asked
        try:
            found = Running(**json.loads(self._file(name).read_text(encoding="utf-8")))
        except (OSError, ValueError, TypeError):  # never started, or only half written
            return None
        return found if is_same(found.pid, found.started) else None

    def _file(self, name: str) -> Path:
        return self._place / f"{name}.process"
