"""The Machine of Cluster API behind a node: it is replaced there, a node is not mended by hand."""

from dataclasses import dataclass

from clusterwright.agents.diagnose.gather import Answered
from clusterwright.agents.remediate.found import Found
from clusterwright.tools.finding import Edge, Relation, Remedy, ask
from clusterwright.tools.ref import Ref

_CAPI = "capi_plan_change"
_GROUP = "cluster.x-k8s.io"
_POOLS = ("MachineDeployment", "MachinePool", "MachineSet")


@dataclass(frozen=True, slots=True)
class Behind:
    """What a node comes from, and the answer that told it, which looks at that cluster."""

    answer: Answered
    machine: Ref
    owners: tuple[Ref, ...]
    """Its pool and its Cluster, as far as they are known."""

    @property
    def pool(self) -> Ref | None:
        """What makes its machines."""
        found = (one for kind in _POOLS for one in self.owners if one.kind == kind)
        return next(found, None)

    @property
    def cluster(self) -> Ref | None:
        """The workload cluster that it is of."""
        clusters = (one for one in self.owners if (one.kind, one.group) == ("Cluster", _GROUP))
        return next(clusters, None)

    def remedy(self, node: Ref) -> Remedy | None:
        """Return the change that replaces the machine, once a person has said that it may go."""
        if self.cluster is None:
            return None
        name = f"{self.cluster.namespace}/{self.cluster.name}"
        may = ask(
            f"whether {self.machine.name} may be replaced, and what runs on it may move; then this"
            " is its name"
        )
        of = f", of {self.pool}" if self.pool else ""
        return Remedy(
            say=f"have Cluster API replace {self.machine}{of}, which {node} comes from",
            changes=({"kind": "remediate", "name": name, "machine": may},),
            tool=_CAPI,
        )


def behind(found: Found, cluster: str, node: Ref) -> Behind | None:
    """Return the Machine that a node of a cluster was provisioned by; None if none is known."""
    if node.kind != "Node":
        return None
    for answer in found.answers:
        for one in _relations(answer):
            origin = one.source_cluster or answer.cluster
            if (one.source, one.edge, origin) == (node, Edge.PROVISIONED_BY, cluster):
                return Behind(answer, one.target, _owners(answer, one.target))
    return None


def _owners(answer: Answered, machine: Ref) -> tuple[Ref, ...]:
    """Return what owns a machine, directly or not, the nearest first."""
    found, reached, edges = [machine], {machine}, _relations(answer)
    for one in found:
        for edge in edges:
            if (edge.source, edge.edge) == (one, Edge.OWNED_BY) and edge.target not in reached:
                reached.add(edge.target)
                found.append(edge.target)
    return tuple(found[1:])


def _relations(answer: Answered) -> list[Relation]:
    return [*answer.relations, *(edge for one in answer.findings for edge in one.relations)]
