"""Services that reach nothing: a wrong selector, a wrong port, or no pod that is ready."""

from collections.abc import Iterable
from datetime import timedelta

from clusterwright.tools.analyzer import Analyzer, Suspicion
from clusterwright.tools.finding import Edge, FieldEvidence, Finding, Relation, Severity
from clusterwright.tools.kubernetes.analyzers import target_port
from clusterwright.tools.kubernetes.analyzers.pod import (
    age,
    containers,
    message_of,
    title,
    workload_of,
)
from clusterwright.tools.kubernetes.analyzers.selectable import (
    KINDS,
    Difference,
    differences,
    nearest_to,
    selectables,
)
from clusterwright.tools.manifest import (
    Manifest,
    condition,
    dig,
    instant,
    name_of,
    namespace_of,
    strings,
    text,
    truth,
)
from clusterwright.tools.ref import Ref
from clusterwright.tools.snapshot import Snapshot

MISMATCH = "service/selector-mismatch"
NOT_READY = "service/no-ready-endpoints"

_NEW = timedelta(seconds=10)
_STARTING = timedelta(seconds=30)
_CREATING = frozenset({"", "ContainerCreating", "PodInitializing"})
_FINISHED = frozenset({"Succeeded", "Failed"})


def _detect(snapshot: Snapshot) -> Iterable[Suspicion]:
    if not snapshot.was_read("Pod"):
        return
    for service in snapshot.of_kind("Service"):
        selector = strings(service, "spec", "selector")
        if not selector or text(service, "spec", "type") == "ExternalName":
            continue
        if dig(service, "metadata", "deletionTimestamp") or age(snapshot, service) < _NEW:
            continue
        pods = [
            pod
            for pod in snapshot.selected("Pod", namespace_of(service), selector)
            if text(pod, "status", "phase") not in _FINISHED
            and not dig(pod, "metadata", "deletionTimestamp")
        ]
        findings = (
            [target_port.mismatch(snapshot, service, pods), _not_ready(snapshot, service, pods)]
            if pods
            else [_mismatch(snapshot, service, selector)]
        )
        yield from (Suspicion(finding) for finding in findings if finding is not None)


def _mismatch(snapshot: Snapshot, service: Manifest, selector: dict[str, str]) -> Finding | None:
    ref = Ref.of(service)
    found = list(selectables(snapshot, ref.namespace))
    # What matches and has no pods is scaled to zero or has a fault of its own.
    if any(selector.items() <= one.labels.items() for one in found):
        return None
    asked = ",".join(f"{key}={value}" for key, value in selector.items())
    near = nearest_to(selector, ref.name, found)
    told = differences(selector, near.labels) if near else []
    sentence = f"Selector {asked} matches no pod"
    fix = f"Correct the selector {asked} of Service {ref.name}."
    evidence = [FieldEvidence(ref=ref, path="$.spec.selector", value=asked)]
    relations: tuple[Relation, ...] = ()
    if near and told:
        has = ", ".join(_told(one) for one in told)
        sentence = f"{sentence}; pods of {near.ref.kind} {near.ref.name} have {has}"
        pairs = ", ".join(f"{one.has_key}={one.has}" for one in told if one.has_key)
        fix = f"Select {pairs} instead." if pairs else fix
        path = "$.metadata.labels" if near.ref.kind == "Pod" else "$.spec.template.metadata.labels"
        value = ",".join(f"{key}={value}" for key, value in near.labels.items())
        evidence.append(FieldEvidence(ref=near.ref, path=path, value=value))
        relations = (Relation(source=ref, edge=Edge.SELECTS, target=near.ref),)
    return Finding(
        code=MISMATCH,
        severity=Severity.CRITICAL if near else Severity.WARNING,
        subject=ref,
        title=title(sentence),
        evidence=tuple(evidence),
        since=instant(service, "metadata", "creationTimestamp"),
        relations=relations,
        fixes=(fix,),
    )


def _told(one: Difference) -> str:
    return f"{one.has_key}={one.has}" if one.has_key else f"no label {one.key}"


def _not_ready(snapshot: Snapshot, service: Manifest, pods: list[Manifest]) -> Finding | None:
    if truth(service, "spec", "publishNotReadyAddresses"):
        return None
    if any(
        condition(pod, "Ready").get("status") == "True" or _starting(snapshot, pod) for pod in pods
    ):
        return None
    ref = Ref.of(service)
    workloads = dict.fromkeys(workload_of(snapshot, pod) for pod in pods)
    return Finding(
        code=NOT_READY,
        severity=Severity.CRITICAL,
        subject=ref,
        title=title(
            f"None of the {len(pods)} pods that Service {name_of(service)} selects is ready"
        ),
        evidence=tuple(
            FieldEvidence(
                ref=Ref.of(pod),
                path="$.status.conditions[?(@.type=='Ready')].status",
                value=message_of(condition(pod, "Ready")) or "not True",
            )
            for pod in pods[:3]
        ),
        relations=tuple(
            Relation(source=ref, edge=Edge.SELECTS, target=workload) for workload in workloads
        ),
        fixes=("Repair the pods that the Service selects; it follows by itself.",),
    )


def _starting(snapshot: Snapshot, pod: Manifest) -> bool:
    """Return whether a pod may still become ready without anybody's help."""
    lived = age(snapshot, pod)
    reasons = {text(container.waiting, "reason") for container in containers(pod)}
    calm = reasons <= _CREATING and condition(pod, "PodScheduled").get("status") != "False"
    return lived < (_STARTING if calm else _NEW)


SERVICES = Analyzer(
    "services", (MISMATCH, target_port.CODE, NOT_READY), ("Service", "Pod", *KINDS), _detect
)
