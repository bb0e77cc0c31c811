"""A server as a process that listens on loopback, for as long as it is needed."""

import subprocess
import sys
from collections.abc import Generator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple


def product(name: str, *options: str | Path) -> tuple[str, ...]:
    """Return the command line that serves a product server over HTTP."""
    command = str(Path(sys.executable).with_name("clusterwright"))
    return (command, "serve", name, "--http", "0", *map(str, options))


def machine() -> tuple[str, ...]:
    """Return the command line that serves this machine's GPUs, of which there may be none."""
    return (str(Path(sys.executable).with_name("clusterwright-gpu-node")), "--http", "0")


class Served(NamedTuple):
    """A server that listens."""

    url: str
    pid: int


@contextmanager
def served(command: Sequence[str]) -> Generator[str]:
    """Start a server and yield its URL; stop it afterwards."""
    with serving(command) as server:
        yield server.url


@contextmanager
def serving(command: Sequence[str]) -> Generator[Served]:
    """Start a server, which tells its URL on standard error; stop it afterwards."""
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True) as process:
        assert process.stderr
        try:
            line = process.stderr.readline()
            _, listens, url = line.rstrip().partition(" listens on ")
            if not listens:
                raise RuntimeError(f"{' '.join(command)} did not start: {line}")
            yield Served(url, process.pid)
        finally:
            process.terminate()
            process.stderr.read()
