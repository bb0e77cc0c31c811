"""What proves that an operand works on a node, and that those which wait for it follow."""

from collections.abc import Sequence
from functools import partial

from clusterwright.tools.excerpt import few
from clusterwright.tools.gpu.changes.advertised import in_words
from clusterwright.tools.gpu.vendor import counted
from clusterwright.tools.kubernetes.changes.step import (
    Check,
    Failed,
    Listing,
    Met,
    Pending,
    Verdict,
)
from clusterwright.tools.kubernetes.changes.workloads import is_ready
from clusterwright.tools.manifest import Manifest, name_of, text
from clusterwright.tools.ref import Ref, owner_of

SECONDS = 600


def on_node(daemonset: Ref, node: str) -> Listing:
    """Return the pods of a node in the namespace of a DaemonSet."""
    return Listing("Pod", daemonset.namespace, fields=f"spec.nodeName={node}")


def renewed(daemonset: Ref, node: Ref, uid: str) -> Check:
    """Return the check that another pod than that of a uid is ready on a node."""
    return Check(
        f"a new pod of {daemonset} is ready on {node.name}",
        node,
        partial(replaced, daemonset.name, uid),
        (on_node(daemonset, node.name),),
        seconds=SECONDS,
    )


def replaced(
    daemonset: str, uid: str, _node: Manifest | None, listed: Sequence[Manifest]
) -> Verdict:
    """Judge the pods of a node by whether one of a DaemonSet is ready, but for the one of a uid."""
    own = [one for one in listed if _owner(one) == daemonset]
    new = [one for one in own if text(one, "metadata", "uid") != uid]
    if any(is_ready(one) for one in new):
        return Met()
    if new:
        return Pending("its pod is there, and not ready yet")
    return Pending("the old pod is still there" if own else "no pod has come yet")


def follows(operand: str, daemonset: Ref, node: Ref) -> Check:
    """Return the check that an operand which waits for another, or for a label, is ready."""
    return Check(
        f"{operand} is ready on {node.name}",
        node,
        partial(replaced, daemonset.name, ""),
        (on_node(daemonset, node.name),),
        seconds=SECONDS,
    )


def gone(say: str, daemonsets: Sequence[Ref], node: Ref) -> Check:
    """Return the check that no pod of DaemonSets is left on a node."""
    names = frozenset(one.name for one in daemonsets)
    listings = dict.fromkeys(on_node(one, node.name) for one in daemonsets)
    return Check(say, node, partial(_gone, names), tuple(listings), seconds=SECONDS)


def _gone(names: frozenset[str], _node: Manifest | None, listed: Sequence[Manifest]) -> Verdict:
    left = sorted(name_of(one) for one in listed if _owner(one) in names)
    return Pending(f"still there: {few(left, 3)}") if left else Met()


def advertises(node: Ref) -> Check:
    """Return the check that a node has accelerators to give."""
    say = f"{node} advertises devices"
    return Check(say, node, _advertises, seconds=SECONDS)


def _advertises(found: Manifest | None, _listed: Sequence[Manifest]) -> Verdict:
    if found is None:
        return Failed("the node does not exist any more")
    here = in_words(counted(found, "allocatable"))
    return Met(here) if here else Pending("it advertises none yet")


def _owner(pod: Manifest) -> str:
    owner = owner_of(pod)
    return owner.name if owner is not None and owner.kind == "DaemonSet" else ""
