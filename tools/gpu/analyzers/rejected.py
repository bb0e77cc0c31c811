"""Pods with devices that their node's kubelet turned away, and workloads that are refused.

A kubelet fails a pod for good when its topology manager or a device plugin objects (kubernetes,
pkg/kubelet/lifecycle, pkg/kubelet/cm/topologymanager); a controller then makes another one.
"""

import re
from collections.abc import Iterable, Iterator

from clusterwright.tools.analyzer import Analyzer, ReadRequest, Suspicion
from clusterwright.tools.excerpt import few
from clusterwright.tools.finding import Edge, Evidence, Relation, ask
from clusterwright.tools.gpu.analyzers.about import Cure, about, shown, with_cures
from clusterwright.tools.gpu.analyzers.pod_cures import other_amount, other_field
from clusterwright.tools.gpu.analyzers.waiting import in_question, leaving
from clusterwright.tools.gpu.estate import Estate, asked_of, estate_of
from clusterwright.tools.kubernetes.analyzers.absence import still_missing
from clusterwright.tools.kubernetes.analyzers.case import Case
from clusterwright.tools.kubernetes.analyzers.missing_pods import refusal, short_of_pods
from clusterwright.tools.kubernetes.analyzers.nearest import nearest
from clusterwright.tools.kubernetes.analyzers.pod import (
    age,
    message_of,
    overcome,
    severity_of,
    workload_of,
)
from clusterwright.tools.manifest import Manifest, instant, mapping, name_of, text
from clusterwright.tools.quotation import word
from clusterwright.tools.ref import Ref, owner_of
from clusterwright.tools.snapshot import Snapshot

REJECTED, NO_RUNTIME_CLASS = "gpu/topology-rejected", "gpu/runtime-class-missing"
_TOPOLOGY, _ADMISSION = "TopologyAffinityError", "UnexpectedAdmissionError"
_SHARED = re.compile(r"maximum request size for shared resources is (\d{1,6})")
_UNAVAILABLE = re.compile(r"requested number of devices unavailable for ([\w./-]{1,253}\w)")


def _detect(snapshot: Snapshot) -> Iterable[Suspicion]:
    estate = estate_of(snapshot)
    for pod in estate.of_kind("Pod"):
        reason = text(pod, "status", "reason")
        if reason not in {_TOPOLOGY, _ADMISSION} or not asked_of(pod) or leaving(pod):
            continue
        if in_question(estate, pod) and not _history(estate, pod):
            yield _rejected(Case(estate, pod), reason)
    yield from _without_runtime_class(estate)


def _history(estate: Estate, pod: Manifest) -> bool:
    """Return whether a later pod of the same controller runs, or the failure is old."""
    owner = owner_of(pod)
    later = (
        (one for one in estate.children(owner) if age(estate, one) < age(estate, pod))
        if (owner)
        else iter(())
    )
    return overcome(estate, pod) or any(text(one, "status", "phase") == "Running" for one in later)


def _rejected(case: Case, reason: str) -> Suspicion:
    said, node = message_of(mapping(case.pod, "status")), text(case.pod, "spec", "nodeName")
    asked = ", ".join(f"{n} {key}" for key, n in asked_of(case.pod).items())
    resource = next(iter(asked_of(case.pod)))
    if reason == _TOPOLOGY:
        sentence = f"The topology manager of its node cannot give it {asked} from one NUMA node"
        say = "Ask for less CPU or fewer devices a pod, or relax the topology manager's policy"
        question = f"how many {resource} fit on one NUMA node; it asks for {asked}"
        fix = other_amount(case, resource, say, ask(question))
    elif shared := _SHARED.search(said):
        sentence = f"A shared device takes requests of at most {shared[1]}, and it asks for {asked}"
        say = f"Ask for {shared[1]}: more of a shared device brings no more of it"
        fix = other_amount(case, resource, say, shared[1])
    elif lacking := _UNAVAILABLE.search(said):
        sentence = f"Its node had no {lacking[1]} for it by the time it came: {said}"
        fix = Cure("See gpu_describe_node for the node; its controller makes another pod")
    else:
        sentence = f"The kubelet of its node turned it away: {said}"
        fix = Cure("Repair what the message names; its controller makes another pod")
    evidence: tuple[Evidence, ...] = (case.field("$.status.reason", reason),)
    evidence += (case.field("$.status.message", said),) if said else ()
    on = (Relation(source=case.ref, edge=Edge.RUNS_ON, target=Ref("Node", node)),) if node else ()
    finding = case.finding(REJECTED, sentence, evidence, relations=on)
    return Suspicion(with_cures(finding, fix))


def _without_runtime_class(estate: Estate) -> Iterator[Suspicion]:
    if not estate.was_read("RuntimeClass"):
        return
    known = [name_of(one) for one in estate.of_kind("RuntimeClass")]
    for maker in short_of_pods(estate):
        template = mapping(maker, "spec", "template")
        wanted = text(template, "spec", "runtimeClassName")
        if not wanted or wanted in known or not in_question(estate, maker):
            continue
        if not (asked_of(template) or "nvidia" in wanted):
            continue
        subject = workload_of(estate, maker)
        near = nearest(wanted, known)
        hint = f"; there is {word(near)}" if near else ""
        there = few([word(one) for one in sorted(known)], 4) or "none"
        refused = refusal(estate, maker)
        path = "$.spec.template.spec.runtimeClassName"
        evidence: tuple[Evidence, ...] = (shown(maker, path, wanted),)
        evidence += (refused[1],) if refused else ()
        finding = about(
            NO_RUNTIME_CLASS,
            subject,
            f'RuntimeClass "{word(wanted)}", which its pods name, does not exist{hint}',
            evidence,
            other_field(
                subject,
                "$.spec.runtimeClassName",
                "Have the operator's toolkit create it, name another, or leave it out",
                f"which RuntimeClass the pods are to have; there is {there}",
            ),
            severity=severity_of(estate, subject),
            since=instant(maker, "metadata", "creationTimestamp"),
        )
        yield Suspicion(finding, (ReadRequest(Ref("RuntimeClass", wanted)),))


REJECTED_PODS = Analyzer(
    "rejected-pods",
    (REJECTED, NO_RUNTIME_CLASS),
    ("Pod", "RuntimeClass", "ReplicaSet", "StatefulSet", "DaemonSet", "Job", "Event"),
    _detect,
    still_missing,
)
