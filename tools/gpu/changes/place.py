"""Where a pod of a node could go, by the rules of the scheduler, or why it could go nowhere."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from clusterwright.tools.excerpt import few
from clusterwright.tools.gpu.changes.machine_of import more_machines
from clusterwright.tools.gpu.estate import Estate, asked_of
from clusterwright.tools.gpu.fit.judge import judge
from clusterwright.tools.gpu.fit.rejection import Plugin, Rejection
from clusterwright.tools.manifest import Manifest, items, mapping, text
from clusterwright.tools.ref import Ref

_OURS = {
    Plugin.NODE_UNSCHEDULABLE: "a cordon",
    Plugin.TAINT_TOLERATION: "taints",
    Plugin.NODE_AFFINITY: "its node selector or affinity",
    Plugin.NODE_RESOURCES_FIT: "what is free",
    Plugin.POD_TOPOLOGY_SPREAD: "its spread",
    Plugin.INTER_POD_AFFINITY: "affinity to pods",
}


@dataclass(frozen=True, slots=True)
class Place:
    """What is known of where a pod could go."""

    say: str
    nodes: Sequence[str] = ()
    nowhere: bool = False


def where_to(estate: Estate, pod: Manifest) -> Place:
    """Return where a pod could go from its node."""
    here = text(pod, "spec", "nodeName")
    if items(pod, "spec", "resourceClaims"):
        return Place("where it could go is for its claims to say")
    found = judge(_on(pod, ""), estate).nodes
    nodes = {name: why for name, why in found.items() if name != here}
    fitting = [name for name, why in nodes.items() if why is None]
    if fitting:
        return Place(f"could go to {few(fitting, 3)}", fitting)
    more = more_machines(estate.node(here))
    hint = f"; {more}" if more else ""
    return Place(f"no other node {_lacking(estate, pod, nodes)}{hint}", nowhere=True)


def with_moved(estate: Estate, pod: Manifest, node: str) -> Estate:
    """Return what there is once a pod has gone to a node."""
    ref = Ref.of(pod)
    pods = [_on(one, node) if Ref.of(one) == ref else one for one in estate.of_kind("Pod")]
    return replace(estate, objects={**estate.objects, "Pod": pods})


def _lacking(estate: Estate, pod: Manifest, nodes: Mapping[str, Rejection | None]) -> str:
    """Return what keeps a pod from all other nodes."""
    full = [name for name, why in nodes.items() if why and why.plugin is Plugin.NODE_RESOURCES_FIT]
    asked = asked_of(pod)
    if full and asked:
        lacking = ", ".join(f"{count} free {resource}" for resource, count in asked.items())
        most = _most_free(estate, full, next(iter(asked)))
        return f"that it may use has {lacking} (most: {most})"
    reasons = Counter(_OURS.get(why.plugin, str(why.plugin)) for why in nodes.values() if why)
    told = ", ".join(f"{count} by {reason}" for reason, count in reasons.most_common())
    return f"takes it ({told or 'there is none'})"


def _most_free(estate: Estate, names: Sequence[str], resource: str) -> str:
    others = [(one.free.get(resource, 0), one.ref.name) for one in estate.nodes]
    count, name = max((one for one in others if one[1] in names), default=(0, ""))
    return f"{count} on {name}" if count else "none"


def _on(pod: Manifest, node: str) -> Manifest:
    return {**pod, "spec": {**mapping(pod, "spec"), "nodeName": node}}
