"""Progress on standard error: a live table on a terminal, plain lines elsewhere."""

import sys
import time
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TextIO

from rich.console import Console
from rich.live import Live
from rich.spinner import Spinner
from rich.table import Table
from rich.text import Text

from clusterwright.deploy.sandbox.parts.report import Report

SECONDS_BETWEEN_LINES = 15.0
TENTHS_BELOW = 10.0


@dataclass
class PlainReport:
    """Writes a line when a part starts and ends, and now and then what is being done."""

    stream: TextIO
    _started: dict[str, float] = field(default_factory=dict[str, float])
    _said: dict[str, float] = field(default_factory=dict[str, float])

    def start(self, part: str) -> None:
        """Write that a part is being made."""
        self._started[part] = self._said[part] = time.monotonic()
        self._write(f"{part}: under way")

    def note(self, part: str, doing: str) -> None:
        """Write what is being done, unless something was written a moment ago."""
        now = time.monotonic()
        if now - self._said[part] >= SECONDS_BETWEEN_LINES:
            self._said[part] = now
            self._write(f"{part}: {duration(now - self._started[part])}, {doing}")

    def done(self, part: str) -> None:
        """Write how long a part took."""
        self._write(f"{part}: ready after {duration(time.monotonic() - self._started[part])}")

    def failed(self, part: str) -> None:
        """Write that a part was given up."""
        self._write(f"{part}: failed after {duration(time.monotonic() - self._started[part])}")

    def _write(self, line: str) -> None:
        print(line, file=self.stream, flush=True)


@dataclass
class _Row:
    state: str
    started: float
    doing: str = ""
    took: float | None = None
    spinner: Spinner = field(default_factory=lambda: Spinner("dots"))

    def cells(self) -> tuple[Text | Spinner, Text, Text]:
        mark = {"done": Text("✓", "green"), "failed": Text("✗", "red")}
        elapsed = time.monotonic() - self.started if self.took is None else self.took
        doing = Text(self.doing if self.took is None else "", "dim", overflow="ellipsis")
        doing.no_wrap = True
        return mark.get(self.state, self.spinner), Text(duration(elapsed), justify="right"), doing


@dataclass
class LiveReport:
    """Redraws one row for each part: its state, how long it takes, and what is being done."""

    live: Live
    _rows: dict[str, _Row] = field(default_factory=dict[str, _Row])

    def start(self, part: str) -> None:
        """Add a row; the first one brings the table up."""
        self._rows[part] = _Row("making", time.monotonic())
        self.live.start()

    def note(self, part: str, doing: str) -> None:
        """Show what is being done."""
        self._rows[part].doing = doing

    def done(self, part: str) -> None:
        """Tick the row."""
        self._end(part, "done")

    def failed(self, part: str) -> None:
        """Cross the row."""
        self._end(part, "failed")

    def _end(self, part: str, state: str) -> None:
        row = self._rows[part]
        row.state, row.took = state, time.monotonic() - row.started

    def __rich__(self) -> Table:
        """Draw the rows as they are now."""
        table = Table.grid(padding=(0, 1))
        for part, row in tuple(self._rows.items()):  # drawn by a thread of its own
            mark, elapsed, doing = row.cells()
            table.add_row(mark, part, elapsed, doing)
        return table


@contextmanager
def report_to(stream: TextIO = sys.stderr) -> Generator[Report]:
    """Yield a report that suits the stream; with nothing to make it writes nothing."""
    console = Console(file=stream)
    if not console.is_terminal or console.is_dumb_terminal:
        yield PlainReport(stream)
        return
    live = Live(console=console, auto_refresh=True, refresh_per_second=8)
    report = LiveReport(live)
    live.update(report)
    try:
        yield report
    finally:
        live.stop()


def duration(seconds: float) -> str:
    """Write a time as a person would: `0.8 s`, `42 s`, `4 min 12 s`."""
    if seconds < TENTHS_BELOW:
        return f"{seconds:.1f} s"
    minutes, rest = divmod(round(seconds), 60)
    return f"{minutes} min {rest} s" if minutes else f"{rest} s"
