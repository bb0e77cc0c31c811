"""Nodes whose devices do not reach pods: one finding for each first broken stage.

What comes after it on a node is a symptom, and no finding. Nodes that are broken alike, as by one
image that does not exist, are members of one.
"""

from collections.abc import Iterable, Iterator, Sequence

from clusterwright.tools.analyzer import (
    Analyzer,
    Fulfilled,
    LogRequest,
    ReadRequest,
    Request,
    Suspicion,
)
from clusterwright.tools.finding import FieldEvidence, Finding, LogEvidence, Remedy, Severity
from clusterwright.tools.gpu.analyzers.about import Cure, about, of_machine, shown, with_cures
from clusterwright.tools.gpu.analyzers.broken import broken
from clusterwright.tools.gpu.analyzers.driver_logs import Match, best, match
from clusterwright.tools.gpu.analyzers.funnel_cures import cures
from clusterwright.tools.gpu.analyzers.node_cures import keep_off, restarted
from clusterwright.tools.gpu.analyzers.waiting import waiting, would_take
from clusterwright.tools.gpu.changes.clients import clients_on
from clusterwright.tools.gpu.estate import DEVICE_CONFIG, Estate, estate_of
from clusterwright.tools.gpu.funnel import Stage, State, funnels
from clusterwright.tools.gpu.node import GpuNode
from clusterwright.tools.gpu.operands import OPT_OUT
from clusterwright.tools.kubernetes.analyzers.log_line import complains
from clusterwright.tools.kubernetes.analyzers.pod import title
from clusterwright.tools.manifest import Manifest, instant, labels_of, name_of
from clusterwright.tools.ref import Ref
from clusterwright.tools.snapshot import Snapshot

CODES = (
    *("gpu/not-discovered", "gpu/not-present", "gpu/operands-off", "gpu/stale-pause"),
    *("gpu/operand-unplaced", "gpu/driver-image", "gpu/driver-failed", "gpu/upgrade-failed"),
    *("gpu/toolkit-failed", "gpu/runtime-handler", "gpu/validation-failed"),
    *("gpu/plugin-missing", "gpu/plugin-failed", "gpu/discovery-failed", "gpu/labeller-failed"),
    *("gpu/mig-failed", "gpu/mig-stuck", "gpu/not-advertised", "gpu/unhealthy-device"),
    *("gpu/mps-failed", "gpu/vfio-failed", "gpu/vgpu-failed"),
)
"""In the order of the stages that they are of."""
_LABEL = "$.metadata.labels['"
_MOST_MACHINES = 3
_MOST_LOGS = 2
"""Pods of one stage whose logs are read: those of alike nodes tell the same."""
_AGAIN = frozenset({"restart_operand", "retry_upgrade"})
_LAYOUT = frozenset({"gpu/mig-failed", "gpu/mig-stuck"})
_OF_RUNNING = _LAYOUT | {"gpu/vgpu-failed"}
"""Codes that are told of pods which run: of their logs only what looks like an error tells why."""


def _detect(snapshot: Snapshot) -> Iterable[Suspicion]:
    estate = estate_of(snapshot)
    alike: dict[object, list[tuple[GpuNode, Stage]]] = {}
    for ref, stage in broken(estate).items():
        node = estate.node(ref.name)
        if node is not None and stage.code:
            alike.setdefault(_sameness(estate, node, stage), []).append((node, stage))
    for some in alike.values():
        yield _suspicion(estate, [node for node, _ in some], some[0][1])


def _sameness(estate: Estate, node: GpuNode, stage: Stage) -> object:
    """Return what nodes have in common that are broken for one cause, and repaired alike."""
    fields = [
        (one.path.replace(node.ref.name, "*"), one.value)
        for one in stage.evidence
        if isinstance(one, FieldEvidence) and one.ref.kind != "Pod"
    ]
    # A layout is made again where nobody has the devices, and where somebody has, not before.
    busy = stage.code in _LAYOUT and bool(clients_on(estate, node.ref.name))
    return (stage.code, node.vendor, _neutral(node, stage), repr(fields), busy)


def _neutral(node: GpuNode, stage: Stage) -> str:
    """Return why a stage is broken, without the names of the node and of its pod."""
    why = stage.why.replace(node.ref.name, "*")
    return why.replace(stage.ref.name, "*") if stage.ref else why


def _suspicion(estate: Estate, nodes: Sequence[GpuNode], stage: Stage) -> Suspicion:
    first = nodes[0]
    pod = estate.get(stage.ref) if stage.ref else None
    machines = (edge for one in nodes[:_MOST_MACHINES] for edge in of_machine(one.manifest))
    finding = about(
        stage.code,
        first.ref,
        _sentence(nodes, stage),
        stage.evidence or (shown(first.manifest, "$.metadata.name", first.ref.name),),
        *cures(estate, nodes, stage),
        severity=_severity(estate, nodes, stage),
        since=instant(pod, "metadata", "creationTimestamp") if pod else None,
        members=tuple(one.ref for one in nodes) if len(nodes) > 1 else (),
        relations=tuple(machines),
    )
    requests: list[Request] = [ReadRequest(first.ref)]
    for ref, container in stage.logs[:_MOST_LOGS]:
        requests += [LogRequest(ref, container, previous=True), LogRequest(ref, container)]
    return Suspicion(finding, tuple(requests))


