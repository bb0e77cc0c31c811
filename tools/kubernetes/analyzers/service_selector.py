"""Services whose selector matches no pod, although pods with nearly those labels exist."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import timedelta

from clusterwright.tools.analyzer import Analyzer, Fulfilled, ReadRequest, Suspicion
from clusterwright.tools.finding import Edge, FieldEvidence, Finding, Relation, Severity
from clusterwright.tools.kubernetes.analyzers.pod import age, title
from clusterwright.tools.kubernetes.analyzers.service import (
    KINDS,
    is_headless,
    selecting,
    selector_of,
)
from clusterwright.tools.kubernetes.analyzers.templates import Templates
from clusterwright.tools.manifest import Manifest, name_of, namespace_of, strings
from clusterwright.tools.ref import Ref
from clusterwright.tools.snapshot import Snapshot

CODE = "service/selector-mismatch"

_TEMPLATED = ("Deployment", "StatefulSet", "DaemonSet", "ReplicaSet", "Job")
_OF_CONTROLLERS = re.compile(
    r"statefulset\.kubernetes\.io/|apps\.kubernetes\.io/|batch\.kubernetes\.io/|job-name$"
    r"|pod-template-hash$|controller-(?:uid|revision-hash)$"
)
"""Labels that controllers put on pods, and no template carries."""
_APPLYING = timedelta(seconds=10)
"""A Service may be created a moment before the workload that it is for."""


@dataclass(frozen=True, slots=True)
class _Kin:
    """A workload whose pods nearly match, and the first label in which they differ."""

    ref: Ref
    key: str
    value: str
    """What the pods carry instead: a value of the selector's key, or of another key."""
    score: int
    renamed: str = ""
    """The other key under which the pods carry the value that was asked for."""


def _detect(snapshot: Snapshot) -> Iterable[Suspicion]:
    known: dict[str, Templates] = {}
    for service in selecting(snapshot):
        selector, namespace = selector_of(service), namespace_of(service)
        if snapshot.selected("Pod", namespace, selector) or age(snapshot, service) < _APPLYING:
            continue
        if namespace not in known:
            known[namespace] = Templates(_templates(snapshot, namespace))
        templates = known[namespace]
        meant = {k: v for k, v in selector.items() if not _OF_CONTROLLERS.match(k)}
        # A workload that would match has no pods now: scaled to 0, or unable to create them.
        if not meant or templates.carry(meant):
            continue
        kin = _nearest(service, templates)
        if kin is not None or not is_headless(service):
            yield Suspicion(_finding(service, kin), (ReadRequest(Ref.of(service)),))


def _templates(snapshot: Snapshot, namespace: str) -> Iterator[tuple[Ref, dict[str, str]]]:
    for kind in _TEMPLATED:
        for one in snapshot.in_namespace(kind, namespace):
            yield Ref.of(one), strings(one, "spec", "template", "metadata", "labels")
    for pod in snapshot.in_namespace("Pod", namespace):
        if not snapshot.owners(pod):
            yield Ref.of(pod), strings(pod, "metadata", "labels")


def _nearest(service: Manifest, templates: Templates) -> _Kin | None:
    alike = templates.like(name_of(service), selector_of(service))
    kin = [one for ref, labels in alike if (one := _kin(service, ref, labels)) is not None]
    # The first of the best: kinds are tried from Deployment down to bare pods.
    return max(kin, key=lambda one: one.score, default=None)


def _kin(service: Manifest, ref: Ref, labels: dict[str, str]) -> _Kin | None:
    """Return in what a template differs, if enough is alike to have been meant."""
    selector = selector_of(service)
    differing = [key for key, value in selector.items() if labels.get(key) != value]
    alike = len(selector) - len(differing)
    key = differing[0]
    renamed = min((k for k, v in labels.items() if v == selector[key]), default="")
    same_name = name_of(service) == ref.name
    if not (alike or same_name or renamed):
        return None
    score = 2 * alike + 4 * same_name + 2 * bool(renamed) + (key in labels)
    value = selector[key] if renamed else labels.get(key, "")
    return _Kin(ref, key, value, score, renamed)


def _finding(service: Manifest, kin: _Kin | None) -> Finding:
    ref, selector = Ref.of(service), selector_of(service)
    asked = ", ".join(f"{key}={value}" for key, value in selector.items())
    evidence = [FieldEvidence(ref=ref, path="$.spec.selector", value=asked)]
    sentence, fixes = f"Selects {asked}; no pod has these labels", (f"Create pods with {asked}.",)
    if kin is not None:
        path = "$.metadata.labels" if kin.ref.kind == "Pod" else "$.spec.template.metadata.labels"
        carried = f"{kin.renamed or kin.key}={kin.value}" if kin.value else f"no label {kin.key}"
        evidence.append(FieldEvidence(ref=kin.ref, path=path, value=carried))
        who = f"{kin.ref.kind} {kin.ref.name}"
        # Under the same key the value is enough; keys alone often fill half a line.
        instead = kin.value if kin.value and not kin.renamed else carried
        sentence = f"Selects {kin.key}={selector[kin.key]}, but pods of {who} have {instead}"
        fixes = (f"Set spec.selector to {carried}, as the pods of {who} have.",)
        if not kin.value:
            fixes = (
                f"Have {kin.key}={selector[kin.key]} put on the pods that are meant: by the"
                f" template of {who}, or by the controller that chooses among its pods.",
            )
    return Finding(
        code=CODE,
        # A label that no template carries may be put on one pod at a time: on the leader.
        severity=Severity.CRITICAL if kin and kin.value else Severity.INFO,
        subject=ref,
        title=title(sentence),
        evidence=tuple(evidence),
        relations=(Relation(source=ref, edge=Edge.SELECTS, target=kin.ref),) if kin else (),
        fixes=fixes,
    )


def _refine(suspicion: Suspicion, fulfilled: Fulfilled) -> Finding | None:
    """Keep the finding unless the Service is gone or selects something else by now."""
    finding = suspicion.finding
    for request, found in fulfilled.objects.items():
        if request in suspicion.requests:
            asked = selector_of(found) if found is not None else {}
            now = ", ".join(f"{key}={value}" for key, value in asked.items())
            said = finding.evidence[0]
            if not isinstance(said, FieldEvidence) or said.value != now:
                return None
    return finding


SERVICE_SELECTOR = Analyzer("service-selector", (CODE,), KINDS, _detect, _refine)
