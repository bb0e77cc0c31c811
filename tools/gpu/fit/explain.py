"""All that is to be said of whether a pod fits, out of a Snapshot."""

from collections.abc import Iterator, Mapping, Sequence
from types import MappingProxyType

from clusterwright.tools.coverage import Gap
from clusterwright.tools.excerpt import one_line
from clusterwright.tools.gpu.dra.claims import mapped
from clusterwright.tools.gpu.fit.answer import Fit, Fits, Option
from clusterwright.tools.gpu.fit.capacity_wanted import another_node
from clusterwright.tools.gpu.fit.causes import causes
from clusterwright.tools.gpu.fit.caveats import Refusals, caveats, refused
from clusterwright.tools.gpu.fit.filters import units
from clusterwright.tools.gpu.fit.holders import holders, would_preempt
from clusterwright.tools.gpu.fit.judge import judge, obstacles
from clusterwright.tools.gpu.fit.node_info import PODS, NodeInfo, node_infos, requests
from clusterwright.tools.gpu.fit.objections import objections
from clusterwright.tools.gpu.fit.queues import QUEUE_MANAGERS
from clusterwright.tools.gpu.fit.queues.queue_manager import QueueManager
from clusterwright.tools.gpu.fit.quotas import exceeded
from clusterwright.tools.gpu.fit.rejection import Plugin, Rejection
from clusterwright.tools.gpu.fit.verdict import Verdict
from clusterwright.tools.gpu.fit.ways import Way, ways
from clusterwright.tools.gpu.vendor import vendor_of
from clusterwright.tools.kubernetes.analyzers.capacity import finished
from clusterwright.tools.manifest import (
    Manifest,
    condition,
    items,
    name_of,
    number,
    strings,
    text,
    texts,
)
from clusterwright.tools.quotation import word
from clusterwright.tools.snapshot import Snapshot

_NAMES = 3
_HOLDERS = 6
_LONGEST = 200
_DEFAULT = "default-scheduler"
_REQUIRED = "requiredDuringSchedulingIgnoredDuringExecution"


def managers(pod: Manifest) -> Sequence[QueueManager]:
    """Return the queue managers that have a say in a pod."""
    return [one for one in QUEUE_MANAGERS if one.manages(pod)]


def explain(
    pod: Manifest,
    snapshot: Snapshot,
    asked: str,
    before: Sequence[str] = (),
    refusals: Refusals = MappingProxyType({}),
) -> Fit:
    """Return whether a pod fits, why not and what would help.

    A pod without a name is one that is not made yet; `before` is what keeps it from being made.
    `refusals` tells by node whether its plugin refuses more than one of a shared device.
    """
    nodes = node_infos(snapshot, pod)
    if placed := _placed(pod, snapshot, asked, len(nodes)):
        return placed
    having = managers(pod)
    ignored = frozenset[str]().union(*(one.ignored for one in having))
    verdict = judge(pod, snapshot, ignored)
    held = [*before, *_gates(pod), *(line for one in having for line in one.held(pod, snapshot))]
    held += [] if name_of(pod) else exceeded(pod, snapshot)
    fitting = frozenset(verdict.fitting)
    places = [node for node in nodes if node.name in fitting]
    useless = list(refused(pod, places, refusals))
    held += useless
    unjudged = [*verdict.unjudged, *(line for one in having for line in one.unjudged)]
    unjudged += _other_scheduler(pod, having)
    fits = _fits(verdict, held, unjudged)
    found = Fit(
        cluster=snapshot.cluster,
        asked=asked,
        fits=fits,
        nodes=tuple(verdict.fitting[:_NAMES]),
        fitting=len(verdict.fitting),
        of=len(nodes),
        held=tuple(held),
        objections=tuple(objections(verdict, nodes)),
        said=_said(pod),
        notes=() if useless else tuple(caveats(pod, places, refusals)),
        unjudged=tuple(unjudged),
        gaps=_gaps(snapshot),
    )
    if verdict.fitting or verdict.everywhere:
        return found
    return found.model_copy(update=_stuck(pod, snapshot, nodes, ignored))


def _stuck(
    pod: Manifest, snapshot: Snapshot, nodes: Sequence[NodeInfo], ignored: frozenset[str]
) -> Mapping[str, object]:
    """Return the fields of an answer that tell why a pod fits nowhere, and what would help."""
    against = obstacles(pod, snapshot, ignored)
    elsewhere = ignored | snapshot.derived(mapped).keys()
    return {
        "causes": tuple(causes(pod, nodes, against, elsewhere)),
        "options": tuple(map(_option, ways(pod, snapshot, against, ignored, elsewhere))),
        "holders": tuple(_holders(pod, nodes, against)),
        "notes": tuple(_notes(pod, another_node(pod, nodes, against, elsewhere))),
    }