def _sentence(nodes: Sequence[GpuNode], stage: Stage) -> str:
    many = f" on {len(nodes)} nodes" if len(nodes) > 1 else ""
    return f"First broken stage {stage.name}{many}: {stage.why}"


def _severity(estate: Estate, nodes: Sequence[GpuNode], stage: Stage) -> Severity:
    """Return critical where no node of the vendor has a device left, info where it is meant."""
    vendor = nodes[0].vendor
    usable = [one for one in estate.nodes if one.vendor is vendor and any(one.allocatable.values())]
    if stage.code == "gpu/operands-off" and _meant(estate, nodes):
        return Severity.INFO
    return Severity.WARNING if usable else Severity.CRITICAL


def _meant(estate: Estate, nodes: Sequence[GpuNode]) -> bool:
    """Return whether somebody has taken nodes out, and no pod waits for them."""
    waits = (would_take(node, one) for one in waiting(estate) for node in nodes)
    return all(one.labels.get(OPT_OUT) == "false" for one in nodes) and not any(waits)


def symptoms(estate: Estate, nodes: Iterable[Ref]) -> Iterable[Ref]:
    """Yield the pods of operands that are not well on nodes, for the first broken stage of each."""
    states = (State.BROKEN, State.SYMPTOM, State.WORKING)
    for node in nodes:
        for stage in funnels(estate).get(node.name, ()):
            if stage.state in states and stage.ref and stage.ref.kind == "Pod":
                yield stage.ref


def _refine(suspicion: Suspicion, fulfilled: Fulfilled) -> Finding | None:
    """Drop what is over by now; add what the logs say."""
    finding = suspicion.finding
    for request in suspicion.requests:
        if isinstance(request, ReadRequest) and request in fulfilled.objects:
            now = fulfilled.objects[request]
            if now is None or (len(finding.members) <= 1 and _otherwise(finding, now)):
                return None
    logs = [
        (request, lines)
        for request in suspicion.requests
        if isinstance(request, LogRequest) and (lines := fulfilled.logs.get(request, ()))
    ]
    return _told(finding, logs) if logs else finding


def _otherwise(finding: Finding, node: Manifest) -> bool:
    """Return whether a label that the finding rests on has another value by now."""
    labels, ref = labels_of(node), Ref("Node", name_of(node))
    return any(
        labels.get(one.path.removeprefix(_LABEL).removesuffix("']"), "(not set)") != one.value
        for one in finding.evidence
        if isinstance(one, FieldEvidence) and one.ref == ref and one.path.startswith(_LABEL)
    )


def _told(finding: Finding, logs: Sequence[tuple[LogRequest, Sequence[str]]]) -> Finding:
    """Return the finding with the line that tells most, and what it means."""
    found = best(lines for _, lines in logs)
    if found is None or (not found.means and finding.code == "gpu/unhealthy-device"):
        return finding  # its plugin runs, and what else it writes says nothing of the device
    if not found.means and finding.code in _OF_RUNNING and not complains(found.line):
        return finding
    source = next(request for request, lines in logs if match(lines) == found)
    said = LogEvidence(
        ref=source.pod, container=source.container, line=found.line, previous=source.previous
    )
    finding = finding.model_copy(update={"evidence": (*finding.evidence, said)})
    if not found.means:
        return finding
    head = finding.title.partition(": ")[0]
    finding = finding.model_copy(update={"title": title(f"{head}: {found.means}")})
    return with_cures(finding, *_cured(finding, found))


def _cured(finding: Finding, found: Match) -> Iterator[Cure]:
    """Yield what repairs a cause that a log has told, the sure one first.

    What only tries again is of use where the cause may be over by now.
    """
    if found.passes and finding.code == "gpu/unhealthy-device":
        say = "Start the device plugin again, which offers the device again"
        yield restarted(finding.members or (finding.subject,), "device-plugin", say)
    known = [
        Cure(one.say, one.changes, tool=one.tool)
        for one in finding.remedies
        if _helps(one, found, finding.code)
    ]
    sure = [one for one in known if found.passes and not one.asks]
    yield from sure
    yield Cure(found.advice)
    if found.hardware and len(finding.members) <= 1:
        yield keep_off(finding.subject)
    yield from (one for one in known if one not in sure)


def _helps(remedy: Remedy, found: Match, code: str) -> bool:
    """Return whether a remedy is still one, now that the cause is known."""
    kinds = {one.get("kind") for one in remedy.changes}
    if found.hardware or (found.passes and code == "gpu/unhealthy-device"):
        return found.hardware and kinds == {"drain"}
    if kinds <= _AGAIN:
        return found.passes
    return code != "gpu/toolkit-failed" or "CONTAINERD" in found.advice


FUNNEL = Analyzer(
    "funnel", CODES, ("Node", "Pod", "DaemonSet", "Event", DEVICE_CONFIG), _detect, _refine
)
