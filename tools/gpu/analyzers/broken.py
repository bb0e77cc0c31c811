"""The first broken stage of each node, worked out once for all who ask."""

from collections.abc import Mapping

from clusterwright.tools.gpu.funnel import Stage, first_broken, funnels
from clusterwright.tools.ref import Ref
from clusterwright.tools.snapshot import Snapshot


def broken(snapshot: Snapshot) -> Mapping[Ref, Stage]:
    """Return the first broken stage of the nodes that have one."""
    return snapshot.derived(_broken)


def ill_nodes(snapshot: Snapshot) -> frozenset[str]:
    """Return the names of those nodes."""
    return snapshot.derived(_ill_nodes)


def _ill_nodes(snapshot: Snapshot) -> frozenset[str]:
    return frozenset(ref.name for ref in broken(snapshot))


def _broken(snapshot: Snapshot) -> Mapping[Ref, Stage]:
    found = ((name, first_broken(stages)) for name, stages in funnels(snapshot).items())
    return {Ref("Node", name): stage for name, stage in found if stage is not None}
