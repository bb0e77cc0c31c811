"""Disruption budgets that never let a pod go: one replica more, where the workload allows it."""

from collections.abc import Iterator

from clusterwright.tools.finding import Edge, Finding, Remedy, ask
from clusterwright.tools.kubernetes.analyzers.node_match import repelling, selects
from clusterwright.tools.kubernetes.remedies.remedy import patch
from clusterwright.tools.manifest import Manifest, condition, dig, mapping, name_of, number, text
from clusterwright.tools.ref import Ref
from clusterwright.tools.snapshot import Snapshot

_STATELESS = ("Deployment", "ReplicaSet")


def one_more(finding: Finding, snapshot: Snapshot) -> Iterator[Remedy]:
    """Yield one replica more than the budget demands, by the autoscaler where there is one.

    Not for what keeps state: a quorum is what its budget is there for.
    """
    selected = [one.target for one in finding.relations if one.edge is Edge.SELECTS]
    pods = [pod for ref in selected if (pod := snapshot.get(ref))]
    owners = {snapshot.workload(pod) for pod in pods}
    budget = snapshot.get(finding.subject)
    if len(owners) != 1 or budget is None:
        return
    owner = owners.pop()
    workload = snapshot.get(owner)
    if workload is None or owner.kind not in _STATELESS:
        return
    wanted = number(budget, "status", "desiredHealthy") + 1
    if isinstance(dig(budget, "spec", "minAvailable"), str) or "maxUnavailable" in mapping(
        budget, "spec"
    ):
        return  # a share grows with the replicas: nobody but a person can tell what is meant
    if not any(_has_room(pods[0], node) for node in snapshot.of_kind("Node")):
        said = ask("how many pods the budget may demand: no other node fits one more")
        yield Remedy(
            say="let the budget demand less",
            changes=(patch(finding.subject, {"spec.minAvailable": said}),),
        )
        return
    if number(workload, "spec", "replicas") < wanted:
        change: Manifest = {"kind": "scale", "object": str(owner), "replicas": wanted}
        yield Remedy(say=f"run {wanted} replicas of {owner}", changes=(change,))
    for one in snapshot.in_namespace("HorizontalPodAutoscaler", owner.namespace):
        target = mapping(one, "spec", "scaleTargetRef")
        if (text(target, "kind"), text(target, "name")) != (owner.kind, name_of(workload)):
            continue
        fields: Manifest = {"spec.minReplicas": wanted}
        if number(one, "spec", "maxReplicas") < wanted:
            fields["spec.maxReplicas"] = wanted
        yield Remedy(
            say=f"have {Ref.of(one)} run {wanted} replicas at least",
            changes=(patch(Ref.of(one), fields),),
        )


def _has_room(pod: Manifest, node: Manifest) -> bool:
    """Return whether a node may take such a pod: one more replica has to run somewhere."""
    ready = text(condition(node, "Ready"), "status") == "True"
    return ready and selects(pod, node) and not repelling(pod, node)
