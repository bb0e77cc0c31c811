"""The operators' objects and operands as rows: what they say, and what that is worth."""

from collections import Counter
from collections.abc import Iterator, Sequence

from pydantic import BaseModel, ConfigDict, Field

from clusterwright.tools.excerpt import one_line
from clusterwright.tools.gpu.analyzers.false_ready import FALSE_READY
from clusterwright.tools.gpu.analyzers.operator_state import OPERATORS
from clusterwright.tools.gpu.estate import CLUSTER_POLICY, Estate
from clusterwright.tools.gpu.funnel import funnels
from clusterwright.tools.gpu.funnel.stage import State
from clusterwright.tools.gpu.node import GpuNode
from clusterwright.tools.gpu.workload import CONTAINER
from clusterwright.tools.manifest import Manifest, condition, mapping, number, text
from clusterwright.tools.quotation import word
from clusterwright.tools.ref import Ref

_LONGEST = 200
_PARTS = ("driver", "devicePlugin", "metricsExporter", "configManager")
"""Parts of a DeviceConfig's status, as it counts their nodes."""
_AT_REST = frozenset({"", "upgrade-done"})
"""States of a driver's upgrade by which its controller has nothing to do, or is off."""


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True)


class OperatorRow(_Frozen):
    """An object that an operator acts on."""

    ref: Ref
    state: str = Field(description="As its status says; error reason first.")
    message: str | None = None
    false_ready: str | None = Field(default=None, description="Why its ready means nothing.")
    ignored_for: Ref | None = Field(default=None, description="The one that counts instead.")
    parts: dict[str, str] | None = Field(
        default=None, description="Available of desired, and of nodes selected, by part."
    )

    @property
    def well(self) -> bool:
        """Whether it is ready, and nothing says that this means nothing."""
        behind = any(_behind(said) for said in (self.parts or {}).values())
        ready = self.state.startswith("ready") and not self.false_ready
        return ready and not self.ignored_for and not behind

    def lines(self) -> list[str]:
        """Return what it says, what that is worth, and its parts."""
        lines = [f"{' ' if self.well else '!'} {self.ref}: {self.state}"]
        lines += [f"    | {self.message}"] if self.message else []
        lines += [f"    false ready: {self.false_ready}"] if self.false_ready else []
        lines += [f"    ignored: {self.ignored_for} counts"] if self.ignored_for else []
        if self.parts:
            lines.append("    " + ", ".join(f"{key} {said}" for key, said in self.parts.items()))
        return lines


class OperandRow(_Frozen):
    """A DaemonSet of an operator."""

    daemonset: Ref
    operand: str
    desired: int
    ready: int
    updated: int | None = Field(default=None, description="Fewer than desired run the new one.")
    broken: int | None = Field(default=None, description="Nodes whose funnel is broken here.")
    note: str | None = None

    @property
    def well(self) -> bool:
        """Whether all that it wants is ready, and nothing else is told of it."""
        late = self.updated is not None or self.note or self.broken
        return self.ready >= self.desired and not late

    @property
    def key(self) -> tuple[int, str]:
        """Where it comes: what breaks nodes first, then what is not well, as what waits for it."""
        return (0 if self.broken else 1 + self.well, str(self.daemonset))


def operator_rows(estate: Estate) -> Sequence[OperatorRow]:
    """Return the operators' objects, those that are not well first."""
    found = (finding.finding for finding in FALSE_READY.detect(estate))
    false = {one.subject: one.title for one in found}
    rows = [
        _operator(estate, one, false.get(Ref.of(one)))
        for kind in OPERATORS
        for one in (estate.cluster_policies if kind == CLUSTER_POLICY else estate.of_kind(kind))
    ]
    return sorted(rows, key=lambda row: (row.well, str(row.ref)))


def _behind(said: str) -> bool:
    available, _, desired = said.partition(" ")[0].partition("/")
    return available != desired


