"""Process 1 of an instance: sets up its network, starts the programs in order, minds them.

Run as `python -m clusterwright.deploy.sandbox.runtime.supervisor PLAN CHANNEL`, where CHANNEL is
an inherited socket to the starter. Each line that goes up is a JSON report; `stay` comes down once
the starter has seen all it waited for. If the channel closes before, the starter has died and the
instance ends. A program that dies is reported in the supervisor's log and in `status`; nothing is
restarted behind the user's back.
"""

import json
import os
import shutil
import signal
import socket
import ssl
import subprocess
import sys
import time
import urllib.error
import urllib.request
from http import HTTPStatus
from pathlib import Path
from types import FrameType

from clusterwright.deploy.sandbox.runtime.network import isolate
from clusterwright.deploy.sandbox.runtime.program import Plan, Program

_PATIENCE = 120.0
"""Seconds that a program has to become ready."""
_PAUSE = 0.1


class Supervisor:
    """Runs a plan."""

    def __init__(self, plan: Plan, channel: socket.socket) -> None:
        """Take the plan and the channel to the starter."""
        self._plan = plan
        self._channel = channel
        self._waiting = list(plan.programs)
        self._starting: dict[str, tuple[Program, subprocess.Popen[bytes], float]] = {}
        self._running: dict[int, str] = {}
        self._ready: set[str] = set()
        self._context = ssl.create_default_context()
        self._context.check_hostname = False
        self._context.verify_mode = ssl.CERT_NONE  # our own programs on our own loopback
        self._context.load_cert_chain(plan.certificate, plan.key)
        self._detached = False
        # In a PID namespace of its own everything ends with process 1 anyway.
        setpriv = None if plan.network else shutil.which("setpriv")
        self._leash = [setpriv, "--pdeathsig", "KILL", "--"] if setpriv else []

    def run(self) -> int:
        """Start everything, then stay until told to end or deserted while starting."""
        if self._plan.network:
            isolate(self._plan.network)
        signal.signal(signal.SIGTERM, _exit)
        self._channel.setblocking(False)
        while not (self._detached and not self._waiting and not self._starting):
            self._start_what_can()
            self._look_what_is_ready()
            self._reap()
            if self._deserted():
                return 1
            time.sleep(_PAUSE)
        while self._running:
            self._wait_for_one()
        return 0

    def stop(self) -> None:
        """End what still runs; in namespaces of its own the kernel does that, too."""
        for pid in self._running:
            os.kill(pid, signal.SIGKILL)
        while self._running:
            self._wait_for_one()

    def _start_what_can(self) -> None:
        for program in list(self._waiting):
            if self._ready.issuperset(program.after):
                self._waiting.remove(program)
                self._start(program)

    def _start(self, program: Program) -> None:
        with (Path(self._plan.logs) / f"{program.name}.log").open("ab") as log:
            process = subprocess.Popen(
                [*self._leash, *program.argv],
                env={**os.environ, **program.env},
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                pass_fds=self._plan.inherited if program.name == "forwarder" else (),
            )
        self._running[process.pid] = program.name
        self._starting[program.name] = (program, process, time.monotonic())
        self._tell("started", program.name, pid=process.pid)

    def _look_what_is_ready(self) -> None:
        for name, (program, process, since) in list(self._starting.items()):
            if self._is_ready(program, process):
                del self._starting[name]
                self._ready.add(name)
                self._tell("ready", name)
            elif time.monotonic() - since > _PATIENCE:
                del self._starting[name]
                self._tell("failed", name, reason=f"not ready after {_PATIENCE:.0f} s")

    def _is_ready(self, program: Program, process: subprocess.Popen[bytes]) -> bool:
        if program.once:
            return process.returncode == 0
        if not program.ready:
            return True
        if program.ready.startswith("unix:"):
            return _accepts(program.ready.removeprefix("unix:"))
        try:
            context = self._context if program.ready.startswith("https:") else None
            with urllib.request.urlopen(program.ready, timeout=2, context=context) as answer:
                return answer.status == HTTPStatus.OK
        except (urllib.error.URLError, OSError):
            return False

    def _reap(self) -> None:
        while self._running:
            pid, status = os.waitpid(-1, os.WNOHANG)
            if pid == 0:
                return
            self._ended(pid, status)

    def _wait_for_one(self) -> None:
        try:
            pid, status = os.wait()
        except ChildProcessError:
            self._running.clear()
            return
        self._ended(pid, status)

    def _ended(self, pid: int, status: int) -> None:
        name = self._running.pop(pid, "")
        if not name:
            return  # an orphan that process 1 inherited
        code = os.waitstatus_to_exitcode(status)
        program, process, _ = self._starting.get(name, (None, None, 0.0))
        if program and process:
            process.returncode = code
            if program.once and code == 0:
                return
            del self._starting[name]
        if code != 0 or not program:
            self._tell("failed", name, reason=f"ended with {code}")

    def _tell(self, what: str, name: str, **more: object) -> None:
        line = json.dumps({"what": what, "name": name, **more})
        sys.stderr.write(line + "\n")
        if not self._detached:
            try:
                self._channel.sendall(line.encode() + b"\n")
            except OSError as error:
                sys.stderr.write(f"the starter is gone: {error}\n")

    def _deserted(self) -> bool:
        if self._detached:
            return False
        try:
            heard = self._channel.recv(64)
        except BlockingIOError:
            return False
        self._detached = heard == b"stay"
        return not self._detached


def _exit(_number: int, _frame: FrameType | None) -> None:
    """End as if asked to, through the `finally` that stops the programs."""
    sys.exit(0)


def _accepts(path: str) -> bool:
    with socket.socket(socket.AF_UNIX) as probe:
        return probe.connect_ex(path) == 0


def main(plan: str, channel: str) -> int:
    """Run the plan in the file `plan`, reporting over the inherited socket `channel`."""
    supervisor = Supervisor(Plan.read(Path(plan)), socket.socket(fileno=int(channel)))
    try:
        return supervisor.run()
    finally:
        supervisor.stop()


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
