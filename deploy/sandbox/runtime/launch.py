"""Start the supervisor, in namespaces of its own or not, and follow what it reports."""

import json
import shutil
import socket
import subprocess
import sys
from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path

from clusterwright.deploy.sandbox.parts.report import Report
from clusterwright.deploy.sandbox.runtime.errors import StartError
from clusterwright.deploy.sandbox.runtime.program import Plan

PLAN = "plan.json"
"""The file that the supervisor is given; also what tells its processes from others."""
_TAIL = 800
_FIRST_LOW, _FIRST_EPHEMERAL = 21000, 32768
_SUPERVISOR = "clusterwright.deploy.sandbox.runtime.supervisor"
_UNSHARE = (
    "--net",
    "--mount",
    "--pid",
    "--cgroup",
    "--ipc",
    "--fork",
    "--mount-proc",
    "--kill-child",
)


class Launch:
    """A supervisor that is starting: `follow` it, then let it `stay`."""

    def __init__(self, files: Path, plan: Plan, sockets: Sequence[socket.socket]) -> None:
        """Start the supervisor; `sockets` are inherited as descriptors 3, 4, ..."""
        self._files = files
        self._names = {program.name for program in plan.programs}
        self._mine, theirs = socket.socketpair()
        place = files / PLAN
        plan.write(place)
        numbers = [*(one.fileno() for one in sockets), theirs.fileno()]
        command = [sys.executable, "-m", _SUPERVISOR, str(place), str(3 + len(sockets))]
        if plan.network:
            unshare = shutil.which("unshare") or "/usr/bin/unshare"
            command = [unshare, *_UNSHARE, *command]
        with (files / "logs" / "supervisor.log").open("ab") as log:
            subprocess.run(
                [sys.executable, "-c", _DETACH, json.dumps(numbers), *command],
                pass_fds=numbers,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                cwd="/",
                check=True,
            )
        theirs.close()
        self._lines = self._mine.makefile("rb")
        self.pid: int = json.loads(self._lines.readline())["pid"]
        """The process that holds the instance: its end is the end of everything."""

    def follow(self, report: Report) -> None:
        """Report each program until all are ready; StartError carries the log of one that fails."""
        waiting = set(self._names)
        while waiting:
            line = self._lines.readline()
            if not line:
                raise self._failed("supervisor", "it ended")
            told = json.loads(line)
            name = told["name"]
            match told["what"]:
                case "started":
                    report.start(name)
                case "ready":
                    report.done(name)
                    waiting.discard(name)
                case _:
                    report.failed(name)
                    raise self._failed(name, told.get("reason", ""))

    def stay(self) -> None:
        """Let the supervisor go on without us."""
        self._mine.sendall(b"stay")
        self._close()

    def _close(self) -> None:
        self._lines.close()
        self._mine.close()

    def _failed(self, name: str, reason: str) -> StartError:
        self._close()
        log = self._files / "logs" / f"{name}.log"
        end = log.read_text(encoding="utf-8", errors="replace")[-_TAIL:] if log.exists() else ""
        hint = f"the whole log is {log}"
        if _NO_INOTIFY in end:
            hint += f"; {_MORE_INOTIFY}"
        return StartError(f"{name} did not start: {reason}\n{end}", hint=hint)


_NO_INOTIFY = "inotify_init: too many open files"
_MORE_INOTIFY = (
    "each sandbox takes about 30 of the inotify instances that a user may have: take another one"
    " down, or as root `sysctl fs.inotify.max_user_instances=512`"
)
_DETACH = """
import json, os, sys
numbers = json.loads(sys.argv[1])
if os.fork():
    os._exit(0)
os.setsid()
os.write(numbers[-1], json.dumps({"pid": os.getpid()}).encode() + b"\\n")
# First out of the way of the targets, then to them: 3, 4, ... in the order given.
spare = [os.dup2(number, 200 + i, inheritable=False) for i, number in enumerate(numbers)]
for number in numbers:
    os.close(number)
for i, number in enumerate(spare):
    os.dup2(number, 3 + i, inheritable=True)
os.execv(sys.argv[2], sys.argv[2:])
"""
"""Leaves the starter's family, so that its end is not the instance's, and passes sockets on."""


def listen(port: int = 0) -> socket.socket:
    """Return a socket that listens on the host's loopback; by default on any port that is free."""
    with ExitStack() as unless_bound:
        listening = unless_bound.enter_context(socket.socket())
        listening.bind(("127.0.0.1", port))
        listening.listen(128)
        unless_bound.pop_all()
    return listening


def listen_low(count: int) -> list[socket.socket]:
    """Return listening sockets on ports that no outgoing connection is given (ip(7): 32768 up)."""
    found: list[socket.socket] = []
    for port in range(_FIRST_LOW, _FIRST_EPHEMERAL):
        try:
            found.append(listen(port))
        except OSError:  # in use
            continue
        if len(found) == count:
            return found
    raise StartError("no ports are free", hint="other sandboxes may hold them: sandbox status")