def _operator(estate: Estate, one: Manifest, false: str | None) -> OperatorRow:
    ref, state = Ref.of(one), text(one, "status", "state")
    failed, ready = condition(one, "Error"), condition(one, "Ready")
    # The Ready condition of one that failed says no more than `Error`.
    said = failed if failed.get("status") == "True" else ready
    errs = said is failed and state in {"", "ready"}
    words = ["error" if errs else state or _stands(ready)]
    reason = text(said, "reason")
    words += [reason] if reason and reason not in {"Ready", "Reconciled", "OperatorReady"} else []
    other = Ref.of(estate.policy) if estate.policy else None
    ignored = ref.kind_key == CLUSTER_POLICY and state == "ignored" and other != ref
    well = said.get("status") == "True" and said is ready
    return OperatorRow(
        ref=ref,
        state=", ".join(word(one_line(each, 60)) for each in words),
        message=None if well else one_line(text(said, "message"), _LONGEST) or None,
        false_ready=false,
        ignored_for=other if ignored else None,
        parts=dict(_parts(one)) or None,
    )


def _stands(ready: Manifest) -> str:
    if ready.get("status") == "False":
        return "notReady"
    return "ready" if ready.get("status") == "True" else "no status yet"


def _parts(one: Manifest) -> Iterator[tuple[str, str]]:
    for part in _PARTS:
        told = mapping(one, "status", part)
        if told:
            available, desired, nodes = (
                number(told, key)
                for key in ("availableNumber", "desiredNumber", "nodesMatchingSelectorNumber")
            )
            yield part, f"{available}/{desired} on {nodes} node{'s' * (nodes != 1)}"


def operand_rows(estate: Estate) -> Sequence[OperandRow]:
    """Return the operators' DaemonSets, those that are not well first."""
    broken = _broken_by_stage(estate)
    rows: list[OperandRow] = []
    for (vendor, name), made in estate.daemonsets.items():
        for i, one in enumerate(made):
            nodes = broken[vendor, name] if not i else 0  # a driver may have several DaemonSets
            rows.append(_operand(estate, one, name, nodes))
    return sorted(rows, key=lambda row: row.key)


def _operand(estate: Estate, one: Manifest, name: str, broken: int) -> OperandRow:
    status = mapping(one, "status")
    desired, updated = (
        number(status, key) for key in ("desiredNumberScheduled", "updatedNumberScheduled")
    )
    operand = estate.operands[Ref.of(one)]
    mine = [
        node
        for node in estate.nodes
        if node.vendor is operand.vendor and operand.serves(node.workload)
    ]
    note = None
    if not desired and mine and (operand.needed or broken):
        have = "1 node has" if len(mine) == 1 else f"{len(mine)} nodes have"
        what = "devices" if operand.serves(CONTAINER) else "devices for virtual machines"
        note = f"wants no pod, though {have} {operand.vendor} {what}"
    elif number(status, "observedGeneration") < number(one, "metadata", "generation"):
        note = "its newest version has not been looked at"
    elif updated < desired and _waits_for_restarts(one, name, mine):
        old = desired - updated
        run = "1 node runs" if old == 1 else f"{old} nodes run"
        note = f"{run} the old driver until its pod there is restarted: restart_operand"
    return OperandRow(
        daemonset=Ref.of(one),
        operand=name,
        desired=desired,
        ready=number(status, "numberReady"),
        updated=updated if updated < desired else None,
        broken=broken or None,
        note=note,
    )


def _waits_for_restarts(one: Manifest, name: str, nodes: Sequence[GpuNode]) -> bool:
    """Return whether pods of a driver stay as they are: nobody upgrades, and nobody deletes them.

    Operators set OnDelete, as their upgrade controller, where it is on, deletes the pods.
    """
    kept = text(one, "spec", "updateStrategy", "type") == "OnDelete"
    return name == "driver" and kept and all(node.upgrade_state in _AT_REST for node in nodes)


def _broken_by_stage(estate: Estate) -> Counter[tuple[str, str]]:
    found: Counter[tuple[str, str]] = Counter()
    for name, stages in funnels(estate).items():
        node = estate.node(name)
        for one in stages:
            if node is not None and one.state is State.BROKEN:
                found[node.vendor, one.name] += 1
    return found
