"""The operators' own pods, and the exporter of metrics, that do not stay up."""

import re
from collections.abc import Iterable, Iterator

from clusterwright.tools.analyzer import Analyzer, Fulfilled, LogRequest, Suspicion
from clusterwright.tools.finding import Finding, LogEvidence
from clusterwright.tools.gpu.analyzers.about import Cure, with_cures
from clusterwright.tools.gpu.analyzers.broken import broken
from clusterwright.tools.gpu.analyzers.driver_logs import best
from clusterwright.tools.gpu.estate import Estate, estate_of
from clusterwright.tools.kubernetes.analyzers import crash_loop, out_of_memory
from clusterwright.tools.kubernetes.analyzers.case import Case
from clusterwright.tools.kubernetes.analyzers.pod import (
    KINDS,
    Container,
    containers,
    title,
    troubled,
)
from clusterwright.tools.manifest import Manifest, labels_of, namespace_of, text
from clusterwright.tools.ref import Ref
from clusterwright.tools.snapshot import Snapshot

DOWN, EXPORTER = "gpu/operator-down", "gpu/exporter-failed"
_EXPORTERS = ("dcgm-exporter", "dcgm", "metrics-exporter")
_NAMES = ("app", "app.kubernetes.io/name", "app.kubernetes.io/component")
_OPERATOR = re.compile(r"(?:amd-)?gpu-operator(?:-charts)?(?:-controller-manager)?")
"""Labels of the charts of NVIDIA/gpu-operator and ROCm/gpu-operator."""
_MANY, _ENOUGH = 300, "1400Mi"
"""From so many nodes on the operator of NVIDIA needs a higher limit than its chart's 350Mi.

NVIDIA/cloud-native-docs, gpu-operator/troubleshooting.rst.
"""
_REPAIR = "Repair what the log of its pod names; until then nothing about GPU nodes is reconciled"


def _detect(snapshot: Snapshot) -> Iterable[Suspicion]:
    estate = estate_of(snapshot)
    exporters = {
        Ref.of(pod)
        for ref, operand in estate.operands.items()
        if operand.name in _EXPORTERS
        for pod in estate.children(ref)
    }
    for pod in troubled(estate):
        if _is_operator(pod) and estate.is_home(namespace_of(pod)):
            yield from _of_operator(estate, pod)
        elif Ref.of(pod) in exporters:
            yield from _of_exporter(estate, pod)


def _is_operator(pod: Manifest) -> bool:
    """Return whether a pod is NVIDIA's operator, AMD's, or what comes with it to load drivers."""
    labels = labels_of(pod)
    return any(_OPERATOR.fullmatch(labels.get(key, "")) for key in _NAMES)


def _of_operator(estate: Estate, pod: Manifest) -> Iterator[Suspicion]:
    case = Case(estate, pod)
    for one in containers(pod):
        killed = out_of_memory.suspect(case, one)
        ended = killed or crash_loop.suspect(case, one)
        if ended is None:
            continue
        if killed:
            nodes = len(estate.of_kind("Node"))
            many = f"; it looks after {nodes} nodes" if nodes >= _MANY else ""
            sentence = f"The operator is killed for want of memory again and again{many}"
            cure = Cure(f"Raise the memory limit of the operator, as to {_ENOUGH}")
        else:
            sentence, cure = f"The operator does not stay up: {ended.title}", Cure(_REPAIR)
        told = ended.model_copy(update={"code": DOWN, "title": title(sentence)})
        yield Suspicion(with_cures(told, cure), _logs(case, one))
        return


def _of_exporter(estate: Estate, pod: Manifest) -> Iterator[Suspicion]:
    """Yield the exporter's own trouble, on a node of which nothing before it is broken."""
    if Ref("Node", text(pod, "spec", "nodeName")) in broken(estate):
        return
    case = Case(estate, pod)
    for one in containers(pod):
        ended = out_of_memory.suspect(case, one) or crash_loop.suspect(case, one)
        if ended is not None and not one.init:
            sentence = f"The exporter of GPU metrics does not stay up: {ended.title}"
            told = ended.model_copy(update={"code": EXPORTER, "title": title(sentence)})
            cure = Cure("Repair what its log names; until then nothing is measured of these GPUs")
            yield Suspicion(with_cures(told, cure), _logs(case, one))
            return


def _logs(case: Case, one: Container) -> tuple[LogRequest, ...]:
    ended = one.ended_in == "lastState"
    return (LogRequest(case.ref, one.name, previous=ended),)


def _refine(suspicion: Suspicion, fulfilled: Fulfilled) -> Finding:
    finding = suspicion.finding
    for request in suspicion.requests:
        lines = fulfilled.logs.get(request, ()) if isinstance(request, LogRequest) else ()
        found = best([lines])
        if found is None or not isinstance(request, LogRequest):
            continue
        said = LogEvidence(
            ref=request.pod,
            container=request.container,
            line=found.line,
            previous=request.previous,
        )
        finding = finding.model_copy(update={"evidence": (*finding.evidence, said)})
        if found.means:
            head = finding.title.partition(": ")[0]
            finding = finding.model_copy(update={"title": title(f"{head}: {found.means}")})
            finding = with_cures(finding, Cure(found.advice))
    return finding


OPERATOR_PODS = Analyzer("operator-pods", (DOWN, EXPORTER), KINDS, _detect, _refine)
