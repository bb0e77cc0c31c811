"""The answer of prom_costs: waste, then what everything costs, the dearest first."""

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from clusterwright.tools.answer import Answer, columns
from clusterwright.tools.coverage import Gap
from clusterwright.tools.excerpt import one_line
from clusterwright.tools.prometheus.cost.spend import Spend
from clusterwright.tools.prometheus.cost.waste import Kind, Waste
from clusterwright.tools.prometheus.signal.spelled import rounded, short

By = Literal["namespace", "workload", "node", "gpu"]
_HOURS_A_MONTH = 730


class WasteRow(BaseModel):
    """One thing that is paid for and not used."""

    model_config = ConfigDict(frozen=True)

    kind: Kind
    subject: str = Field(description="A Ref.")
    fact: str
    cost: float | None = Field(default=None, description="In the window.")
    core_hours: float | None = None
    gib_hours: float | None = None
    gpu_hours: float | None = None

    @classmethod
    def of(cls, waste: Waste) -> "WasteRow":
        """Return the row of a waste."""
        return cls(
            kind=waste.kind,
            subject=one_line(waste.subject),
            fact=one_line(waste.fact),
            cost=rounded(waste.cost),
            core_hours=rounded(waste.core_hours or None),
            gib_hours=rounded(waste.gib_hours or None),
            gpu_hours=rounded(waste.gpu_hours or None),
        )

    def line(self, currency: str) -> str:
        """Return it in one line, with its cost or else the hours."""
        hours = ", ".join(
            f"{short(number)} {what}-hours"
            for number, what in (
                (self.gpu_hours, "GPU"), (self.core_hours, "core"), (self.gib_hours, "GiB"),
            )
            if number
        )  # fmt: skip
        price = f"{money(self.cost)} {currency}, " if self.cost is not None else ""
        return f"  {price}{hours}: {self.kind.value} {self.subject}: {self.fact}"


class SpendRow(BaseModel):
    """What one thing took and costs."""

    model_config = ConfigDict(frozen=True)

    name: str
    cost: float | None = None
    core_hours: float | None = Field(default=None, description="Requested.")
    core_hours_used: float | None = None
    gib_hours: float | None = Field(default=None, description="Requested.")
    gib_hours_used: float | None = None
    gpu_hours: float | None = None
    fact: str | None = None

    @classmethod
    def of(cls, spend: Spend) -> "SpendRow":
        """Return the row of a spend."""
        return cls(
            name=one_line(spend.name),
            cost=rounded(spend.cost),
            core_hours=rounded(spend.core_hours or None),
            core_hours_used=rounded(spend.cores_used),
            gib_hours=rounded(spend.gib_hours or None),
            gib_hours_used=rounded(spend.gib_used),
            gpu_hours=rounded(spend.gpu_hours or None),
            fact=spend.fact or None,
        )


class CostsAnswer(Answer):
    """Costs and waste of one window."""

    by: By
    window: str = Field(description="As asked.")
    until: str
    measured_hours: float = Field(description="Of the window, for which requests are known.")
    prices: str = Field(description="Where they come from; none: hours only.")
    currency: str = ""
    total: float | None = Field(default=None, description="Of everything in the window.")
    wasted: float | None = Field(default=None, description="Of all waste in the window.")
    waste: tuple[WasteRow, ...] = Field(default=(), description="The dearest first.")
    spend: tuple[SpendRow, ...] = Field(default=(), description="The dearest first.")
    waste_count: int = 0
    spend_count: int = 0
    spared: tuple[str, ...] = Field(
        default=(), description="Over-requests that had better stay, and why."
    )
    unpriced: tuple[str, ...] = Field(default=(), description="What has no price.")
    gaps: tuple[Gap, ...] = Field(default=(), description="What could not be told, and why.")
    notes: tuple[str, ...] = ()
    queries: dict[str, str] | None = Field(default=None, description="As they were asked.")
    next_cursor: str | None = None

    def render(self) -> str:
        """Return the sums, a line for each waste, and a table of the others."""
        lines = [
            f"{self.cluster}, last {self.window} until {self.until}"
            f" ({short(self.measured_hours)} h measured); prices: {self.prices}"
        ]
        lines += [self._sums()]
        lines += [one.line(self.currency) for one in self.waste]
        lines += [self._table()] if self.spend else []
        lines += [f"Left as requested: {one}" for one in self.spared]
        lines += [f"No price: {', '.join(self.unpriced)}"] if self.unpriced else []
        lines += [f"Not told: {one.what} ({one.reason})" for one in self.gaps]
        lines += [f"[{one}]" for one in self.notes]
        lines += [f"More: cursor={self.next_cursor}"] if self.next_cursor else []
        return "\n".join(lines)

    def _sums(self) -> str:
        count = f"{self.waste_count} found to be paid for and not used"
        if self.total is None or self.wasted is None:
            return f"{count}; {self.spend_count} by {self.by}"
        hours = self.measured_hours or 1
        monthly = self.wasted / hours * _HOURS_A_MONTH
        return (
            f"{count}: {money(self.wasted)} {self.currency}, {money(monthly)} a month at this"
            f" rate; asked for or used: {money(self.total)} {self.currency}"
        )

    def _table(self) -> str:
        if self.by == "gpu":
            gpus = [
                (one.name, money(one.cost), _number(one.gpu_hours), one.fact or "")
                for one in self.spend
            ]
            return columns(("gpu", "cost", "GPU h", ""), gpus)
        header = (self.by, "cost", "cpu h", "used", "GiB h", "used", "GPU h")
        rows = [
            (
                one.name, money(one.cost), _number(one.core_hours), _number(one.core_hours_used),
                _number(one.gib_hours), _number(one.gib_hours_used), _number(one.gpu_hours),
            )
            for one in self.spend
        ]  # fmt: skip
        return columns(header, rows)


def money(value: float | None) -> str:
    """Return a price with cents; a small one with two digits."""
    if value is None:
        return "-"
    return f"{value:,.2f}" if value >= 1 or value == 0 else short(value, 2)


def _number(value: float | None) -> str:
    return "-" if value is None else short(value)
