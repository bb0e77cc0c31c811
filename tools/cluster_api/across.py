"""Edges from the objects of workload clusters to the machines and pools that findings are about.

A Node hangs on the Machine that it came of. A Pod that finds no Node hangs on a pool that gets no
machines, if such a machine's Node would take it; else its trouble is another one.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice

from clusterwright.tools.cluster_api.analyzers.node import cut_off
from clusterwright.tools.cluster_api.estate import (
    CLASS,
    DEPLOYMENT,
    MACHINE,
    POOL,
    SET,
    Estate,
    pool_of,
)
from clusterwright.tools.cluster_api.pool_node import awaits, node_of
from clusterwright.tools.cluster_api.target import target_of
from clusterwright.tools.finding import Edge, Finding, Relation
from clusterwright.tools.manifest import Manifest, items, name_of, namespace_of, text
from clusterwright.tools.ref import Ref, owner_of

_NODES, _PODS = 20, 10
"""Edges of one finding, so that an answer has room for others."""
_POOLS = frozenset({DEPLOYMENT, SET, POOL})
_NO_MACHINES = frozenset(
    {
        *("pool/machine-refused", "pool/scale-up-blocked", "pool/template-missing"),
        *("cluster/credential-rejected", "cluster/infrastructure-failed"),
        *("cluster/network-failed", "cluster/quota-exceeded"),
    }
)
"""Findings, beside those of machines, for which a pool does not get what it should have."""


@dataclass(frozen=True, slots=True)
class Workload:
    """What was read of a workload cluster: Pods that no Node has, and its Nodes."""

    pods: Sequence[Manifest] = ()
    nodes: Sequence[Manifest] = ()


@dataclass(frozen=True)
class Across:
    """Works out the edges of one scan."""

    estate: Estate
    management: str | None
    """What the management cluster was asked for as; None: the pinned context."""
    workloads: Mapping[Ref, Workload] = field(default_factory=dict[Ref, Workload])
    """By the Cluster."""

    def wanted(self, findings: Sequence[Finding]) -> list[Manifest]:
        """Return the Clusters that would have to be read: those with a pool that gets no machines.

        Those that do not answer are left out.
        """
        pools = (pool for one in findings for pool in self._short(one))
        found = (self.estate.cluster_of(pool) for pool in pools if not cut_off(self.estate, pool))
        return list({Ref.of(one): one for one in found if one is not None}.values())

    def joins(self, findings: Sequence[Finding]) -> dict[Ref, tuple[Relation, ...]]:
        """Return the edges to what findings are about, by the findings' subjects."""
        found: dict[Ref, dict[Relation, None]] = {}
        for one in findings:
            edges = (*islice(self._nodes(one), _NODES), *islice(self._pods(one), _PODS))
            if edges:
                found.setdefault(one.subject, {}).update(dict.fromkeys(edges))
        return {subject: tuple(edges) for subject, edges in found.items()}

    def _nodes(self, finding: Finding) -> Iterator[Relation]:
        """Yield Node -> Machine -> pool for each machine that a finding is about."""
        for ref in dict.fromkeys((finding.subject, *finding.members)):
            machine = self.estate.snapshot.get(ref) if ref.kind_key == MACHINE else None
            cluster = self.estate.cluster_of(machine) if machine is not None else None
            node = text(machine, "status", "nodeRef", "name")
            if machine is None or cluster is None or not node:
                continue
            yield self._from(cluster, Ref("Node", node), Edge.PROVISIONED_BY, ref)
            if pool_of(machine) != ref:
                yield Relation(source=ref, edge=Edge.OWNED_BY, target=pool_of(machine))

    def _pods(self, finding: Finding) -> Iterator[Relation]:
        """Yield Pod -> pool for Pods that wait for its machines, the first one of each owner."""
        for pool in self._short(finding):
            cluster = self.estate.cluster_of(pool)
            there = self.workloads.get(Ref.of(cluster)) if cluster is not None else None
            if cluster is None or there is None:
                continue
            new = node_of(pool, self._own(pool, there.nodes))
            first: dict[Ref, Ref] = {}
            for pod in there.pods:
                if awaits(pod, new):
                    first.setdefault(owner_of(pod) or Ref.of(pod), Ref.of(pod))
            if first and finding.subject.kind_key == CLASS:  # told of many clusters at once
                yield Relation(source=Ref.of(pool), edge=Edge.USES, target=finding.subject)
            for pod in first.values():
                yield self._from(cluster, pod, Edge.WAITS_FOR, Ref.of(pool))

    def _from(self, cluster: Manifest, source: Ref, edge: Edge, target: Ref) -> Relation:
        name = target_of(self.management, namespace_of(cluster), name_of(cluster))
        return Relation(source=source, edge=edge, target=target, source_cluster=name)

    def _short(self, finding: Finding) -> list[Manifest]:
        """Return the pools that get no machines for what a finding tells."""
        machines = (
            finding.code.startswith("machine/") and finding.code != "machine/deletion-blocked"
        )
        if not (machines or finding.code in _NO_MACHINES):
            return []
        found: dict[Ref, Manifest] = {}
        for ref in dict.fromkeys((finding.subject, *finding.members)):
            manifest = self.estate.snapshot.get(ref)
            named = pool_of(manifest) if manifest is not None and ref.kind_key == MACHINE else ref
            pool = self.estate.snapshot.get(named) if named.kind_key in _POOLS else None
            if pool is not None and not text(pool, "metadata", "deletionTimestamp"):
                found[named] = pool
        return list(found.values())

    def _own(self, pool: Manifest, nodes: Sequence[Manifest]) -> list[Manifest]:
        """Return the Nodes of a pool, by name."""
        machines = self.estate.machines(pool)
        named = {text(one, "status", "nodeRef", "name") for one in machines}
        named |= {text(one, "name") for one in items(pool, "status", "nodeRefs")}  # a MachinePool's
        return sorted((one for one in nodes if name_of(one) in named), key=name_of)
