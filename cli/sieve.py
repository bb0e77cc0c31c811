"""What `diagnose` sets aside: what an ignore file names, and what a baseline has already.

`fix --all` leaves alone what the ignore file names.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TypeVar

import click

from clusterwright.agents.diagnose.diagnosis import Diagnosis, RootCause, Why
from clusterwright.agents.diagnose.ignore_file import Entry, holding, parse_ignore_file
from clusterwright.agents.diagnose.known import (
    compared,
    entry_notes,
    ignored_by,
    less_seen,
    parse_baseline,
    without_ignored,
)
from clusterwright.tools.errors import InvalidInputError, NotFoundError
from clusterwright.tools.excerpt import few

USUAL = Path(".clusterwright-ignore.yaml")
"""The ignore file that is taken from the working directory, if it is there."""
_Read = TypeVar("_Read")


@dataclass(frozen=True, slots=True)
class Sieve:
    """The ignore file and the baseline of a run; either may be missing."""

    entries: tuple[Entry, ...] = ()
    ignore_file: Path | None = None
    before: Diagnosis | None = None
    namespace: str | None = None
    """The only one that is asked about."""

    def sift(self, diagnosis: Diagnosis) -> Diagnosis:
        """Return a diagnosis of what is left to tell; the rest is counted in it."""
        left = without_ignored(diagnosis, self.entries, datetime.now(UTC).date())
        return compared(left, self.before, self.namespace) if self.before else left

    def ignores(self, root: RootCause) -> bool:
        """Tell whether the ignore file names a root cause, by an entry that has not expired."""
        return ignored_by(root, holding(self.entries, datetime.now(UTC).date())) is not None

    def notes(self, diagnosis: Diagnosis) -> list[str]:
        """Return what to know of the two files, given all that was found."""
        everywhere = self.namespace is None
        today = datetime.now(UTC).date()
        said = entry_notes(diagnosis, self.entries, today, everywhere=everywhere)
        notes = [f"{self.ignore_file}, {note}" for note in said]
        if self.entries:
            left = without_ignored(diagnosis, self.entries, today)
            ignored = sum(one.why is Why.IGNORED for one in left.set_aside)
            notes.insert(0, f"{self.ignore_file} is heeded: {ignored} ignored")
        blind = less_seen(diagnosis, self.before) if self.before else []
        if blind:
            where = few(blind)
            notes.append(
                f"less was seen of {where} than for the baseline: what is gone is not told"
            )
        return notes


def read_sieve(baseline: Path | None, ignore_file: Path | None, namespace: str | None) -> Sieve:
    """Read both files; raise ToolError naming what is wrong in them, or that one is not there."""
    chosen = ignore_file or (USUAL if USUAL.is_file() else None)
    return Sieve(
        _read(chosen, parse_ignore_file) if chosen else (),
        chosen,
        _read(baseline, parse_baseline) if baseline else None,
        namespace,
    )


def tell(notes: list[str]) -> None:
    """Print notes on standard error, so that no output of any form is in their way."""
    for note in notes:
        click.echo(f"Note: {note}", err=True)


def _read(path: Path, parse: Callable[[str, str], _Read]) -> _Read:
    try:
        text = path.read_text(encoding="utf-8")
    except FileNotFoundError as error:
        raise NotFoundError(f"{path} does not exist") from error
    except (OSError, UnicodeDecodeError) as error:
        raise InvalidInputError(f"{path} cannot be read: {error}") from error
    return parse(text, str(path))
