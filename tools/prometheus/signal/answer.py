"""The answer of prom_signals: what is told, what is zero, and what nothing tells."""

from collections.abc import Sequence

from pydantic import Field

from clusterwright.tools.answer import Answer
from clusterwright.tools.coverage import Gap
from clusterwright.tools.prometheus.signal.candidate import Signal
from clusterwright.tools.prometheus.signal.row import SignalRow
from clusterwright.tools.ref import Ref


class SignalsAnswer(Answer):
    """The golden signals of one target."""

    target: Ref
    gpu: str = ""
    backend: str
    window: str = Field(description="As asked; `before` is as long, and ends where it starts.")
    until: str = Field(description="The end of the window.")
    found_by: str = Field(description="How its series were found.")
    matchers: dict[str, str] = Field(
        default_factory=dict, description="What $name in a query stands for."
    )
    rows: tuple[SignalRow, ...] = ()
    zero: tuple[str, ...] = Field(default=(), description="Errors of which there are none.")
    missing: dict[str, str] = Field(
        default_factory=dict, description="What nothing tells: what would have to be exported."
    )
    gaps: tuple[Gap, ...] = Field(default=(), description="What could not be asked.")
    notes: tuple[str, ...] = ()

    def render(self) -> str:
        """Return a line for each number under its signal; the queries where one signal is asked."""
        who = f"{self.target} gpu {self.gpu}" if self.gpu else str(self.target)
        lines = [f"{who} on {self.cluster}: last {self.window} until {self.until}; {self.found_by}"]
        for signal in Signal:
            own = [one for one in self.rows if one.signal is signal]
            lines += [signal.value.upper(), *_told(own)] if own else []
            if signal is Signal.ERRORS and self.zero:
                lines += [] if own else [signal.value.upper()]
                lines.append(f"  0: {', '.join(self.zero)}")
        if self.missing:
            lines.append("NOT EXPORTED")
            lines += [f"  {slot}: {export}" for slot, export in self.missing.items()]
        lines += [f"Not read: {one.what} ({one.reason})" for one in self.gaps]
        lines += [f"[{one}]" for one in self.notes]
        return "\n".join(lines)


def _told(rows: Sequence[SignalRow]) -> list[str]:
    lines: list[str] = []
    for one in rows:
        lines.append(f"  {one.line()}")
        lines += [f"    {one.note}"] if one.note else []
    return lines
