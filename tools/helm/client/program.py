"""The helm program: found, of a version that is known, and run with nothing but a list of words.

Helm 4 and no library: what it writes bears its own field manager and its own record, as if the
user had run it (docs/adr/0010-helm.md).
"""

import os
import re
import shutil
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from clusterwright.tools.errors import InvalidInputError, NotFoundError, NotServedError
from clusterwright.tools.excerpt import one_line
from clusterwright.tools.helm.client.environment import environment
from clusterwright.tools.helm.client.process import run_process
from clusterwright.tools.helm.client.ran import Ran
from clusterwright.tools.helm.client.values_file import values_file
from clusterwright.tools.manifest import Manifest

SETTING = "CLUSTERWRIGHT_HELM"
LEAST_MAJOR = 4
_VERSION = re.compile(r"v?(\d+)\.\d+\.\d+\S*")
_VERSION_SECONDS = 30.0
_INSTALL = f"install Helm {LEAST_MAJOR} (https://helm.sh), or name the program in {SETTING}"
Driver = Literal["secret", "configmap"]
"""Where Helm keeps its records."""
_known: dict[tuple[str, int, int], str] = {}
"""Versions by path, size and time of change: a program is asked once."""


@dataclass(frozen=True, slots=True)
class Program:
    """A helm that can be run."""

    path: Path
    version: str
    """As it tells it: `v4.3.1`."""

    async def run(
        self,
        arguments: Sequence[str],
        *,
        seconds: float,
        operands: Sequence[str] = (),
        kubeconfig: Path | None = None,
        context: str = "",
        values: Manifest | None = None,
        driver: Driver = "secret",
    ) -> Ran:
        """Run helm to its end; how it failed is told, not raised.

        Args:
            arguments: the command and its flags, as `--version=1.2.3`, all of them words of ours
                or of the form `--flag=value`.
            seconds: then it is stopped.
            operands: what follows them: never taken for flags, however they begin.
            kubeconfig: without one no cluster can be reached.
            context: of the kubeconfig; by default its current one.
            values: given to it as a file that only we can read.
            driver: where the release's records are kept.

        Raises NotFoundError if the program is not there any more.
        """
        argv = [str(self.path), *arguments]
        if context:
            argv.append(f"--kube-context={context}")
        with ExitStack() as stack:
            if values is not None:
                argv.append(f"--values={stack.enter_context(values_file(values))}")
            if operands:
                argv += ["--", *operands]
            return await _run(argv, environment(kubeconfig, driver), seconds)


async def find_program() -> Program:
    """Return the helm that CLUSTERWRIGHT_HELM names, or that is on the PATH.

    Raises NotFoundError if there is none, NotServedError if it is older than Helm 4.
    """
    path = _path()
    found = path.stat()
    key = (str(path), found.st_size, found.st_mtime_ns)
    if key not in _known:
        _known[key] = await _version(path)
    return Program(path, _known[key])


def _path() -> Path:
    named = os.environ.get(SETTING)
    place = shutil.which(named or "helm")
    if place is None:
        raise NotFoundError(
            f"there is no program {named!r}, which {SETTING} names"
            if named
            else "the program 'helm' is not on the PATH: charts are rendered and releases are"
            " changed by it",
            hint=_INSTALL,
        )
    return Path(place).absolute()


async def _version(path: Path) -> str:
    argv = [str(path), "version", "--template={{.Version}}"]
    ran = await _run(argv, environment(None, "secret"), _VERSION_SECONDS)
    said = ran.stdout.strip()
    version = _VERSION.fullmatch(said)
    if not ran.ok or version is None:
        told = one_line(ran.error or said)
        raise NotServedError(
            f"{str(path)!r} does not tell its version as helm does: {told}", hint=_INSTALL
        )
    if int(version[1]) < LEAST_MAJOR:
        raise NotServedError(
            f"{str(path)!r} is helm {said}; it takes Helm {LEAST_MAJOR} or newer, which applies"
            " server-side and tells conflicts by field",
            hint=f"{_INSTALL}; releases of Helm 3 are read and changed by it as well",
        )
    return said


async def _run(argv: Sequence[str], surroundings: dict[str, str], seconds: float) -> Ran:
    try:
        ended = await run_process(argv, surroundings, seconds=seconds)
    except ValueError as error:  # a NUL byte
        raise InvalidInputError(
            f"helm cannot be given these arguments: {error}", hint="leave out what is no text"
        ) from error
    except OSError as error:
        raise NotFoundError(
            f"the program {argv[0]!r} cannot be started: {error.strerror}", hint=_INSTALL
        ) from error
    return Ran(
        ended.status,
        ended.output.decode(errors="replace"),
        ended.said.decode(errors="replace"),
        ended.seconds,
        ended.timed_out,
        ended.cut,
    )
