"""The answer of gpu_describe_node: the way of its devices, who has them, what made the node."""

from pydantic import BaseModel, ConfigDict, Field

from clusterwright.tools.answer import Answer, columns
from clusterwright.tools.excerpt import one_line
from clusterwright.tools.finding import (
    AbsenceEvidence,
    EventEvidence,
    Evidence,
    FieldEvidence,
    LogEvidence,
    MetricEvidence,
    Relation,
)
from clusterwright.tools.gpu.funnel.stage import Stage, State
from clusterwright.tools.quotation import word
from clusterwright.tools.ref import Ref


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True)


class Log(_Frozen):
    """Where to read on."""

    pod: Ref
    container: str


class StageRow(_Frozen):
    """A stage of the funnel."""

    name: str
    state: State
    why: str | None = None
    code: str | None = Field(default=None, description="Of the finding, when it is broken.")
    ref: Ref | None = Field(default=None, description="The object that shows it.")
    evidence: tuple[Evidence, ...] | None = None
    logs: tuple[Log, ...] | None = None

    @classmethod
    def of(cls, stage: Stage) -> "StageRow":
        """Return a stage; evidence and logs are told of a broken one only."""
        broken = stage.state is State.BROKEN
        logs = tuple(Log(pod=pod, container=name) for pod, name in stage.logs)
        return cls(
            name=stage.name,
            state=stage.state,
            why=stage.why or None,
            code=stage.code or None,
            ref=stage.ref if stage.state not in {State.OK, State.NOT_USED} else None,
            evidence=(stage.evidence or None) if broken else None,
            logs=(logs or None) if broken else None,
        )

    def lines(self) -> list[str]:
        """Return what is told of it when it is broken."""
        lines = [f"! {self.name} is broken ({self.code}): {self.why}"]
        lines += [f"  {_shown(one)}" for one in self.evidence or ()]
        lines += [
            f"  read on: k8s_logs pod={one.pod.name} namespace={one.pod.namespace}"
            f" container={one.container}; gpu_find_problems tells what is known of it"
            for one in self.logs or ()
        ]
        return lines


class HolderRow(_Frozen):
    """A pod that has devices of the node."""

    ref: Ref
    has: str = Field(description="Devices by resource.")
    state: str | None = None
    devices: tuple[str, ...] | None = Field(default=None, description="As DRA names them.")
    workload: Ref | None = None


class NodeDescription(Answer):
    """One node with accelerators."""

    ref: Ref
    vendor: str
    product: str | None = None
    simulated: str | None = Field(default=None, description="What its hardware is imitated by.")
    facts: dict[str, str]
    broken: tuple[StageRow, ...] = Field(description="The first one is the cause of most.")
    funnel: tuple[StageRow, ...] = Field(description="The other stages, in order.")
    holding: int | None = Field(default=None, description="Pods that have devices of it.")
    holders: tuple[HolderRow, ...] = Field(default=(), description="By name.")
    relations: tuple[Relation, ...] = ()
    notes: tuple[str, ...] = ()
    next_cursor: str | None = None

    def render(self) -> str:
        """Return what is broken, the stages, who has devices, and where the node comes from."""
        lines = [self._headline(), ", ".join(f"{k} {v}" for k, v in self.facts.items())]
        lines += [f"simulated | {self.simulated}"] if self.simulated else []
        lines += [line for one in self.broken for line in one.lines()]
        rows = [(one.name, one.state.value, one.why or "") for one in self.funnel]
        lines += [
            "Other stages:" if self.broken else "Stages:",
            columns(("stage", "state", "why"), rows),
        ]
        lines += self._held()
        lines += [f"{one.source} {one.edge} {one.target}" for one in self.relations]
        lines += [f"[{one}]" for one in self.notes]
        lines += [f"More pods: cursor={self.next_cursor}"] if self.next_cursor else []
        return "\n".join(lines)

    def _headline(self) -> str:
        what = self.product or "product not labelled"
        well = f"broken at {self.broken[0].name}" if self.broken else self._standing()
        return f"{self.ref} on {self.cluster}: {what} ({self.vendor}), {well}"

    def _standing(self) -> str:
        for state in (State.UNKNOWN, State.SYMPTOM, State.WORKING):
            found = next((one for one in self.funnel if one.state is state), None)
            if found:
                return f"{found.name}: {state}"
        state = self.facts.get("state", "")
        return "all stages well" if state in {"", "Ready"} else f"all stages well, node {state}"

    def _held(self) -> list[str]:
        if not self.holders:
            return [] if self.holding is None else ["No pod has a device of it."]
        rows = [
            (
                str(one.ref),
                one.has,
                one.state or "",
                " ".join(one.devices or ()),
                str(one.workload or ""),
            )
            for one in self.holders
        ]
        head = ("pod", "has", "state", "devices", "workload")
        having = "1 pod has" if self.holding == 1 else f"{self.holding} pods have"
        return [f"{having} devices of it:", columns(head, rows)]


def _shown(evidence: Evidence) -> str:
    match evidence:
        case FieldEvidence():
            return f"{evidence.ref} {evidence.path} | {one_line(evidence.value)}"
        case EventEvidence():
            return f"{evidence.ref} {word(evidence.reason)} x{evidence.count} | {evidence.message}"
        case LogEvidence():
            return f"{evidence.ref} {evidence.container} | {one_line(evidence.line)}"
        case AbsenceEvidence():
            return f"{evidence.ref} does not exist"
        case MetricEvidence():
            return f"{evidence.query} | {evidence.value}"
