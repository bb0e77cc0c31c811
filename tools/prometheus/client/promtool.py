"""The promtool program: rules checked, and their unit tests run, beside any server.

Only what we wrote ourselves is given to it, in a folder that only we can read; it has neither the
environment nor the credentials of this process.
"""

import json
import os
import re
import shutil
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import anyio

from clusterwright.tools.errors import NotFoundError
from clusterwright.tools.manifest import Manifest

SETTING = "CLUSTERWRIGHT_PROMTOOL"
SECONDS = 20.0
INSTALL = f"install promtool, which comes with Prometheus, or name the program in {SETTING}"
_VERSION = re.compile(r"promtool, version (\d+)\.(\d+)\.(\d+)\S*")
_RULES, _TESTS = "rules.yaml", "tests.yaml"
_MOST_SAID = 4_000


@dataclass(frozen=True, slots=True)
class Ran:
    """How a run ended."""

    ok: bool
    said: str
    """What it wrote, from its end; its words quote what it was given."""


@dataclass(frozen=True, slots=True)
class Promtool:
    """A promtool that can be run."""

    path: Path
    version: tuple[int, int, int]

    async def check_rules(self, rules: Manifest) -> Ran:
        """Run `promtool check rules` on a rule file."""
        return await self._run(["check", "rules", _RULES], {_RULES: rules})

    async def test_rules(self, rules: Manifest, tests: Manifest) -> Ran:
        """Run `promtool test rules`; the tests need not name the rule file."""
        given = {_RULES: rules, _TESTS: {**tests, "rule_files": [_RULES]}}
        return await self._run(["test", "rules", _TESTS], given)

    async def _run(self, words: Sequence[str], files: dict[str, Manifest]) -> Ran:
        with TemporaryDirectory(prefix="clusterwright-promtool-") as folder:
            for name, content in files.items():
                (Path(folder) / name).write_text(json.dumps(content), encoding="utf-8")
            return await _run([str(self.path), *words], folder)


async def find_promtool() -> Promtool:
    """Return the promtool that CLUSTERWRIGHT_PROMTOOL names, or that is on the PATH.

    Raises NotFoundError if there is none, or if it does not tell its version.
    """
    named = os.environ.get(SETTING)
    place = shutil.which(named or "promtool")
    if place is None:
        told = f"{named!r}, which {SETTING} names" if named else "'promtool' on the PATH"
        raise NotFoundError(f"there is no program {told}", hint=INSTALL)
    path = _absolute(place)
    ran = await _run([str(path), "--version"], None)
    found = _VERSION.search(ran.said)
    if not ran.ok or found is None:
        raise NotFoundError(f"{str(path)!r} does not tell its version as promtool", hint=INSTALL)
    return Promtool(path, (int(found[1]), int(found[2]), int(found[3])))


async def _run(argv: Sequence[str], folder: str | None) -> Ran:
    try:
        with anyio.move_on_after(SECONDS) as limit:
            ended = await anyio.run_process(
                argv,
                stdin=subprocess.DEVNULL,
                stderr=subprocess.STDOUT,
                check=False,
                cwd=folder,
                env={"HOME": folder or "/nonexistent", "GOMEMLIMIT": "512MiB"},
                start_new_session=True,
            )
            return Ran(ended.returncode == 0, _end(ended.stdout))
    except OSError as error:
        raise NotFoundError(
            f"the program {argv[0]!r} cannot be started: {error.strerror}", hint=INSTALL
        ) from error
    assert limit.cancelled_caught  # noqa: S101 - else it has returned
    return Ran(ok=False, said=f"it did not end within {SECONDS:.0f} s")


def _end(output: bytes) -> str:
    return output[-_MOST_SAID:].decode(errors="replace").strip()


def _absolute(place: str) -> Path:
    return Path(place).absolute()  # a run has a folder of its own
