"""A Cluster as the tree that `clusterctl describe cluster` draws, with the causes that it hides."""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Self

from pydantic import BaseModel, ConfigDict, Field

from clusterwright.tools.cluster_api.cause import (
    Cause,
    below,
    of_cluster,
    of_holder,
    of_infrastructure,
    of_machine,
)
from clusterwright.tools.cluster_api.condition import Condition, summary_of, unwell
from clusterwright.tools.cluster_api.estate import (
    DEPLOYMENT,
    MACHINE,
    POOL,
    Estate,
    by_name,
    is_control_plane,
)
from clusterwright.tools.cluster_api.gist import gist
from clusterwright.tools.excerpt import one_line
from clusterwright.tools.kubernetes.state.state import span
from clusterwright.tools.manifest import Manifest, dig, number, text
from clusterwright.tools.quotation import quoted, word
from clusterwright.tools.ref import Ref

_LONGEST_CAUSE, _LONGEST_CONDITION = 300, 160
_MOST_CONDITIONS = 12
_MOST_CHILDREN = 20
"""Branches below one; machines of a pool that say the same are one."""
_LAYERS = frozenset({"infrastructure", "control plane"})


class Branch(BaseModel):
    """One object of the tree; equal machines are one branch."""

    model_config = ConfigDict(frozen=True)

    role: str = Field(description="Infrastructure, control plane, pool or machine.")
    ref: Ref
    members: int = Field(default=1, description="Equal objects that this one stands for.")
    replicas: str = Field(default="", description="Ready of desired.")
    version: str = ""
    status: str = Field(default="", description="Of its condition Available, else Ready.")
    reason: str = ""
    since: datetime | None = None
    node: str = Field(default="", description="The Node of a machine, on the workload cluster.")
    cause: str = Field(default="", description="What the first object in the chain says.")
    conditions: tuple[str, ...] = Field(
        default=(), description="Those that are not well, where they were asked for."
    )
    pods: int | None = Field(default=None, description="On its nodes, where they were asked for.")
    children: tuple[Self, ...] = ()
    more: int = Field(default=0, description="Machines left out below it, those in trouble last.")
    more_pools: int = Field(default=0, description="Pools left out, with machines counted above.")

    def lines(self, now: datetime, depth: int = 0) -> Iterator[str]:
        """Yield a line for each branch, with the cause below it."""
        sign = "! " if self.status not in {"True", ""} else "  "
        many = f" and {self.members - 1} more like it" if self.members > 1 else ""
        facts = [self.version, self.replicas, f"node {self.node}" if self.node else ""]
        facts += [f"{self.pods} pods"] if self.pods is not None else []
        told = ", ".join(one for one in facts if one)
        since = f" for {span(now - self.since)}" if self.since else ""
        status = f": {self.status} {self.reason}{since}" if self.status else ""
        indent = "  " * depth
        yield f"{indent}{sign}{self.role} {self.ref}{many}{f' ({told})' if told else ''}{status}"
        if self.cause:
            yield f"{indent}    | {self.cause}"
        yield from (f"{indent}    - {one}" for one in self.conditions)
        for one in self.children:
            yield from one.lines(now, depth + 1)
        if self.more_pools:
            pools = f"{self.more_pools} more pools, and {self.more} more machines"
            yield f"{indent}  [{pools}; those in trouble are left out last]"
        elif self.more:
            yield f"{indent}  [{self.more} more machines, of other states than these]"

    @property
    def machines(self) -> int:
        """Machines that it and all below it stand for, those that are left out too."""
        own = self.members if self.role == "machine" else 0
        return own + self.more + sum(one.machines for one in self.children)


@dataclass(frozen=True, slots=True)
class Asked:
    """What a tree shows beside its branches."""

    conditions: bool = False
    pods: Mapping[str, int] | None = field(default=None)
    """Pods on each Node of the workload cluster; None where they were not asked for."""


def tree(estate: Estate, cluster: Manifest, asked: Asked | None = None) -> Branch:
    """Return a Cluster with its infrastructure, control plane, pools and machines."""
    return _Tree(estate, asked or Asked()).of(cluster)


