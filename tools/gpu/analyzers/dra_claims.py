"""Claims that get no devices while pods wait for them: one cause for each, in the claim's order."""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence

from clusterwright.tools.analyzer import Analyzer, ReadRequest, Suspicion
from clusterwright.tools.excerpt import few, shorten
from clusterwright.tools.finding import Edge, Evidence, Finding, Relation
from clusterwright.tools.gpu.analyzers.about import Cure, shown, with_cures
from clusterwright.tools.gpu.analyzers.dra import (
    CLAIM,
    CLASS,
    SLICE,
    TEMPLATE,
    Device,
    Wanted,
    allocated,
    by_name,
    claims_of,
    devices,
    drivers_of,
    is_allocated,
    waiting_by_claims,
    wanted_in,
)
from clusterwright.tools.gpu.estate import Estate, estate_of
from clusterwright.tools.kubernetes.analyzers.absence import still_missing
from clusterwright.tools.kubernetes.analyzers.case import Case
from clusterwright.tools.kubernetes.analyzers.nearest import nearest
from clusterwright.tools.kubernetes.analyzers.pod import message_of
from clusterwright.tools.manifest import Manifest, condition
from clusterwright.tools.quotation import quoted, word
from clusterwright.tools.ref import Ref
from clusterwright.tools.snapshot import Snapshot

CLAIM_MISSING, CLASS_MISSING = "dra/claim-missing", "dra/class-missing"
NO_SLICES, UNALLOCATED = "dra/no-slices", "dra/claim-unallocated"
_OF_CLAIMS = re.compile(r"claim|device", re.IGNORECASE)
"""Words of the scheduler's DynamicResources plugin; other reasons are none of the claim's."""
_SAID = "$.status.conditions[?(@.type=='PodScheduled')].message"
_CLASS = "$.spec.devices.requests[*].exactly.deviceClassName"


def _detect(snapshot: Snapshot) -> Iterable[Suspicion]:
    estate = estate_of(snapshot)
    pods = list(waiting_by_claims(estate))
    if not pods or not estate.was_read(CLAIM):
        return
    for pod in pods:
        case = Case(estate, pod)
        suspicion = next(filter(None, (_cause(case, ref) for _, ref in claims_of(pod))), None)
        if suspicion is not None:
            yield suspicion


def _cause(case: Case, ref: Ref) -> Suspicion | None:
    """Return why a claim of a pod is not met; None where it is, or the scheduler does not say."""
    estate = estate_of(case.snapshot)
    claim = estate.get(ref)
    if claim is None:
        return _missing(estate, case, ref)
    if ref.kind != CLAIM or is_allocated(claim):
        return None
    for ways in wanted_in(claim):
        made = _class_missing(estate, case, claim, ways) or _no_slices(estate, case, claim, ways)
        if made is not None:
            return made
    said = message_of(condition(case.pod, "PodScheduled"))
    if not _OF_CLAIMS.search(said):
        return None
    findings = (_unallocated(estate, case, claim, ways) for ways in wanted_in(claim))
    finding = next(filter(None, findings), None)
    return Suspicion(finding) if finding else None


def _missing(estate: Estate, case: Case, ref: Ref) -> Suspicion | None:
    if not estate.was_read(ref.kind):
        return None
    names = [one.name for one in map(Ref.of, estate.in_namespace(ref.kind, ref.namespace))]
    near = nearest(ref.name, names)
    hint = f"; there is {word(near)}" if near else ""
    sentence = f'{ref.kind} "{ref.name}", which the pod names, does not exist{hint}'
    proof = case.field("$.spec.resourceClaims", ref.name)
    fix = Cure(f"Create {ref.kind} {ref.name} in namespace {ref.namespace}, or correct its name")
    return Suspicion(_told(case, CLAIM_MISSING, sentence, (proof,), ref, fix), (ReadRequest(ref),))


