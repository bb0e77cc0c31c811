"""A server as a process that listens on loopback, for as long as it is needed."""

import subprocess
import sys
from collections.abc import Generator, Sequence
from contextlib import contextmanager
from pathlib import Path


def product(name: str, *options: str | Path) -> tuple[str, ...]:
    """Return the command line that serves a product server over HTTP."""
    command = str(Path(sys.executable).with_name("clusterwright"))
    return (command, "serve", name, "--http", "0", *map(str, options))


@contextmanager
def served(command: Sequence[str]) -> Generator[str]:
    """Start a server and yield its URL, which it tells on standard error; stop it afterwards."""
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True) as process:
        assert process.stderr
        try:
            line = process.stderr.readline()
            _, listens, url = line.rstrip().partition(" listens on ")
            if not listens:
                raise RuntimeError(f"{' '.join(command)} did not start: {line}")
            yield url
        finally:
            process.terminate()
            process.stderr.read()
