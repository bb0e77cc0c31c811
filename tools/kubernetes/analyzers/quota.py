"""Workloads whose pods are not even created, because a ResourceQuota forbids more."""

import re
from collections.abc import Iterable, Iterator

from clusterwright.tools.analyzer import Analyzer, Suspicion
from clusterwright.tools.finding import (
    Edge,
    Evidence,
    FieldEvidence,
    Finding,
    Relation,
)
from clusterwright.tools.kubernetes.analyzers.missing_pods import MAKERS, refusal, short_of_pods
from clusterwright.tools.kubernetes.analyzers.pod import severity_of, title, workload_of
from clusterwright.tools.manifest import (
    Manifest,
    condition,
    instant,
    namespace_of,
    strings,
)
from clusterwright.tools.ref import Ref
from clusterwright.tools.snapshot import Snapshot

CODE = "workload/quota-exceeded"

# plugin/pkg/admission/resourcequota/controller.go in k8s.io/kubernetes
_EXCEEDED = re.compile(
    r"exceeded quota: (\S{1,253}), requested: (\S{1,200}), used: (\S{1,200}), limited: (\S{1,200})"
)
_UNNAMED = re.compile(r"failed quota: (\S{1,253}): must specify ([^\n]{1,200})")


def _detect(snapshot: Snapshot) -> Iterable[Suspicion]:
    for maker in short_of_pods(snapshot):
        refused = refusal(snapshot, maker)
        if refused is not None:
            finding = _finding(snapshot, maker, *refused)
            if finding is not None:
                yield Suspicion(finding)


def _finding(snapshot: Snapshot, maker: Manifest, said: str, evidence: Evidence) -> Finding | None:
    exceeded, unnamed = _EXCEEDED.search(said), _UNNAMED.search(said)
    if exceeded is not None:
        name, requested, used, limited = exceeded.groups()
        sentence = f'ResourceQuota "{name}" forbids more pods: {used} of {limited} in use'
        sentence += f", {requested} more asked" if not requested.endswith("=1") else ""
        fix = f"Raise {', '.join(_resources(limited))} in ResourceQuota {name}, or ask for less."
    elif unnamed is not None:
        name, missing = unnamed.groups()
        sentence = f'ResourceQuota "{name}" demands {missing}, which the pods do not specify'
        fix = f"Specify {missing} in the pod template, or give the namespace a LimitRange."
    else:
        return None
    subject = workload_of(snapshot, maker)
    quota = Ref("ResourceQuota", name, namespace_of(maker))
    holders = dict.fromkeys((subject, Ref.of(maker)))
    return Finding(
        code=CODE,
        severity=severity_of(snapshot, subject),
        subject=subject,
        title=title(sentence),
        evidence=(evidence, *_of_quota(snapshot, quota)),
        since=instant(condition(maker, "ReplicaFailure"), "lastTransitionTime"),
        relations=tuple(
            Relation(source=one, edge=Edge.LIMITED_BY, target=quota) for one in holders
        ),
        fixes=(fix,),
    )


def _resources(limited: str) -> list[str]:
    return [part.partition("=")[0] for part in limited.split(",")]


def _of_quota(snapshot: Snapshot, quota: Ref) -> Iterator[FieldEvidence]:
    """Yield what the quota itself says is used, for what it is used up of."""
    found = snapshot.get(quota)
    used = strings(found, "status", "used")
    for resource, hard in strings(found, "status", "hard").items():
        if used.get(resource) == hard:
            path = f"$.status.used['{resource}']"
            yield FieldEvidence(ref=quota, path=path, value=f"{hard} of {hard}")


QUOTA = Analyzer("quota", (CODE,), (*MAKERS, "Deployment", "ResourceQuota", "Event"), _detect)