def _class_missing(
    estate: Estate, case: Case, claim: Manifest, ways: Sequence[Wanted]
) -> Suspicion | None:
    classes = by_name(estate.of_kind(CLASS))
    absent = [one.device_class for one in ways if one.device_class not in classes]
    if not estate.was_read(CLASS) or not absent or len(absent) < len(ways):
        return None
    near = nearest(absent[0], classes)
    others = word(near) if near else few([word(one) for one in sorted(classes)], 3)
    hint = f"; there is {others}" if others else "; there is none at all"
    sentence = f'DeviceClass "{word(absent[0])}" does not exist{hint}'
    missing = Ref("DeviceClass", absent[0])
    fix = Cure("Correct deviceClassName, or install the DRA driver that brings the class")
    finding = _told(
        case, CLASS_MISSING, sentence, (shown(claim, _CLASS, absent[0]),), Ref.of(claim), fix
    )
    return Suspicion(finding, (ReadRequest(missing),))


def _no_slices(
    estate: Estate, case: Case, claim: Manifest, ways: Sequence[Wanted]
) -> Suspicion | None:
    classes = by_name(estate.of_kind(CLASS))
    offered = {one.driver for one in devices(estate)}
    wanted = [drivers_of(classes.get(one.device_class, {})) for one in ways]
    if not estate.was_read(SLICE) or any(not drivers or drivers & offered for drivers in wanted):
        return None
    drivers = sorted({driver for some in wanted for driver in some})
    others = f"; others do: {few(sorted(offered), 3)}" if offered else ""
    sentence = f"No node offers a device of DRA driver {few(drivers, 2)}{others}"
    proof = shown(claim, _CLASS, ways[0].device_class)
    fix = Cure(f"See whether the kubelet plugin of {drivers[0]} runs on the nodes with devices")
    return Suspicion(_told(case, NO_SLICES, sentence, (proof,), Ref.of(claim), fix))


def _unallocated(
    estate: Estate, case: Case, claim: Manifest, ways: Sequence[Wanted]
) -> Finding | None:
    """Return what keeps a request from devices that there are: all given away, or no match."""
    given = allocated(estate)
    best = ways[0]
    able = list(_able(estate, best))
    free = [one for one in able if one.key not in given]
    if not able or (free and all(_repelled(one, best) for one in free)):
        return None  # which is told of the devices
    most = _most_on_one_node(free)
    holders = few(sorted({str(given[one.key]) for one in able if one.key in given}), 3)
    driver, name = able[0].driver, word(best.device_class)
    if most < best.count and not best.selectors:
        rest = (
            f"at most {most} of {len(free)} free ones are on one node" if free else "none is free"
        )
        sentence = f"{best.count} devices of class {name} ({driver}) are asked for, and {rest}"
        sentence += f": held by {holders}" if holders else ""
        fix = Cure("Wait until a claim is given back, ask for fewer, or add a node")
    elif best.selectors:
        expression = quoted(shorten(" ".join(best.selectors[0].split()), 120))
        sentence = f"Of {len(free)} free devices of {driver} none is one that matches {expression}"
        fix = Cure(
            "Correct the selectors of the request: describe a ResourceSlice to see attributes"
        )
    else:
        return None
    return _told(
        case,
        UNALLOCATED,
        sentence,
        (shown(claim, _CLASS, best.device_class),),
        Ref.of(claim),
        fix,
    )


def _able(estate: Estate, wanted: Wanted) -> Iterator[Device]:
    """Yield the devices of the drivers that a class names."""
    classes = by_name(estate.of_kind(CLASS))
    drivers = drivers_of(classes.get(wanted.device_class, {}))
    return (one for one in devices(estate) if one.driver in drivers)


def _repelled(device: Device, wanted: Wanted) -> bool:
    return any(not wanted.tolerates(taint) for taint in device.taints)


def _most_on_one_node(free: Sequence[Device]) -> int:
    count: dict[str, int] = defaultdict(int)
    for one in free:
        count[one.node] += 1
    return max(count.values(), default=0)


def _told(
    case: Case, code: str, sentence: str, proof: tuple[Evidence, ...], claim: Ref, *cures: Cure
) -> Finding:
    said = message_of(condition(case.pod, "PodScheduled"))
    evidence = (*proof, case.field(_SAID, said)) if said else proof
    uses = Relation(source=case.subject, edge=Edge.USES, target=claim)
    return with_cures(case.finding(code, sentence, evidence, relations=(uses,)), *cures)


DRA_CLAIMS = Analyzer(
    "dra-claims",
    (CLAIM_MISSING, CLASS_MISSING, NO_SLICES, UNALLOCATED),
    ("Pod", CLAIM, TEMPLATE, CLASS, SLICE),
    _detect,
    still_missing,
)
