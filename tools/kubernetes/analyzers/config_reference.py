"""ConfigMaps, Secrets and keys in them that a pod needs to start and that do not exist."""

import difflib
from collections.abc import Iterator
from datetime import timedelta
from typing import Literal

from clusterwright.tools.analyzer import Analyzer, Fulfilled, ReadRequest, Suspicion
from clusterwright.tools.finding import AbsenceEvidence, Evidence, FieldEvidence, Finding
from clusterwright.tools.kubernetes.analyzers.reading.config_complaint import (
    Complaint,
    complaints,
    is_stuck,
)
from clusterwright.tools.kubernetes.analyzers.reading.config_reference import (
    ConfigReference,
    config_references,
)
from clusterwright.tools.kubernetes.analyzers.reading.container import troubled_pods
from clusterwright.tools.kubernetes.analyzers.reading.occurrence import elapsed
from clusterwright.tools.kubernetes.analyzers.reading.one_line import listing
from clusterwright.tools.kubernetes.analyzers.reading.suspect import (
    Claim,
    field,
    not_ready_since,
    suspect,
)
from clusterwright.tools.manifest import Manifest, instant, mapping, name_of, namespace_of
from clusterwright.tools.ref import Ref
from clusterwright.tools.snapshot import Snapshot

_CODES = {
    ("ConfigMap", False): "pod/configmap-missing",
    ("ConfigMap", True): "pod/configmap-key-missing",
    ("Secret", False): "pod/secret-missing",
    ("Secret", True): "pod/secret-key-missing",
}
_SETTLES = timedelta(seconds=5)


def _detect(snapshot: Snapshot) -> Iterator[Suspicion]:
    for pod in troubled_pods(snapshot):
        if not is_stuck(pod):
            continue
        said = complaints(snapshot, pod)
        told: set[tuple[str, str, str]] = set()
        for reference in config_references(pod):
            missing = None if reference.optional else _missing(snapshot, pod, reference, said)
            if missing is None:
                continue
            key = reference.key if missing == "key" else ""
            if (reference.kind, reference.name, key) not in told:
                told.add((reference.kind, reference.name, key))
                yield suspect(snapshot, pod, _claim(snapshot, pod, reference, key, said))


def _missing(
    snapshot: Snapshot, pod: Manifest, reference: ConfigReference, said: list[Complaint]
) -> Literal["object", "key"] | None:
    """Return what is missing; of Secrets, which are never listed, the kubelet's word decides."""
    if any(c.is_about(reference.kind, reference.name, "") for c in said):
        return "object"
    if reference.key and any(
        c.is_about(reference.kind, reference.name, reference.key) for c in said
    ):
        return "key"
    if reference.kind != "ConfigMap" or not snapshot.was_read("ConfigMap"):
        return None
    if elapsed(snapshot, instant(pod, "metadata", "creationTimestamp")) < _SETTLES:
        return None
    found = snapshot.get(Ref("ConfigMap", reference.name, namespace_of(pod)))
    if found is None:
        return "object"
    return "key" if reference.key and reference.key not in _keys(found) else None


def _claim(
    snapshot: Snapshot, pod: Manifest, reference: ConfigReference, key: str, said: list[Complaint]
) -> Claim:
    ref, namespace = Ref.of(pod), namespace_of(pod)
    target = Ref(reference.kind, reference.name, namespace)
    evidence: list[Evidence] = [field(ref, reference.path, reference.name)]
    evidence += [c.evidence for c in said if c.is_about(reference.kind, reference.name, key)][:1]
    what = f"{reference.kind} {namespace}/{reference.name}"
    if key:
        evidence.append(field(ref, reference.key_path, key))
        found = snapshot.get(target) if reference.kind == "ConfigMap" else None
        known = sorted(_keys(found)) if found is not None else []
        title = f"{reference.kind} {reference.name} has no key {key}{_instead(key, known)}"
        fix = f"add key {key} to {what}, or correct {reference.key_path[2:]}"
    else:
        others = [name_of(one) for one in snapshot.in_namespace(reference.kind, namespace)]
        title = f"{reference.kind} {reference.name} does not exist{_meant(reference.name, others)}"
        fix = f"create {what}, or correct {reference.path[2:]}"
    return Claim(
        _CODES[reference.kind, bool(key)],
        title,
        evidence,
        fixes=(fix,),
        requests=(ReadRequest(target),),
        uses=(target,),
        since=not_ready_since(pod),
    )


def _refine(suspicion: Suspicion, fulfilled: Fulfilled) -> Finding | None:
    """Drop the finding if what was missing is there by now; prove the absence if it is not."""
    finding = suspicion.finding
    for request in suspicion.requests:
        if not isinstance(request, ReadRequest) or request not in fulfilled.objects:
            continue
        found = fulfilled.objects[request]
        of_key = "-key-" in finding.code
        if found is None:
            proof = AbsenceEvidence(ref=request.ref)
            return finding.model_copy(update={"evidence": (*finding.evidence, proof)})
        if not of_key or _missing_key(finding) in _keys(found):
            return None
    return finding


def _missing_key(finding: Finding) -> str:
    """Return the key that the evidence names."""
    return next(
        (
            one.value
            for one in finding.evidence
            if isinstance(one, FieldEvidence) and one.path.endswith(".key")
        ),
        "",
    )


def _keys(found: Manifest) -> set[str]:
    """Return the names of the keys; the values are never looked at."""
    return {*mapping(found, "data"), *mapping(found, "binaryData")}


def _instead(key: str, known: list[str]) -> str:
    near = difflib.get_close_matches(key, known, 1)
    return f"; did you mean {near[0]}?" if near else f" (it has {listing(known)})" if known else ""


def _meant(name: str, others: list[str]) -> str:
    near = difflib.get_close_matches(name, others, 1, cutoff=0.75)
    return f"; did you mean {near[0]}?" if near else ""


ANALYZER = Analyzer(
    "config_reference",
    tuple(_CODES.values()),
    ("Pod", "Event", "ConfigMap", "ReplicaSet", "Job"),
    _detect,
    _refine,
)
