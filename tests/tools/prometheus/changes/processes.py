"""Real programs of a test's own, on ports of their own: each ends with the test."""

import os
import socket
import subprocess
import time
from collections.abc import Generator, Sequence
from contextlib import contextmanager
from pathlib import Path

import httpx

from clusterwright.deploy.sandbox.parts.binaries import ensure_binaries
from clusterwright.deploy.sandbox.parts.report import SilentReport

_DEADLINE = 60.0


def program(name: str) -> Path:
    """Return a program that the sandbox pins, or the one that a variable names."""
    named = os.environ.get(f"CLUSTERWRIGHT_TEST_{name.upper()}")
    return Path(named) if named else ensure_binaries([name], SilentReport())[name]


def free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        port: int = found.getsockname()[1]
        return port


@contextmanager
def running(argv: Sequence[str], ready: str, log: Path) -> Generator[None]:
    """Run a program until the end of the block, which begins once it says that it is ready."""
    with log.open("wb") as written, subprocess.Popen(argv, stdout=written, stderr=written) as one:
        try:
            _wait(one, ready, log)
            yield
        finally:
            one.kill()


def _wait(process: "subprocess.Popen[bytes]", ready: str, log: Path) -> None:
    deadline = time.monotonic() + _DEADLINE
    while time.monotonic() < deadline and process.poll() is None:
        try:
            if httpx.get(ready, timeout=1).is_success:
                return
        except httpx.HTTPError:
            pass
        time.sleep(0.05)
    raise AssertionError(log.read_text(errors="replace")[-2_000:])
