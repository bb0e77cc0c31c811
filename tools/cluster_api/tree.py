"""A Cluster as the tree that `clusterctl describe cluster` draws, with the causes that it hides."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from typing import Self

from pydantic import BaseModel, ConfigDict, Field

from clusterwright.tools.cluster_api.cause import Cause, of_cluster, of_machine
from clusterwright.tools.cluster_api.condition import summary_of
from clusterwright.tools.cluster_api.estate import (
    DEPLOYMENT,
    MACHINE,
    POOL,
    Estate,
    by_name,
    is_control_plane,
)
from clusterwright.tools.excerpt import one_line
from clusterwright.tools.kubernetes.state.state import span
from clusterwright.tools.manifest import Manifest, dig, labels_of, number, text
from clusterwright.tools.quotation import word
from clusterwright.tools.ref import Ref

_DEPLOYMENT_NAME = "cluster.x-k8s.io/deployment-name"
_LONGEST_CAUSE = 300
_MOST_CHILDREN = 20
"""Branches below one; machines of a pool that say the same are one."""


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
    children: tuple[Self, ...] = ()
    more: int = Field(default=0, description="Machines left out below it, those in trouble last.")

    def lines(self, now: datetime, depth: int = 0) -> Iterator[str]:
        """Yield a line for each branch, with the cause below it."""
        sign = "! " if self.status not in {"True", ""} else "  "
        many = f" and {self.members - 1} more like it" if self.members > 1 else ""
        facts = [self.version, self.replicas, f"node {self.node}" if self.node else ""]
        told = ", ".join(one for one in facts if one)
        since = f" for {span(now - self.since)}" if self.since else ""
        status = f": {self.status} {self.reason}{since}" if self.status else ""
        indent = "  " * depth
        yield f"{indent}{sign}{self.role} {self.ref}{many}{f' ({told})' if told else ''}{status}"
        if self.cause:
            yield f"{indent}    | {self.cause}"
        for one in self.children:
            yield from one.lines(now, depth + 1)
        if self.more:
            yield f"{indent}  [{self.more} more machines, of other states than these]"


def tree(estate: Estate, cluster: Manifest) -> Branch:
    """Return a Cluster with its infrastructure, control plane, pools and machines."""
    machines = by_name(estate.of(MACHINE, cluster))
    own = [one for one in machines if is_control_plane(one)]
    workers = [one for one in machines if not is_control_plane(one)]
    children = [
        *_layer(estate, cluster, "infrastructure", "infrastructureRef"),
        *_layer(estate, cluster, "control plane", "controlPlaneRef", own),
        *_pools(estate, cluster, workers),
    ]
    cause = of_cluster(estate, cluster)
    return _branch("Cluster", cluster, children, _cause(cause))


def _layer(
    estate: Estate, cluster: Manifest, role: str, path: str, machines: Sequence[Manifest] = ()
) -> Iterator[Branch]:
    ref, found = estate.referred(cluster, "spec", path)
    children = list(_machines(estate, machines))
    if found is not None:
        yield _branch(role, found, children)
    elif ref is not None:
        yield Branch(role=role, ref=ref, reason="not read", children=tuple(children))


def _pools(estate: Estate, cluster: Manifest, machines: Sequence[Manifest]) -> Iterator[Branch]:
    known: set[str] = set()
    for one in by_name(estate.of(DEPLOYMENT, cluster)):
        name = text(one, "metadata", "name")
        known.add(name)
        own = [m for m in machines if labels_of(m).get(_DEPLOYMENT_NAME) == name]
        yield _branch("pool", one, list(_machines(estate, own)))
    for one in by_name(estate.of(POOL, cluster)):
        yield _branch("pool", one, [])
    rest = [m for m in machines if labels_of(m).get(_DEPLOYMENT_NAME) not in known]
    yield from _machines(estate, rest)


def _machines(estate: Estate, machines: Iterable[Manifest]) -> Iterator[Branch]:
    """Yield a branch for each machine; those that say the same are one, as clusterctl does it."""
    groups: dict[tuple[str, ...], list[tuple[Manifest, str]]] = {}
    for one in machines:
        found, cause = summary_of(one), _cause(of_machine(estate, one))
        status = (found.status, found.reason) if found else ("", "")
        name = text(one, "metadata", "name")
        key = (*status, text(one, "spec", "version"), cause.replace(name, ""))
        groups.setdefault(key, []).append((one, cause))
    for group in sorted(groups.values(), key=_worst_first):
        first, cause = group[0]
        branch = _branch("machine", first, [], cause)
        node = text(first, "status", "nodeRef", "name")
        yield branch.model_copy(update={"members": len(group), "node": node})


def _worst_first(group: list[tuple[Manifest, str]]) -> tuple[bool, int]:
    found = summary_of(group[0][0])
    return (found is not None and found.status == "True", -len(group))


def _branch(role: str, one: Manifest, children: Sequence[Branch], cause: str = "") -> Branch:
    found = summary_of(one)
    shown = children[:_MOST_CHILDREN]
    return Branch(
        role=role,
        ref=Ref.of(one),
        replicas=_replicas(one),
        version=text(one, "spec", "topology", "version") or text(one, "spec", "version"),
        status=found.status if found else "",
        reason=word(found.reason) if found else "",
        since=found.since if found else None,
        cause=cause,
        children=tuple(shown),
        more=sum(left.members for left in children[_MOST_CHILDREN:]),
    )


def _replicas(one: Manifest) -> str:
    wanted = dig(one, "spec", "replicas")
    return f"{number(one, 'status', 'readyReplicas')}/{wanted} ready" if wanted is not None else ""


def _cause(found: Cause | None) -> str:
    if found is None:
        return ""
    said = one_line(found.message, _LONGEST_CAUSE)
    return f"{found.ref} {found.condition}: {word(found.reason)}" + (f" {said}" if said else "")
