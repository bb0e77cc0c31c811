"""HorizontalPodAutoscalers that cannot do their work: nothing to scale, nothing to measure."""

import re
from collections.abc import Iterable
from datetime import timedelta

from clusterwright.tools.analyzer import Analyzer, ReadRequest, Suspicion
from clusterwright.tools.finding import (
    Edge,
    FieldEvidence,
    Finding,
    Relation,
    Severity,
)
from clusterwright.tools.kubernetes.analyzers.absence import still_missing
from clusterwright.tools.kubernetes.analyzers.nearest import nearest
from clusterwright.tools.kubernetes.analyzers.pod import age, message_of, title
from clusterwright.tools.manifest import Manifest, condition, instant, name_of, namespace_of, text
from clusterwright.tools.ref import Ref, legal
from clusterwright.tools.snapshot import Snapshot

TARGET = "hpa/target-missing"
METRICS = "hpa/metrics-unavailable"

KIND = "HorizontalPodAutoscaler"
_PATIENCE = timedelta(minutes=5)
"""What metrics get to arrive: those of new pods take a minute or two."""
# pkg/controller/podautoscaler in k8s.io/kubernetes; neither of these goes away by waiting
_NO_REQUEST = re.compile(
    r"missing request for (?P<resource>\S{1,100}) in container (?P<container>\S{1,63})"
)
_NO_API = re.compile(
    r"the server could not find the requested resource \(get (?P<what>\S{1,200})\)"
    r"|no custom metrics API"
)


_NO_TARGET = re.compile(r"\bnot found\b|no matches for kind|could not find the requested resource")
_NOT_MEASURED_YET = re.compile(r"no metrics returned|did not receive metrics|pods might be unready")
_APPLYING = timedelta(seconds=10)
"""An autoscaler may be created a moment before what it scales."""


def _detect(snapshot: Snapshot) -> Iterable[Suspicion]:
    for one in snapshot.of_kind(KIND):
        able = condition(one, "AbleToScale")
        if able.get("reason") == "FailedGetScale" and able.get("status") == "False":
            target = _target(one)
            gone = _NO_TARGET.search(message_of(able)) and age(snapshot, one) > _APPLYING
            if target is not None and gone:
                yield Suspicion(_without_target(snapshot, one, target), (ReadRequest(target),))
        elif (finding := _without_metrics(snapshot, one)) is not None:
            yield Suspicion(finding)


def _target(one: Manifest) -> Ref | None:
    path = ("spec", "scaleTargetRef")
    kind, name = text(one, *path, "kind"), text(one, *path, "name")
    return legal(kind, name, namespace_of(one), text(one, *path, "apiVersion"))


def _without_target(snapshot: Snapshot, one: Manifest, target: Ref) -> Finding:
    kind = f"{target.kind}.{target.group}" if target.group else target.kind
    near = nearest(target.name, map(name_of, snapshot.in_namespace(kind, target.namespace)))
    meant = f'; did you mean "{near}"?' if near else ""
    instead = f"Set spec.scaleTargetRef.name to {near}" if near else "Correct spec.scaleTargetRef"
    said = message_of(condition(one, "AbleToScale"))
    path = "$.status.conditions[?(@.type=='AbleToScale')].message"
    return _finding(
        one,
        TARGET,
        f'{target.kind} "{target.name}", which it is to scale, does not exist{meant}',
        FieldEvidence(ref=Ref.of(one), path=path, value=said),
        f"{instead}, or create {target.kind} {target.name}.",
        target,
    )


def _without_metrics(snapshot: Snapshot, one: Manifest) -> Finding | None:
    """Return a finding when the autoscaler measures nothing, and waiting would not help."""
    active = condition(one, "ScalingActive")
    if active.get("status") != "False" or active.get("reason") == "ScalingDisabled":
        return None
    said = message_of(active)
    request, api = _NO_REQUEST.search(said), _NO_API.search(said)
    since = instant(active, "lastTransitionTime")
    if request is not None:
        resource, container = request["resource"], request["container"]
        sentence = f'It measures {resource} against requests, and container "{container}" has none'
        fix = f"Give container {container} a request for {resource}, or target an absolute value."
    elif api is not None:
        sentence = f"It has no metrics: {api['what'] or 'their API'} is not served by this cluster"
        fix = "Install what serves the metrics API: metrics-server for cpu and memory."
    elif since is not None and snapshot.now - since > _PATIENCE:
        sentence, fix = f"It has no metrics: {said}", "Repair what serves the metrics it names."
    else:
        return None
    path = "$.status.conditions[?(@.type=='ScalingActive')].message"
    evidence = FieldEvidence(ref=Ref.of(one), path=path, value=said)
    # Only what pods do not tell can be a symptom of theirs.
    measured = _target(one) if _NOT_MEASURED_YET.search(said) else None
    return _finding(one, METRICS, sentence, evidence, fix, measured)


def _finding(
    one: Manifest,
    code: str,
    sentence: str,
    evidence: FieldEvidence,
    fix: str,
    target: Ref | None,
) -> Finding:
    ref = Ref.of(one)
    about = "AbleToScale" if code == TARGET else "ScalingActive"
    edges = (Relation(source=ref, edge=Edge.USES, target=target),) if target else ()
    return Finding(
        code=code,
        severity=Severity.WARNING,
        subject=ref,
        title=title(sentence),
        evidence=(evidence,),
        since=instant(condition(one, about), "lastTransitionTime"),
        relations=edges,
        fixes=(fix,),
    )


AUTOSCALER = Analyzer(
    "autoscaler", (TARGET, METRICS), (KIND, "Deployment", "StatefulSet"), _detect, still_missing
)
