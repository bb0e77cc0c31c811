"""Devices of DRA that are tainted, offered twice, or given away twice."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

from clusterwright.tools.analyzer import Analyzer, ReadRequest, Suspicion, unless_gone
from clusterwright.tools.excerpt import few
from clusterwright.tools.finding import Edge, Evidence, FieldEvidence, Relation, ask
from clusterwright.tools.gpu.analyzers.about import (
    Cure,
    about,
    cure,
    edges,
    of_machine,
    shown,
)
from clusterwright.tools.gpu.analyzers.dra import drivers_of, waiting_by_claims
from clusterwright.tools.gpu.analyzers.node_cures import take_out
from clusterwright.tools.gpu.dra.claims import CLAIM, CLASS, given
from clusterwright.tools.gpu.dra.device import SLICE, Device, Pools
from clusterwright.tools.gpu.estate import DRIVERS, Estate, estate_of
from clusterwright.tools.gpu.operands import DEPLOY
from clusterwright.tools.gpu.vendor import Vendor
from clusterwright.tools.kubernetes.analyzers.case import Case
from clusterwright.tools.manifest import Manifest, text
from clusterwright.tools.quotation import word
from clusterwright.tools.ref import Ref, checked
from clusterwright.tools.snapshot import Snapshot

if TYPE_CHECKING:
    from clusterwright.tools.gpu.node import GpuNode

TAINTED, DOUBLE, TWICE = "dra/device-tainted", "dra/double-advertised", "dra/allocated-twice"
_MOST = 3
_PAIR = 2


def _detect(snapshot: Snapshot) -> Iterable[Suspicion]:
    estate = estate_of(snapshot)
    offered = [one for one in estate.derived(Pools).devices if one.driver in DRIVERS]
    yield from _tainted(estate, offered)
    yield from _double(estate, offered)
    yield from _twice(estate, offered)


def _tainted(estate: Estate, offered: Sequence[Device]) -> Iterator[Suspicion]:
    by_node: dict[tuple[str, str], list[Device]] = defaultdict(list)
    for one in offered:
        by_node[one.node, one.driver].append(one)
    for (name, driver), some in by_node.items():
        bad = [one for one in some if one.taints]
        node = checked(Ref("Node", name))
        if not bad or node is None:
            continue
        told = few([f"{word(one.name)} ({_spelled(one.taints[0])})" for one in bad], _MOST)
        evidence: list[Evidence] = [
            FieldEvidence(
                ref=Ref(SLICE, one.slice),
                path=f"$.spec.devices[?(@.name=='{one.name}')].taints",
                value=_spelled(one.taints[0]),
            )
            for one in bad[:_MOST]
        ]
        manifest = estate.get(node)
        waits = edges(estate.derived(_waiting).get(driver, ()), Edge.REQUESTS, node)
        finding = about(
            TAINTED,
            node,
            f"{len(bad)} of {len(some)} devices of {driver} are tainted: {told}",
            tuple(evidence),
            Cure("Repair or reset the devices; their driver takes the taints away"),
            take_out(estate, node),
            relations=(*waits[:_MOST], *(of_machine(manifest) if manifest else ())),
        )
        yield Suspicion(finding, (ReadRequest(node),))


def _spelled(taint: Manifest) -> str:
    value = text(taint, "value")
    return f"{word(text(taint, 'key'))}{'=' + word(value) if value else ''}:{text(taint, 'effect')}"


def _waiting(snapshot: Snapshot) -> Mapping[str, Sequence[Ref]]:
    """Return the workloads whose pods wait for devices, by the driver of these."""
    estate = estate_of(snapshot)
    found: dict[str, list[Ref]] = defaultdict(list)
    for pod in waiting_by_claims(estate):
        for driver in drivers_of(estate, pod):
            found[driver].append(Case(estate, pod).subject)
    return dict(found)


def _double(estate: Estate, offered: Sequence[Device]) -> Iterator[Suspicion]:
    count: dict[str, int] = defaultdict(int)
    for one in offered:
        if one.attribute("type") in {"", "gpu"}:
            count[one.node] += 1
    found: list[tuple[GpuNode, str]] = [
        (node, resource)
        for node in estate.nodes
        if count.get(node.ref.name) and node.allocatable.get(resource := f"{node.vendor}/gpu", 0)
    ]
    if not found:
        return
    first, resource = found[0]
    refs: list[Ref] = [node.ref for node, _ in found]
    have, given = count[first.ref.name], first.allocatable[resource]
    many = f" on {len(refs)} nodes" if len(refs) > 1 else ""
    sentence = (
        f"The same devices are offered twice{many}: {given} {resource} by the device plugin, and"
        f" {have} devices by DRA"
    )
    finding = about(
        DOUBLE,
        first.ref,
        sentence,
        (shown(first.manifest, f"$.status.allocatable['{resource}']", str(given)),),
        _one_offer(first),
        members=tuple(refs) if len(refs) > 1 else (),
    )
    yield Suspicion(finding, (ReadRequest(first.ref),))


def _one_offer(node: "GpuNode") -> Cure:
    say = "Turn the device plugin off where DRA gives the devices, or DRA where the plugin does"
    consent = ask(f"false, if DRA is to give the devices of {node.ref.name}")
    if node.vendor is not Vendor.NVIDIA:
        return Cure(say)
    place = {"node": node.ref.name, "label": f"{DEPLOY}device-plugin"}
    return cure(say, "label_node", **place, value=consent)


def _twice(estate: Estate, offered: Sequence[Device]) -> Iterator[Suspicion]:
    """Yield the devices that a container and a virtual machine have at the same time.

    NVIDIA/gpu-operator, release notes of 26.7, known issues: passthrough beside containers.
    """
    holding = estate.derived(given)
    by_uuid: dict[tuple[str, str], list[Device]] = defaultdict(list)
    for one in offered:
        identity = one.attribute("uuid") or one.attribute("pciBusID")
        if identity and one.key in holding:
            by_uuid[one.node, identity].append(one)
    for (name, identity), some in by_uuid.items():
        claims = tuple(dict.fromkeys(Ref.of(each) for one in some for each in holding[one.key]))
        kinds = {one.attribute("type") for one in some}
        node = checked(Ref("Node", name))
        if min(len(claims), len(kinds)) < _PAIR or node is None:
            continue
        holders = few([str(one) for one in claims], _MOST)
        finding = about(
            TWICE,
            node,
            f"GPU {word(identity)} is given to a container and passed through at once: {holders}",
            tuple(
                FieldEvidence(ref=Ref.of(each), path="$.status.allocation", value=one.name)
                for one in some[:_MOST]
                for each in holding[one.key][:1]
            ),
            Cure("Delete one of the claims, and let those of one node come one after the other"),
            members=(node, *claims),
            relations=tuple(
                Relation(source=one, edge=Edge.USES, target=node) for one in claims[:_MOST]
            ),
        )
        yield Suspicion(finding, (ReadRequest(claims[0]),))


DRA_DEVICES = Analyzer(
    "dra-devices", (TAINTED, DOUBLE, TWICE), (SLICE, CLASS, CLAIM, "Node"), _detect, unless_gone
)
