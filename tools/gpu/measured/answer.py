"""The answer of gpu_usage: sums, then what stands out, the worst first."""

from pydantic import BaseModel, ConfigDict, Field

from clusterwright.tools.answer import Answer, columns
from clusterwright.tools.coverage import Gap
from clusterwright.tools.gpu.measured.row import By, UsageRow
from clusterwright.tools.gpu.measured.state import PROBLEMS, State
from clusterwright.tools.prometheus.cost.answer import money
from clusterwright.tools.prometheus.signal.spelled import short


class ProductSum(BaseModel):
    """One product."""

    model_config = ConfigDict(frozen=True)

    product: str
    gpus: int
    allocated: int
    busy: float | None = Field(default=None, description="Of those allocated, 0 to 1.")


class UsageAnswer(Answer):
    """How GPUs are used over one window."""

    backend: str
    window: str = Field(description="As asked.")
    until: str
    by: By
    gpus: int = Field(description="Devices, parts by MIG each as one; shares are not counted.")
    measured: int
    allocated: int = Field(description="Of those measured, what series give to pods.")
    busy: float | None = Field(default=None, description="Mean of those allocated, 0 to 1.")
    states: dict[State, int] = Field(default_factory=dict[State, int], description="GPUs in each.")
    products: tuple[ProductSum, ...] = ()
    cost: float | None = Field(default=None, description="An hour, of what is wasted.")
    currency: str | None = None
    prices: str
    rows: tuple[UsageRow, ...] = Field(default=(), description="The worst first.")
    total_rows: int = 0
    gaps: tuple[Gap, ...] = Field(default=(), description="What could not be told, and why.")
    notes: tuple[str, ...] = ()
    next_cursor: str | None = None

    def render(self) -> str:
        """Return the sums, and a line for each row."""
        lines = [f"{self.cluster} by {self.backend}, last {self.window} until {self.until}"]
        lines += [self._sums()]
        if self.states:
            lines += [", ".join(f"{state.value} {n}" for state, n in self.states.items())]
        if self.cost is not None:
            hour = f"{money(self.cost)} {self.currency} an hour"
            lines += [f"Wasted: {hour} (idle, hung, low use; prices: {self.prices})"]
        else:
            lines += [f"Prices: {self.prices}"]
        if len(self.products) > 1:
            lines += ["; ".join(map(_product, self.products))]
        lines += [self._table()] if self.rows else []
        reasons = dict.fromkeys(one.reason for one in self.gaps)
        for reason in reasons:
            whats = ", ".join(one.what for one in self.gaps if one.reason == reason)
            lines.append(f"Not told: {whats} ({reason})")
        lines += [f"[{one}]" for one in self.notes]
        if self.next_cursor:
            left = self.total_rows
            lines += [f"{len(self.rows)} of {left} rows; more: cursor={self.next_cursor}"]
        return "\n".join(lines)

    def _sums(self) -> str:
        busy = f", busy {_percent(self.busy)} on average" if self.busy is not None else ""
        problems = sum(n for state, n in self.states.items() if state in PROBLEMS)
        return (
            f"{self.gpus} GPUs or parts: {self.measured} measured, of these {self.allocated}"
            f" allocated to pods{busy}; {problems} stand out"
        )

    def _table(self) -> str:
        header = ("state", self.by, "gpus", "product", "busy", "peak", "memory GiB", "cost/h", "")
        rows = [
            (
                one.state.value, one.subject, str(one.gpus), one.product or "-",
                _percent(one.busy), _percent(one.peak), _memory(one), money(one.cost),
                ": ".join(part for part in (one.where, one.why) if part),
            )
            for one in self.rows
        ]  # fmt: skip
        kept = [i for i, name in enumerate(header) if not name or any(r[i] != "-" for r in rows)]
        return columns(
            tuple(header[i] for i in kept), [tuple(row[i] for i in kept) for row in rows]
        )


def _product(one: ProductSum) -> str:
    busy = f" busy {_percent(one.busy)}" if one.busy is not None else ""
    return f"{one.product}: {one.gpus}, {one.allocated} allocated{busy}"


def _percent(share: float | None) -> str:
    return "-" if share is None else f"{short(share * 100, 2)} %"


def _memory(row: UsageRow) -> str:
    if row.used_gib is None:
        return "-"
    return f"{short(row.used_gib, 2)}{f'/{short(row.of_gib, 3)}' if row.of_gib else ''}"
