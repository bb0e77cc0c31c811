"""Devices that stand alike under one name, as a row of the answer."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from statistics import fmean
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from clusterwright.tools.excerpt import few, one_line
from clusterwright.tools.gpu.measured import throttling
from clusterwright.tools.gpu.measured.device import Device
from clusterwright.tools.gpu.measured.smaller import smaller
from clusterwright.tools.gpu.measured.state import RANK, State, wasted
from clusterwright.tools.gpu.measured.use import Use
from clusterwright.tools.prometheus.cost.rates import Rates
from clusterwright.tools.prometheus.signal.spelled import rounded, short
from clusterwright.tools.quotation import word

By = Literal["workload", "node", "product"]
_PLACES = 3
_SEVENTHS = 7
_LONGEST = 60


class UsageRow(BaseModel):
    """What stands alike of a workload, a node or a product."""

    model_config = ConfigDict(frozen=True)

    state: State
    subject: str = Field(description="A Ref, or a product.")
    gpus: int = Field(description="Devices, or parts of them.")
    product: str | None = None
    busy: float | None = Field(default=None, description="Mean share of time, 0 to 1.")
    peak: float | None = None
    used_gib: float | None = Field(default=None, description="Of memory, at most.")
    of_gib: float | None = None
    cost: float | None = Field(default=None, description="An hour, of what is wasted.")
    where: str | None = Field(default=None, description="Nodes, with the numbers of devices.")
    why: str | None = None

    @property
    def key(self) -> tuple[int, int, str]:
        """Where it comes: the worst and most first."""
        return (RANK[self.state], -self.gpus, self.subject)


@dataclass(frozen=True, slots=True)
class Naming:
    """What rows are made with."""

    by: By
    of_pods: Callable[[Use], Iterable[str]]
    """The workloads that have a device."""
    rates: Rates
    memories: Mapping[str, float]
    """GiB of each product of the cluster."""

    def subjects(self, use: Use) -> list[str]:
        """Return the names under which a device is told."""
        if self.by == "product":
            return [spelled(use.model) or "unknown product"]
        own = sorted(set(self.of_pods(use))) if self.by == "workload" else []
        return own or [f"Node/{use.node}"]


def rows(uses: Iterable[Use], naming: Naming) -> list[UsageRow]:
    """Return a row for each name and state, the worst first."""
    groups: dict[tuple[str, State], list[tuple[Use, float]]] = defaultdict(list)
    for use in uses:
        subjects = naming.subjects(use)
        for subject in subjects:
            groups[subject, use.state].append((use, 1 / len(subjects)))
    made = (_row(subject, state, found, naming) for (subject, state), found in groups.items())
    return sorted(made, key=lambda one: one.key)


def price(rates: Rates, device: Device) -> float | None:
    """Return what an hour of a device costs; of a part of it, by its sevenths of the engines."""
    whole = rates.gpu(device.key.node)
    slices = device.profile.partition("g.")[0]
    if whole is None or not device.key.instance:
        return whole
    return whole * int(slices) / _SEVENTHS if slices in set("1234567") else None


def spelled(text: str) -> str:
    """Return a word that an exporter or a label told, safe and short."""
    return word(one_line(text, _LONGEST))


def _row(
    subject: str, state: State, found: Sequence[tuple[Use, float]], naming: Naming
) -> UsageRow:
    uses = [use for use, _ in found]
    devices = [one.device for one in uses if one.device]
    busy = [one.busy for one in devices if one.busy is not None]
    peaks = [one.peak for one in devices if one.peak is not None]
    fullest = max(
        (one for one in devices if one.used is not None),
        key=lambda one: one.used or 0,
        default=None,
    )
    costs = [
        cost * share * part
        for use, part in found
        if use.device and (share := wasted(use.device, state))
        and (cost := price(naming.rates, use.device)) is not None
    ]  # fmt: skip
    products = sorted({spelled(one.model) for one in uses if one.model})
    return UsageRow(
        state=state,
        subject=subject,
        gpus=sum(one.count for one in uses),
        product=few(products, 2) if products and naming.by != "product" else None,
        busy=rounded(fmean(busy)) if busy else None,
        peak=rounded(max(peaks, default=None)),
        used_gib=rounded(fullest.used) if fullest else None,
        of_gib=rounded(fullest.total) if fullest else None,
        cost=rounded(sum(costs)) if costs else None,
        where=_where(uses, subject) or None,
        why=_why(state, uses, naming) or None,
    )


def _where(uses: Sequence[Use], subject: str) -> str:
    """Return the nodes with the numbers of their devices; of a node these alone."""
    at: dict[str, set[str]] = defaultdict(set)
    for one in uses:
        at[one.node] |= {one.device.spelled} if one.device else set()
    places = [
        f"{'' if subject == f'Node/{node}' else node}{f'[{_numbers(numbers)}]' if numbers else ''}"
        for node, numbers in sorted(at.items())
    ]
    return few(places, _PLACES) if any(places) else ""


def _numbers(numbers: Iterable[str]) -> str:
    order = sorted(numbers, key=lambda one: (len(one), one))
    return few([spelled(one) for one in order], 8).replace(", ", ",")


def _why(state: State, uses: Sequence[Use], naming: Naming) -> str:
    said: dict[str, None] = {}
    shares: dict[str, float] = {}
    for one in uses:
        if one.why:
            said[one.why] = None
        for reason, share in one.device.slowed.items() if one.device else ():
            shares[reason] = max(share, shares.get(reason, 0.0))
    if state is State.HUNG:
        hung = next((one.device.hung for one in uses if one.device and one.device.hung), "")
        said[hung] = None
    reasons = throttling.REASONS
    for reason in sorted(shares, key=lambda one: (reasons[one].expected, -shares[one])):
        said[f"{reasons[reason].says} {short(shares[reason] * 100, 2)} % of the time"] = None
    if state in {State.LOW, State.ROOM}:
        devices = [one.device for one in uses if one.device]
        hints = {smaller(one, naming.memories) for one in devices}
        said |= dict.fromkeys(hints if len(hints) == 1 else ())
    if state is State.UNTOLD and any(one.device and one.device.unusable for one in uses):
        said["not usable: its exporter tells a use that is not between 0 and 100 %"] = None
    if state is State.OUTSIDE:
        said["no pod was given it: a process of the host, or a pod that takes it unasked"] = None
    return "; ".join(one for one in said if one)
