"""How the making of parts is reported while it goes on."""

from collections.abc import Callable, Generator
from contextlib import ExitStack, contextmanager
from typing import Protocol


class Report(Protocol):
    """Told about each part that has to be made; parts that are in the cache are not mentioned."""

    def start(self, part: str) -> None:
        """Begin with a part."""
        ...

    def note(self, part: str, doing: str) -> None:
        """Say what is being done for a part right now; called often."""
        ...

    def done(self, part: str) -> None:
        """Finish a part."""
        ...

    def failed(self, part: str) -> None:
        """Give a part up; the reason travels as an exception."""
        ...


class SilentReport:
    """Says nothing."""

    def start(self, part: str) -> None:
        """Say nothing."""

    def note(self, part: str, doing: str) -> None:
        """Say nothing."""

    def done(self, part: str) -> None:
        """Say nothing."""

    def failed(self, part: str) -> None:
        """Say nothing."""


@contextmanager
def reporting(report: Report, part: str) -> Generator[Callable[[str], None]]:
    """Report a part from start to end, and yield what takes notes on it."""
    with ExitStack() as unless_done:
        unless_done.callback(report.failed, part)
        report.start(part)
        yield lambda doing: report.note(part, doing)
        unless_done.pop_all()
    report.done(part)