def _placed(pod: Manifest, snapshot: Snapshot, asked: str, of: int) -> Fit | None:
    """Return the answer for a pod that the scheduler has done with."""
    node = text(pod, "spec", "nodeName")
    if not node and not finished(pod):
        return None
    reason = text(pod, "status", "reason")
    notes: list[str] = []
    if finished(pod):
        notes.append(f"it has ended: {text(pod, 'status', 'phase')} {reason}".rstrip())
    if reason in {"TopologyAffinityError", "UnexpectedAdmissionError"}:
        message = one_line(text(pod, "status", "message"), _LONGEST)
        notes.append(
            "the kubelet refused what the scheduler had placed: devices, cpus and memory of one"
            f" NUMA node do not suffice (topology manager), or devices are gone: {message}"
        )
    where = (node,) if node else ()
    return Fit(
        cluster=snapshot.cluster,
        asked=asked,
        fits=Fits.PLACED,
        nodes=where,
        of=of,
        notes=tuple(notes),
    )


def _gates(pod: Manifest) -> Iterator[str]:
    names = [text(one, "name") for one in items(pod, "spec", "schedulingGates")]
    if names:
        whose = "whoever set them takes them away"
        yield f"scheduling gates {', '.join(names)}: the scheduler does not look at it; {whose}"
    if text(pod, "metadata", "deletionTimestamp"):
        yield "it is being deleted: the scheduler skips it"


def _other_scheduler(pod: Manifest, having: Sequence[QueueManager]) -> Iterator[str]:
    scheduler = text(pod, "spec", "schedulerName") or _DEFAULT
    if scheduler != _DEFAULT and not having:
        yield f"{scheduler} decides on it, and was judged by the rules of kube-scheduler"


def _fits(verdict: Verdict, held: Sequence[str], unjudged: Sequence[str]) -> Fits:
    if held:
        return Fits.HELD
    if not verdict.fitting:
        return Fits.NO
    return Fits.UNSURE if unjudged else Fits.YES


def _said(pod: Manifest) -> str | None:
    found = condition(pod, "PodScheduled")
    return one_line(text(found, "message"), 600) or None if found.get("status") == "False" else None


def _option(way: Way) -> Option:
    return Option(
        do=tuple(way.steps),
        count=len(way.nodes),
        nodes=tuple(way.nodes[:_NAMES]),
        judged=way.of_pod,
    )


def _holders(
    pod: Manifest, nodes: Sequence[NodeInfo], against: Mapping[str, Sequence[Rejection]]
) -> Iterator[str]:
    """Yield who has the accelerators on nodes where nothing but room is lacking."""
    priority = number(pod, "spec", "priority")
    full = [
        node
        for node in nodes
        if all(one.plugin is Plugin.NODE_RESOURCES_FIT for one in against[node.name])
    ]
    for resource in requests(pod):
        if vendor_of(resource) is None:
            continue
        found = holders(resource, full)
        for one in found[:_HOLDERS]:
            lower = " at lower priority" if one.priority < priority else ""
            leaving = ", being deleted" if one.leaving else ""
            amount = units(one.amount, resource)
            yield f"{one.pod}: {amount} {resource} on {one.node}{lower}{leaving}"
        if len(found) > _HOLDERS:
            yield f"{len(found) - _HOLDERS} more pods have {resource}"


def _notes(pod: Manifest, new: str) -> Iterator[str]:
    if new:
        yield new
    nominated = text(pod, "status", "nominatedNodeName")
    if nominated:
        yield f"pods are being evicted from {word(nominated)} for it"
    elif not would_preempt(pod):
        yield "its preemptionPolicy is Never: no pod of lower priority gives way to it"


def _gaps(snapshot: Snapshot) -> tuple[Gap, ...]:
    return snapshot.coverage.gaps


def described(pod: Manifest) -> str:
    """Return in a few words what a pod asks for."""
    asked = [
        f"{units(amount, key)} {key}"
        for key, amount in sorted(requests(pod).items(), key=lambda one: "/" not in one[0])
        if key != PODS and amount
    ]
    if claims := len(items(pod, "spec", "resourceClaims")):
        asked.append(f"{claims} {'claims' if claims > 1 else 'claim'} of devices")
    selector = [f"{key}={value}" for key, value in strings(pod, "spec", "nodeSelector").items()]
    selector += _one_of(pod)
    name = f"Pod/{text(pod, 'metadata', 'namespace')}/{name_of(pod)}" if name_of(pod) else "a pod"
    with_labels = f" on {', '.join(selector)}" if selector else ""
    return f"{name} ({', '.join(asked) or 'nothing'}{with_labels})"


def _one_of(pod: Manifest) -> Sequence[str]:
    """Return labels of which the only term of the required node affinity wants one value."""
    terms = items(pod, "spec", "affinity", "nodeAffinity", _REQUIRED, "nodeSelectorTerms")
    return [
        f"{text(one, 'key')} in {', '.join(texts(one, 'values')[:_NAMES])}"
        for one in (items(terms[0], "matchExpressions") if len(terms) == 1 else ())
        if text(one, "operator") == "In"
    ]
