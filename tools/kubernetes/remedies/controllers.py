"""Controllers that wait for something: a target's right name, a pod in the way, a finalizer."""

from collections.abc import Iterator

from clusterwright.tools.finding import Edge, Finding, Remedy, ask
from clusterwright.tools.kubernetes.analyzers.nearest import nearest
from clusterwright.tools.kubernetes.remedies.remedy import (
    container_of,
    field_evidence,
    in_template,
    patch,
)
from clusterwright.tools.manifest import Manifest, name_of
from clusterwright.tools.snapshot import Snapshot


def scale_target(finding: Finding, snapshot: Snapshot) -> Iterator[Remedy]:
    """Yield the workload of the autoscaler's own name, else of the nearest, as what is scaled."""
    target = finding.relations[0].target if finding.relations else None
    if target is None:
        return
    there = [name_of(one) for one in snapshot.in_namespace(target.kind, target.namespace)]
    own = finding.subject.name  # as mostly, autoscalers are called what they scale
    near = own if own in there else nearest(target.name, there)
    if near:
        fields = {"spec.scaleTargetRef.name": near}
        yield Remedy(say=f"scale {target.kind} {near}", changes=(patch(finding.subject, fields),))


def blocking_pod(finding: Finding, _snapshot: Snapshot) -> Iterator[Remedy]:
    """Yield the deletion of the pod of an older revision that is in the way."""
    for one in finding.relations:
        if one.edge is Edge.REQUESTS and one.target.kind == "Pod":
            change: Manifest = {"kind": "delete", "object": str(one.target)}
            yield Remedy(say=f"delete {one.target}, so that it is made anew", changes=(change,))


def finalizer(finding: Finding, _snapshot: Snapshot) -> Iterator[Remedy]:
    """Yield the removal of the one finalizer left; its plan proves that nobody honours it."""
    evidence = field_evidence(finding, ".finalizers")
    held = evidence.value.split(", ") if evidence else []
    if len(held) == 1:
        change: Manifest = {
            "kind": "remove_finalizer",
            "object": str(finding.subject),
            "finalizer": held[0],
        }
        yield Remedy(say=f"remove the finalizer {held[0]}", changes=(change,))


def memory(finding: Finding, snapshot: Snapshot) -> Iterator[Remedy]:
    """Yield the question how much memory is enough: a killed process shows only what is not."""
    name = container_of(finding)
    path = f"$.spec.containers[?(@.name=='{name}')].resources.limits.memory"
    field = in_template(finding.subject, path)
    if field and name and snapshot.get(finding.subject) is not None:
        said = ask(f"a memory limit that container {name} can live with")
        yield Remedy(
            say=f"raise the memory limit of container {name}",
            changes=(patch(finding.subject, {field: said}),),
        )
