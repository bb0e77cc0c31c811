"""The templates that a ClusterClass refers to, and the one of them that does not exist.

Its controller stops at a missing template and says so in its log alone; a Cluster then only tells
that its class is behind (core/reconcilers/clusterclass, exp/topology/cluster, v1.14).
"""

from collections.abc import Iterator, Sequence

from clusterwright.tools.analyzer import ReadRequest
from clusterwright.tools.finding import AbsenceEvidence, Finding
from clusterwright.tools.manifest import Manifest, items, mapping, namespace_of, text
from clusterwright.tools.ref import Ref, legal

BEHIND = "ClusterClass is not successfully reconciled"
_MOST = 12
_OF_PLANE = ((), ("machineInfrastructure",))
_OF_WORKERS = (("bootstrap",), ("infrastructure",))


def templates_of(class_: Manifest) -> tuple[ReadRequest, ...]:
    """Return reads of what a class refers to; both styles of reference, v1beta1 and v1beta2."""
    refs = (legal(*_named(one, class_)) for one in _references(class_))
    return tuple(dict.fromkeys(ReadRequest(one) for one in refs if one))[:_MOST]


def missing(finding: Finding, absent: Sequence[Ref]) -> Finding:
    """Return a finding that names the templates of a class that are not there."""
    named = ", ".join(str(one) for one in absent[:2])
    return finding.model_copy(
        update={
            "title": f"Its class refers to {named}, which does not exist",
            "evidence": (*(AbsenceEvidence(ref=one) for one in absent), *finding.evidence),
            "fixes": ("Create the template, or name one that exists in the class.",),
        }
    )


def _references(class_: Manifest) -> Iterator[Manifest]:
    yield mapping(class_, "spec", "infrastructure")
    for path in _OF_PLANE:
        yield mapping(class_, "spec", "controlPlane", *path)
    for workers in ("machineDeployments", "machinePools"):
        for one in items(class_, "spec", "workers", workers):
            for path in _OF_WORKERS:
                older = mapping(one, "template", *path)
                yield mapping(one, *path) or older


def _named(holder: Manifest, class_: Manifest) -> tuple[str, str, str, str]:
    found = mapping(holder, "templateRef") or mapping(holder, "ref")
    namespace: str = text(found, "namespace") or namespace_of(class_)
    return text(found, "kind"), text(found, "name"), namespace, text(found, "apiVersion")
