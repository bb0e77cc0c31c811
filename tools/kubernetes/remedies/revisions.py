"""Workloads that an update broke: back to the revision whose pods still serve, else a question."""

from collections.abc import Iterator

from clusterwright.tools.finding import Finding, Remedy, ask
from clusterwright.tools.kubernetes.remedies.remedy import container_of, in_template, patch
from clusterwright.tools.manifest import Manifest, mapping, number, text
from clusterwright.tools.snapshot import Snapshot

_REVISION = "deployment.kubernetes.io/revision"
_ASKED = {
    "pod/image-not-found": ("image", "the image that is meant; {image} does not exist"),
    "pod/image-pull-denied": ("image", "an image that may be pulled, or a pull secret for {image}"),
    "pod/image-name-invalid": ("image", "the image that is meant; {image} is no name of one"),
    "pod/command-not-found": ("command", "a command that the image has"),
    "pod/crash-loop": ("", ""),
}


def earlier_revision(finding: Finding, snapshot: Snapshot) -> Iterator[Remedy]:
    """Yield a rollback to the latest revision that still serves; else what has to be asked."""
    served = _serving(finding, snapshot)
    if served:
        change: Manifest = {"kind": "rollback", "object": str(finding.subject), "revision": served}
        yield Remedy(say=f"go back to revision {served}, whose pods still serve", changes=(change,))
        return
    field, question = _ASKED.get(finding.code, ("", ""))
    name = container_of(finding)
    path = in_template(finding.subject, f"$.spec.containers[?(@.name=='{name}')].{field}")
    if field and name and path:
        said = question.format(image="the present one")
        yield Remedy(
            say=f"set the {field} of container {name}",
            changes=(patch(finding.subject, {path: ask(said)}),),
        )


def _serving(finding: Finding, snapshot: Snapshot) -> int:
    """Return the latest earlier revision of a Deployment that has ready pods; 0 if none has."""
    workload = snapshot.get(finding.subject)
    if workload is None or finding.subject.kind != "Deployment":
        return 0
    current = _number(workload)
    found = [
        _number(one)
        for one in snapshot.children(finding.subject)
        if text(one, "kind") == "ReplicaSet" and number(one, "status", "readyReplicas")
    ]
    return max((one for one in found if 0 < one < current), default=0)


def _number(manifest: Manifest) -> int:
    told = mapping(manifest, "metadata", "annotations").get(_REVISION)
    return int(told) if isinstance(told, str) and told.isdecimal() else 0
