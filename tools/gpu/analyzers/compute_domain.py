"""ComputeDomains that do not become ready while their pods wait on nodes for the channel.

One without pods on nodes is NotReady by design: its daemons follow the pods
(kubernetes-sigs/dra-driver-nvidia-gpu, cmd/compute-domain-controller).
"""

from collections.abc import Iterable, Sequence
from datetime import timedelta

from clusterwright.tools.analyzer import Analyzer, Fulfilled, ReadRequest, Suspicion
from clusterwright.tools.excerpt import few
from clusterwright.tools.finding import Edge, Finding
from clusterwright.tools.gpu.analyzers.about import Cure, about, edges, shown
from clusterwright.tools.gpu.analyzers.waiting import in_question, leaving
from clusterwright.tools.gpu.estate import Estate, estate_of
from clusterwright.tools.kubernetes.analyzers.capacity import finished
from clusterwright.tools.kubernetes.analyzers.pod import age, workload_of
from clusterwright.tools.manifest import (
    Manifest,
    condition,
    items,
    mapping,
    namespace_of,
    number,
    text,
)
from clusterwright.tools.quotation import word
from clusterwright.tools.ref import Ref
from clusterwright.tools.snapshot import Snapshot

CODE = "gpu/compute-domain-not-ready"
_KIND = "ComputeDomain.resource.nvidia.com"
_PATIENCE = timedelta(minutes=2)


def _detect(snapshot: Snapshot) -> Iterable[Suspicion]:
    estate = estate_of(snapshot)
    for one in estate.of_kind(_KIND):
        if _ready(one) or leaving(one) or not in_question(estate, one):
            continue
        pods = _pods(estate, one)
        if any(age(estate, pod) > _PATIENCE for pod in pods):
            yield Suspicion(_finding(estate, one, pods), (ReadRequest(Ref.of(one)),))


def _ready(one: Manifest) -> bool:
    return text(one, "status", "status") == "Ready"


def _pods(estate: Estate, domain: Manifest) -> Sequence[Manifest]:
    """Return the pods that have a node, and wait there for the domain's channel."""
    template = text(domain, "spec", "channel", "resourceClaimTemplate", "name")
    return [
        pod
        for pod in estate.in_namespace("Pod", namespace_of(domain))
        if template
        and text(pod, "spec", "nodeName")
        and not finished(pod)
        and condition(pod, "Ready").get("status") != "True"
        and any(
            text(claim, "resourceClaimTemplateName") == template
            for claim in items(pod, "spec", "resourceClaims")
        )
    ]


def _finding(estate: Estate, domain: Manifest, pods: Sequence[Manifest]) -> Finding:
    wanted = number(domain, "spec", "numNodes")
    nodes = items(domain, "status", "nodes")
    bad = [text(one, "name") for one in nodes if text(one, "status") not in {"", "Ready"}]
    have = len(nodes) - len(bad)
    who = f"; not ready: {few([word(one) for one in bad], 3)}" if bad else ""
    of = f"{have} of {wanted} nodes" if wanted else f"{have} of {len(nodes)} nodes"
    state = text(mapping(domain, "status"), "status") or "(not set)"
    wait = f"{len(pods)} pods wait" if len(pods) > 1 else "a pod waits"
    workloads = list(dict.fromkeys(workload_of(estate, pod) for pod in pods))
    return about(
        CODE,
        Ref.of(domain),
        f"Its IMEX domain has {of}, and {wait} for it{who}",
        (shown(domain, "$.status.status", state), shown(domain, "$.spec.numNodes", str(wanted))),
        Cure(
            "See the daemon pods of the domain on the nodes, and that its nodes are of one clique"
            " (nvidia.com/gpu.clique)"
        ),
        members=tuple(Ref.of(pod) for pod in pods),
        relations=edges(workloads, Edge.REQUESTS, Ref.of(domain)),
    )


def _refine(suspicion: Suspicion, fulfilled: Fulfilled) -> Finding | None:
    for request, found in fulfilled.objects.items():
        if request in suspicion.requests and (found is None or _ready(found)):
            return None
    return suspicion.finding


COMPUTE_DOMAIN = Analyzer("compute-domain", (CODE,), (_KIND, "Pod"), _detect, _refine)
