"""Operators whose "ready" means nothing: no node is seen, or no operand is placed on any.

A DaemonSet that wants no pod counts as ready (NVIDIA/gpu-operator, isDaemonSetReady), and a missing
node feature discovery leaves Ready at True, with a reason that few look at.
"""

from collections.abc import Iterable, Iterator, Sequence

from clusterwright.tools.analyzer import Analyzer, Fulfilled, ReadRequest, Suspicion
from clusterwright.tools.excerpt import few
from clusterwright.tools.finding import Evidence, FieldEvidence, Finding, Severity
from clusterwright.tools.gpu.analyzers.about import Cure, about, of_condition, shown
from clusterwright.tools.gpu.analyzers.operator_state import acting
from clusterwright.tools.gpu.analyzers.policy_cures import selector
from clusterwright.tools.gpu.estate import (
    CLUSTER_POLICY,
    DEVICE_CONFIG,
    Estate,
    asked_of,
    estate_of,
)
from clusterwright.tools.gpu.node import GpuNode
from clusterwright.tools.gpu.operands import OPT_OUT
from clusterwright.tools.gpu.vendor import Vendor, vendor_of
from clusterwright.tools.gpu.workload import CONTAINER
from clusterwright.tools.manifest import Manifest, condition, dig, mapping, number, text
from clusterwright.tools.ref import Ref
from clusterwright.tools.snapshot import Snapshot

CODE = "gpu/false-ready"
_NO_NFD, _NO_NODES = "NFDLabelsMissing", "NoGPUNodes"
_DISCOVER = Cure(
    "Install node feature discovery, or repair it: without its labels the operator sees no device"
)
_PLACE = Cure("See which label or taint keeps the operands from the nodes: gpu_describe_node")


def _detect(snapshot: Snapshot) -> Iterable[Suspicion]:
    estate = estate_of(snapshot)
    for one in acting(estate):
        for finding in _findings(estate, one):
            yield Suspicion(finding, (ReadRequest(Ref.of(one)),))


def _findings(estate: Estate, one: Manifest) -> Iterator[Finding]:
    if Ref.of(one).kind_key == DEVICE_CONFIG:
        yield from _of_amd(estate, one)
        return
    ready = condition(one, "Ready")
    if not _claims_ready(one):
        return
    reason = text(ready, "reason")
    expected = [node for node in estate.nodes if node.vendor is Vendor.NVIDIA and _wanted(node)]
    waiting = [pod for pod in estate.waiting if any(map(_is_nvidia, asked_of(pod)))]
    if reason == _NO_NFD:
        sentence = "It says ready, but no node has the labels of node feature discovery"
        yield _finding(one, f"{sentence}{_beside(expected)}", of_condition(one, "Ready", ready))
    elif reason == _NO_NODES:
        sentence = f"It says ready, but it sees no GPU node{_beside(expected)}"
        needed = bool(expected or waiting)
        severity = Severity.WARNING if needed else Severity.INFO
        yield _finding(one, sentence, of_condition(one, "Ready", ready), severity)
    elif Ref.of(one).kind_key == CLUSTER_POLICY and expected:
        sets = _idle(estate)
        if sets:
            names = few([text(each, "metadata", "name") for each in sets], 2)
            sentence = f"It says ready, but no operand is placed on any node: {names} want 0 pods"
            yield _finding(one, f"{sentence}{_beside(expected)}", _desired(sets), cure=_PLACE)


def _claims_ready(one: Manifest) -> bool:
    state = text(one, "status", "state")
    return state == "ready" or (not state and condition(one, "Ready").get("status") == "True")


def _wanted(node: GpuNode) -> bool:
    """Return whether a node is to have the operands for containers, and nobody keeps them off."""
    return node.labels.get(OPT_OUT) != "false" and node.workload == CONTAINER


def _is_nvidia(resource: str) -> bool:
    return vendor_of(resource) is Vendor.NVIDIA


def _idle(estate: Estate) -> Sequence[Manifest]:
    """Return the operands' DaemonSets if all of them have been looked at, and none wants a pod."""
    sets = [one for one in estate.of_kind("DaemonSet") if Ref.of(one) in estate.operands]
    seen = [
        one
        for one in sets
        if number(one, "status", "observedGeneration")
        and estate.operands[Ref.of(one)].vendor is Vendor.NVIDIA
    ]
    placed = any(number(one, "status", "desiredNumberScheduled") for one in seen)
    return [] if placed else seen


def _desired(sets: Sequence[Manifest]) -> tuple[FieldEvidence, ...]:
    path = "$.status.desiredNumberScheduled"
    return tuple(shown(one, path, "0") for one in sets[:3])


def _of_amd(estate: Estate, one: Manifest) -> Iterator[Finding]:
    nodes = [node for node in estate.nodes if node.vendor is Vendor.AMD]
    for part in ("driver", "devicePlugin"):
        told = mapping(one, "status", part)
        if nodes and dig(told, "nodesMatchingSelectorNumber") == 0:
            path = f"$.status.{part}.nodesMatchingSelectorNumber"
            sentence = f"Its selector matches no node{_beside(nodes)}"
            cure = selector(one, "Correct spec.selector of the DeviceConfig", nodes)
            yield _finding(one, sentence, (shown(one, path, "0"),), cure=cure)
            return


def _beside(nodes: Sequence[GpuNode]) -> str:
    if not nodes:
        return ""
    names = few([node.ref.name for node in nodes], 2)
    are = "is a node" if len(nodes) == 1 else f"are {len(nodes)} nodes"
    return f"; there {are} with GPUs: {names}"


def _finding(
    one: Manifest,
    sentence: str,
    evidence: tuple[Evidence, ...],
    severity: Severity = Severity.WARNING,
    cure: Cure = _DISCOVER,
) -> Finding:
    return about(CODE, Ref.of(one), sentence, evidence, cure, severity=severity)


def _refine(suspicion: Suspicion, fulfilled: Fulfilled) -> Finding | None:
    """Drop the finding if the object is gone, or no longer says that it is ready."""
    for request, found in fulfilled.objects.items():
        if request in suspicion.requests:
            amd = found is not None and Ref.of(found).kind_key == DEVICE_CONFIG
            if found is None or not (amd or _claims_ready(found)):
                return None
    return suspicion.finding


FALSE_READY = Analyzer(
    "false-ready", (CODE,), (CLUSTER_POLICY, DEVICE_CONFIG, "DaemonSet", "Node"), _detect, _refine
)
