"""Findings about accelerators, short to make: evidence of objects, and changes that help."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from clusterwright.tools.excerpt import one_line
from clusterwright.tools.finding import (
    ASKED,
    Edge,
    Evidence,
    FieldEvidence,
    Finding,
    Relation,
    Remedy,
    Severity,
)
from clusterwright.tools.kubernetes.analyzers.pod import title
from clusterwright.tools.kubernetes.owners.machine import CAPI, origin_of
from clusterwright.tools.manifest import Json, Manifest, text
from clusterwright.tools.ref import Ref, checked

PLAN = "k8s_plan_change"
"""The tool of the server for Kubernetes that plans changes."""
_LONGEST_VALUE = 500
_OWNERS_OF_MACHINES = ("MachineSet", "MachinePool", "KubeadmControlPlane")


@dataclass(frozen=True, slots=True)
class Cure:
    """What would repair a finding: in words, and as changes, if a server makes them."""

    say: str
    changes: tuple[Manifest, ...] = ()
    certain: bool = True
    """Whether the changes alone repair it; else they are only named, for a person to judge."""
    tool: str = ""
    """The tool that plans them, of another server than the one for GPUs."""

    @property
    def sentence(self) -> str:
        """The words, with the call that plans the changes."""
        if not self.changes:
            return f"{self.say}."
        spelled = ", ".join(map(json.dumps, self.changes))
        return f"{self.say}: {self.tool or 'gpu_plan_change'} {spelled}"

    @property
    def asks(self) -> bool:
        """Whether something of it has to be told by a person first."""
        return ASKED in json.dumps(self.changes)


def cure(say: str, kind: str, **more: Json) -> Cure:
    """Return a cure by one change, as `gpu_plan_change` takes it."""
    return Cure(say, ({"kind": kind, **more},))


def elsewhere(say: str, tool: str, *changes: Manifest) -> Cure:
    """Return a cure that another server carries out: its tool that plans, and what it takes."""
    return Cure(say, changes, tool=tool)


def about(
    code: str,
    subject: Ref,
    sentence: str,
    evidence: tuple[Evidence, ...],
    *cures: Cure,
    severity: Severity = Severity.WARNING,
    since: datetime | None = None,
    members: tuple[Ref, ...] = (),
    relations: tuple[Relation, ...] = (),
    concluded: bool = False,
) -> Finding:
    """Return a finding about a node, an operator's object, a claim or a queue."""
    return Finding(
        code=code,
        severity=severity,
        subject=subject,
        title=title(sentence),
        evidence=evidence,
        since=since,
        members=members,
        relations=relations,
        concluded=concluded,
        fixes=tuple(one.sentence for one in cures),
        remedies=remedies(cures),
    )


def with_cures(finding: Finding, *cures: Cure) -> Finding:
    """Return a finding with other cures."""
    fixes = tuple(one.sentence for one in cures)
    return finding.model_copy(update={"fixes": fixes, "remedies": remedies(cures)})


def remedies(cures: Sequence[Cure]) -> tuple[Remedy, ...]:
    """Return the cures that a server can carry out, and that repair by themselves."""
    return tuple(
        Remedy(say=one.say, changes=one.changes, tool=one.tool)
        for one in cures
        if one.changes and one.certain
    )


def shown(manifest: Manifest, path: str, value: str) -> FieldEvidence:
    """Return a field of an object as evidence."""
    return FieldEvidence(ref=Ref.of(manifest), path=path, value=one_line(value, _LONGEST_VALUE))


def of_condition(manifest: Manifest, kind: str, condition: Manifest) -> tuple[FieldEvidence, ...]:
    """Return a condition as evidence: what it says, and the reason it names."""
    path = f"$.status.conditions[?(@.type=='{kind}')]"
    fields = (("message", text(condition, "message")), ("reason", text(condition, "reason")))
    return tuple(shown(manifest, f"{path}.{key}", value) for key, value in fields if value)


def label(node: Manifest, key: str) -> FieldEvidence:
    """Return a label of an object as evidence; one that it does not have is `absent`."""
    value = text(node, "metadata", "labels", key)
    return shown(node, f"$.metadata.labels['{key}']", value or "absent")


def edges(sources: Sequence[Ref], edge: Edge, target: Ref) -> tuple[Relation, ...]:
    """Return an edge from each of `sources` to `target`."""
    kept = dict.fromkeys(one for one in sources if one != target)
    return tuple(Relation(source=one, edge=edge, target=target) for one in kept)


def of_machine(node: Manifest) -> Iterator[Relation]:
    """Yield the edges from a node to its Machine, and from that to what made it."""
    origin = origin_of(node)
    machine = origin.ref
    if machine is None:
        return
    yield Relation(source=Ref.of(node), edge=Edge.RUNS_ON, target=machine)
    if origin.owner_kind in _OWNERS_OF_MACHINES:
        kind = origin.owner_kind
        group = f"controlplane.{CAPI}" if kind == "KubeadmControlPlane" else CAPI
        owner = checked(Ref(kind, origin.owner, origin.namespace, group))
        if owner is not None:
            yield Relation(source=machine, edge=Edge.OWNED_BY, target=owner)
