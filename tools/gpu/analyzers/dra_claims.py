"""Claims that get no devices while pods wait for them: one cause for each, in the claim's order."""

import re
from collections.abc import Iterable, Sequence

from clusterwright.tools.analyzer import Analyzer, ReadRequest, Suspicion
from clusterwright.tools.excerpt import few
from clusterwright.tools.finding import Edge, Evidence, Finding, Relation
from clusterwright.tools.gpu.analyzers.about import Cure, shown, with_cures
from clusterwright.tools.gpu.analyzers.claim_cures import other_template
from clusterwright.tools.gpu.analyzers.dra import named_by, waiting_by_claims, wanted_by
from clusterwright.tools.gpu.analyzers.dra_offer import Offers
from clusterwright.tools.gpu.dra.claims import (
    CLAIM,
    CLASS,
    TEMPLATE,
    classes,
    is_allocated,
    requests_of,
)
from clusterwright.tools.gpu.dra.device import SLICE, Pools
from clusterwright.tools.gpu.dra.request import Way, class_names
from clusterwright.tools.gpu.estate import Estate, estate_of
from clusterwright.tools.kubernetes.analyzers.absence import still_missing
from clusterwright.tools.kubernetes.analyzers.case import Case
from clusterwright.tools.kubernetes.analyzers.nearest import nearest
from clusterwright.tools.kubernetes.analyzers.pod import message_of
from clusterwright.tools.manifest import Manifest, condition
from clusterwright.tools.quotation import word
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
        suspicion = next(filter(None, (_cause(case, ref) for ref in named_by(pod))), None)
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
    wanted = list(wanted_by(estate, claim))
    found = _class_missing(estate, case, claim)
    found = found or next(filter(None, (_no_slices(case, claim, one) for one in wanted)), None)
    if found is not None or not _OF_CLAIMS.search(message_of(condition(case.pod, "PodScheduled"))):
        return found
    finding = next(filter(None, (_unallocated(case, claim, one) for one in wanted)), None)
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


def _class_missing(estate: Estate, case: Case, claim: Manifest) -> Suspicion | None:
    known = estate.derived(classes)
    named = (name for one in requests_of(claim) for _, name in class_names(one))
    absent = next((name for name in named if name not in known), None)
    if not estate.was_read(CLASS) or absent is None:
        return None
    near = nearest(absent, known)
    others = word(near) if near else few([word(one) for one in sorted(known)], 3)
    hint = f"; there is {others}" if others else "; there is none at all"
    sentence = f'DeviceClass "{word(absent)}" does not exist{hint}'
    say = "Correct deviceClassName, or install the DRA driver that brings the class"
    question = f"the DeviceClass to ask for in place of {word(absent)}{hint}"
    fix = other_template(case, claim, "deviceClassName", question, say)
    proof = (shown(claim, _CLASS, absent),)
    finding = _told(case, CLASS_MISSING, sentence, proof, Ref.of(claim), fix)
    return Suspicion(finding, (ReadRequest(Ref(CLASS, absent)),))


def _no_slices(case: Case, claim: Manifest, ways: Sequence[Way]) -> Suspicion | None:
    """Return that no driver publishes what a request may mean, if its classes name drivers."""
    estate = estate_of(case.snapshot)
    offered = estate.derived(Pools).drivers
    drivers = sorted({driver for way in ways for driver in way.drivers})
    if not estate.was_read(SLICE) or not all(way.drivers for way in ways) or not drivers:
        return None
    if any(way.may_be_of(driver) for way in ways for driver in offered):
        return None
    others = f"; others do: {few(sorted(offered), 3)}" if offered else ""
    sentence = f"No node offers a device of DRA driver {few(drivers, 2)}{others}"
    proof = shown(claim, _CLASS, ways[0].device_class)
    fix = Cure(f"See whether the kubelet plugin of {drivers[0]} runs on the nodes with devices")
    return Suspicion(_told(case, NO_SLICES, sentence, (proof,), Ref.of(claim), fix))


def _unallocated(case: Case, claim: Manifest, ways: Sequence[Way]) -> Finding | None:
    """Return what keeps a request from devices that there are: all given away, or no match."""
    offers = estate_of(case.snapshot).derived(Offers).of(ways)
    if not offers or any(one.would_do for one in offers) or offers[0].lack is None:
        return None
    sentence, fix = offers[0].lack
    proof = (shown(claim, _CLASS, ways[0].device_class),)
    fix = _other_wish(case, claim, ways[0], fix)
    return _told(case, UNALLOCATED, sentence, proof, Ref.of(claim), fix)


def _other_wish(case: Case, claim: Manifest, way: Way, fix: Cure) -> Cure:
    """Return what helps, as a template with another selector or a smaller number if it has one."""
    if way.own:
        question = "a CEL expression that devices match: a ResourceSlice shows their attributes"
        return other_template(case, claim, "expression", question, fix.say)
    if way.count > 1:
        question = f"how many devices it can do with, of the {way.count} that it asks for"
        return other_template(case, claim, "count", question, fix.say)
    return fix


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
