"""Services all of whose pods are not ready: always the sign of a fault below them."""

from collections.abc import Iterable
from datetime import timedelta

from clusterwright.tools.analyzer import Analyzer, Suspicion
from clusterwright.tools.finding import FieldEvidence, Finding, Severity
from clusterwright.tools.kubernetes.analyzers.pod import age, title
from clusterwright.tools.kubernetes.analyzers.service import (
    KINDS,
    is_headless,
    selected_pods,
    selecting,
    selects,
)
from clusterwright.tools.manifest import Manifest, condition, instant, text, truth
from clusterwright.tools.ref import Ref
from clusterwright.tools.snapshot import Snapshot

CODE = "service/no-ready-endpoints"

_STARTING = timedelta(seconds=30)
"""For so long pods may just be starting, and a rollout may have none that is ready."""


def _detect(snapshot: Snapshot) -> Iterable[Suspicion]:
    for service in selecting(snapshot):
        if is_headless(service) or truth(service, "spec", "publishNotReadyAddresses"):
            continue
        pods = selected_pods(snapshot, service)
        if pods and all(_long_unready(snapshot, pod) for pod in pods):
            yield Suspicion(_finding(snapshot, service, pods))


def _long_unready(snapshot: Snapshot, pod: Manifest) -> bool:
    ready = condition(pod, "Ready")
    if ready.get("status") == "True":
        return False
    since = instant(ready, "lastTransitionTime")
    return (snapshot.now - since if since else age(snapshot, pod)) > _STARTING


def _finding(snapshot: Snapshot, service: Manifest, pods: list[Manifest]) -> Finding:
    changes = [instant(condition(pod, "Ready"), "lastTransitionTime") for pod in pods]
    ready = condition(pods[0], "Ready")
    reason, status = text(ready, "reason"), text(ready, "status") or "not reported yet"
    how_many = "its only pod is" if len(pods) == 1 else f"none of its {len(pods)} pods is"
    stands = "not ready" if len(pods) == 1 else "ready"
    return Finding(
        code=CODE,
        severity=Severity.CRITICAL,
        subject=Ref.of(service),
        title=title(f"No endpoint is ready: {how_many} {stands}"),
        evidence=(
            FieldEvidence(
                ref=Ref.of(pods[0]),
                path="$.status.conditions[?(@.type=='Ready')].status",
                value=f"{status} ({reason})" if reason else status,
            ),
        ),
        since=max((one for one in changes if one is not None), default=None),
        relations=selects(snapshot, service, pods),
        fixes=("Repair the pods that it selects.",),
    )


SERVICE_ENDPOINTS = Analyzer("service-endpoints", (CODE,), KINDS, _detect, symptoms=(CODE,))