@dataclass(frozen=True, slots=True)
class _Tree:
    estate: Estate
    asked: Asked

    def of(self, cluster: Manifest) -> Branch:
        machines = by_name(self.estate.of(MACHINE, cluster))
        own = [one for one in machines if is_control_plane(one)]
        workers = [one for one in machines if not is_control_plane(one)]
        children = [
            *self._layer(cluster, "infrastructure", "infrastructureRef"),
            *self._layer(cluster, "control plane", "controlPlaneRef", own),
            *self._pools(cluster, workers),
        ]
        return self._branch("Cluster", cluster, children, of_cluster(self.estate, cluster))

    def _layer(
        self, cluster: Manifest, role: str, path: str, machines: Sequence[Manifest] = ()
    ) -> Iterator[Branch]:
        ref, found = self.estate.referred(cluster, "spec", path)
        children = list(self._machines(machines))
        if found is not None:
            plane = path == "controlPlaneRef"
            cause = of_holder if plane else of_infrastructure
            yield self._branch(role, found, children, _of_unwell(self.estate, found, cause))
        elif ref is not None:
            yield Branch(role=role, ref=ref, reason="not read", children=tuple(children))

    def _pools(self, cluster: Manifest, machines: Sequence[Manifest]) -> Iterator[Branch]:
        drawn: set[Ref] = set()
        for kind, cause in ((DEPLOYMENT, of_holder), (POOL, below)):
            for one in by_name(self.estate.of(kind, cluster)):
                own = self.estate.machines(one)
                drawn.update(map(Ref.of, own))
                children = list(self._machines(own))
                yield self._branch("pool", one, children, _of_unwell(self.estate, one, cause))
        yield from self._machines(one for one in machines if Ref.of(one) not in drawn)

    def _machines(self, machines: Iterable[Manifest]) -> Iterator[Branch]:
        """Yield a branch for each machine; those that say the same are one, as clusterctl does."""
        groups: dict[tuple[str, ...], list[tuple[Manifest, Cause | None]]] = {}
        for one in machines:
            found, cause = summary_of(one), of_machine(self.estate, one)
            status = (found.status, found.reason) if found else ("", "")
            name = text(one, "metadata", "name")
            key = (*status, text(one, "spec", "version"), _cause(cause).replace(name, ""))
            groups.setdefault(key, []).append((one, cause))
        for group in sorted(groups.values(), key=_worst_first):
            first, cause = group[0]
            nodes = [text(one, "status", "nodeRef", "name") for one, _ in group]
            counted = Counter(self.asked.pods or {})
            pods = sum(counted[one] for one in nodes) if self.asked.pods is not None else None
            branch = self._branch("machine", first, [], cause)
            more = {"members": len(group), "node": word(nodes[0]), "pods": pods}
            yield branch.model_copy(update=more)

    def _branch(
        self, role: str, one: Manifest, children: Sequence[Branch], cause: Cause | None = None
    ) -> Branch:
        found = summary_of(one)
        shown, left = _cut(children)
        told = unwell(one)[:_MOST_CONDITIONS] if self.asked.conditions else ()
        return Branch(
            role=role,
            ref=Ref.of(one),
            replicas=_replicas(one),
            version=word(text(one, "spec", "topology", "version") or text(one, "spec", "version")),
            status=word(found.status) if found else "",
            reason=word(found.reason) if found else "",
            since=found.since if found else None,
            cause=_cause(cause),
            conditions=tuple(_condition(each) for each in told),
            children=tuple(shown),
            more=sum(each.machines for each in left),
            more_pools=sum(each.role == "pool" for each in left),
        )


def _cut(children: Sequence[Branch]) -> tuple[list[Branch], list[Branch]]:
    """Return the branches that there is room for and the others, both as they are drawn.

    The Cluster's own layers come first, then what is in trouble, then what does not tell.
    """
    places = sorted(range(len(children)), key=lambda place: _urgency(children[place]))
    kept = set(places[:_MOST_CHILDREN])
    shown = [one for place, one in enumerate(children) if place in kept]
    return shown, [one for place, one in enumerate(children) if place not in kept]


def _urgency(one: Branch) -> int:
    if one.role in _LAYERS:
        return 0
    if one.status not in {"True", ""} or any(_urgency(below) == 1 for below in one.children):
        return 1
    return 2 if one.status == "" else 3


def _of_unwell(
    estate: Estate, one: Manifest, cause: Callable[[Estate, Manifest], Cause | None]
) -> Cause | None:
    """Return the cause of a branch that is not well; one that is well has none to show."""
    found = summary_of(one)
    return None if found is not None and found.status == "True" else cause(estate, one)


def _condition(one: Condition) -> str:
    said = one_line(one.message, _LONGEST_CONDITION)
    told = f"{word(one.type)}: {word(one.status)} {word(one.reason)}"
    return f"{told} {quoted(said)}" if said else told


def _worst_first(group: list[tuple[Manifest, Cause | None]]) -> tuple[bool, int]:
    found = summary_of(group[0][0])
    return (found is not None and found.status == "True", -len(group))


def _replicas(one: Manifest) -> str:
    wanted = dig(one, "spec", "replicas")
    return f"{number(one, 'status', 'readyReplicas')}/{wanted} ready" if wanted is not None else ""


def _cause(found: Cause | None) -> str:
    if found is None:
        return ""
    said = one_line(gist(found.message), _LONGEST_CAUSE)
    told = f"{found.ref} {word(found.condition)}: {word(found.reason)}"
    return f"{told} {said}" if said else told
