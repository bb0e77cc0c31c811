"""The official suite run once, and what it says of each scenario that a revision requires."""

import re
import sys
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from functools import cache

from tests.conformance.node import program, run

ERAS = ("2025-11-25", "2026-07-28")
_CLIENT = [sys.executable, "-m", "tests.conformance.client"]
_MILLISECONDS = "60000"
_RESULT = re.compile(r"^[✓✗] (?P<name>\S+): (?P<passed>\d+) passed, (?P<failed>\d+) failed", re.M)
_REQUIRED = re.compile(r"^  - (\S+)$", re.M)
_HEADINGS = {"server": "Server scenarios", "client": "Client scenarios"}


@dataclass(frozen=True, slots=True)
class Scores:
    """Which of the required scenarios passed, and what the suite printed."""

    required: tuple[str, ...]
    passed: frozenset[str]
    printed: str

    @property
    def failed(self) -> tuple[str, ...]:
        """The required scenarios that did not pass, in the suite's order."""
        return tuple(name for name in self.required if name not in self.passed)

    def __str__(self) -> str:
        """Return `passed/required`."""
        return f"{len(self.required) - len(self.failed)}/{len(self.required)}"


def judge_server(url: str, era: str) -> Scores:
    """Run all server scenarios that an era requires."""
    return _judge("server", era, ["--url", url])


def judge_client(era: str) -> Scores:
    """Run all client scenarios that an era requires.

    They run side by side, and some wait in real time. One that failed runs again alone: what is
    wrong fails again, and what only lacked a processor does not.
    """
    scores = _judge("client", era, ["--command", " ".join(_CLIENT)])
    again = {name for name in scores.failed if _passes_alone(name, era)}
    return Scores(scores.required, scores.passed | again, scores.printed)


@cache  # the same for every server
def required(role: str, era: str) -> tuple[str, ...]:
    """Return the names of the scenarios that an era requires of a `server` or a `client`."""
    listed = run(program("conformance", "list", "--requirements", era)).stdout
    _, _, after = listed.partition(_HEADINGS[role])
    return tuple(_REQUIRED.findall(after.split("\n\n")[0]))


def read(printed: str, names: Sequence[str]) -> frozenset[str]:
    """Return which of the named scenarios passed: at least one check, and none failed.

    The suite itself also passes a scenario in which nothing was checked.
    """
    wanted: Collection[str] = frozenset(names)
    return frozenset(
        found["name"]
        for found in _RESULT.finditer(printed)
        if found["name"] in wanted and int(found["passed"]) and not int(found["failed"])
    )


def _judge(role: str, era: str, target: Sequence[str]) -> Scores:
    names = required(role, era)
    command = program("conformance", role, *target, "--requirements", era)
    done = run([*command, "--timeout", _MILLISECONDS])
    printed = done.stdout + done.stderr
    return Scores(names, read(printed, names), printed)


def _passes_alone(name: str, era: str) -> bool:
    command = program("conformance", "client", "--command", " ".join(_CLIENT))
    options = ["--scenario", name, "--spec-version", era, "--timeout", _MILLISECONDS]
    return run([*command, *options]).returncode == 0
