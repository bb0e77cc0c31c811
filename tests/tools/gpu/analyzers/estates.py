"""What the analyzers say of a cluster's accelerators, and more objects that such clusters have."""

from collections.abc import Mapping
from typing import Any

from clusterwright.tools.analyze import group
from clusterwright.tools.analyzer import Fulfilled, LogRequest, ReadRequest
from clusterwright.tools.finding import Finding
from clusterwright.tools.gpu.analyzers import ANALYZERS
from clusterwright.tools.gpu.estate import Estate
from clusterwright.tools.manifest import Json, Manifest
from clusterwright.tools.quotation import marked
from clusterwright.tools.ref import Ref
from tests.tools.gpu.funnel.fleet import Fleet, ago, node

UNSCHEDULABLE = "0/1 nodes are available: 1 Insufficient nvidia.com/gpu."


def found(
    of: Fleet | Estate,
    *,
    logs: Mapping[str, tuple[str, ...]] | None = None,
    now: Mapping[str, Manifest | None] | None = None,
    namespace: str = "",
) -> list[Finding]:
    """What the analyzers say: `logs` by container, `now` what reading an object again brings."""
    estate = of.estate() if isinstance(of, Fleet) else of
    if namespace:
        estate = Estate(estate.cluster, estate.now, estate.objects, estate.coverage, namespace)
    told: list[Finding] = []
    for analyzer in ANALYZERS:
        for one in group(analyzer.detect(estate)):
            finding = analyzer.refine(one, _fulfilled(one.requests, logs or {}, now or {}))
            told += [marked(finding)] if finding else []
    return told


def _fulfilled(
    requests: tuple[Any, ...],
    logs: Mapping[str, tuple[str, ...]],
    now: Mapping[str, Manifest | None],
) -> Fulfilled:
    return Fulfilled(
        logs={
            one: logs[one.container]
            for one in requests
            if isinstance(one, LogRequest) and one.container in logs
        },
        objects={
            one: now[str(one.ref)]
            for one in requests
            if isinstance(one, ReadRequest) and str(one.ref) in now
        },
    )


def codes(findings: list[Finding]) -> dict[str, str]:
    """The codes of findings, by their subjects."""
    return {str(one.subject): one.code for one in findings}


def only(findings: list[Finding]) -> Finding:
    """The one finding there is."""
    (finding,) = findings
    return finding


def waiting(
    name: str = "train-0",
    *,
    said: str = UNSCHEDULABLE,
    asks: Mapping[str, str] | None = None,
    **spec: Json,
) -> Manifest:
    """A pod that the scheduler found no node for."""
    limits = {"nvidia.com/gpu": "1"} if asks is None else dict(asks)
    unscheduled = {
        "type": "PodScheduled",
        "status": "False",
        "reason": "Unschedulable",
        "message": said,
    }
    return {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {"name": name, "namespace": "research", "creationTimestamp": ago(hours=1)},
        "spec": {"containers": [{"name": "main", "resources": {"limits": limits}}], **spec},
        "status": {"phase": "Pending", "conditions": [unscheduled]},
    }


def condition(kind: str, status: str, reason: str = "", message: str = "") -> Manifest:
    """A condition that has been so for an hour."""
    told = {"type": kind, "status": status, "reason": reason, "message": message}
    return {**told, "lastTransitionTime": ago(hours=1)}


def thing(kind: str, name: str, api: str, *, namespace: str = "", **rest: Json) -> Manifest:
    """An object of a custom kind, a day old."""
    metadata = {"name": name, "creationTimestamp": ago(days=1), **rest.pop("metadata", {})}
    if namespace:
        metadata["namespace"] = namespace
    return {"apiVersion": api, "kind": kind, "metadata": metadata, **rest}


def beside(fleet: Fleet, name: str, *, labels: Json = None, devices: Json = None) -> Manifest:
    """Add a node that has devices and no trouble, without operands of its own."""
    marks = {"nvidia.com/gpu.deploy.operands": "false", "nvidia.com/gpu.present": "true"}
    made = node(name, labels={**marks, **(labels or {})}, devices=devices)
    fleet.add(made)
    return made


def ref(spelled: str) -> Ref:
    """An object by its spelling."""
    return Ref.parse(spelled)
