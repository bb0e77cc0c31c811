"""NVIDIADrivers that want the same node, or to be the default one: the operator takes none."""

from collections.abc import Iterable, Sequence

from clusterwright.tools.analyzer import Analyzer, ReadRequest, Suspicion, unless_gone
from clusterwright.tools.excerpt import few
from clusterwright.tools.finding import Evidence, ask
from clusterwright.tools.gpu.analyzers.about import (
    PLAN,
    Cure,
    about,
    elsewhere,
    of_condition,
    shown,
)
from clusterwright.tools.gpu.analyzers.operator_state import CONFLICTS, counts
from clusterwright.tools.gpu.estate import NVIDIA_DRIVER, estate_of
from clusterwright.tools.kubernetes.analyzers.pod import message_of
from clusterwright.tools.kubernetes.remedies.remedy import patch
from clusterwright.tools.manifest import Manifest, condition, name_of, truth
from clusterwright.tools.ref import Ref
from clusterwright.tools.snapshot import Snapshot

CODE = "gpu/driver-conflict"


def _detect(snapshot: Snapshot) -> Iterable[Suspicion]:
    drivers = sorted(filter(counts, estate_of(snapshot).of_kind(NVIDIA_DRIVER)), key=name_of)
    conflicting = [one for one in drivers if _conflicts(one)]
    defaults = [one for one in drivers if truth(one, "spec", "default")]
    if conflicting:
        said = message_of(condition(conflicting[0], "Error"))
        evidence = tuple(
            proof
            for one in conflicting
            for proof in of_condition(one, "Error", condition(one, "Error"))
        )
        cure = _apart(conflicting)
        yield _suspicion(conflicting, f"Node selectors overlap: {said}", evidence, cure)
    elif len(defaults) > 1:
        names = few([name_of(one) for one in defaults], 3)
        evidence = tuple(shown(one, "$.spec.default", "true") for one in defaults)
        cure = _one_default(defaults[-1], names)
        sentence = f"{len(defaults)} NVIDIADrivers are the default one: {names}"
        yield _suspicion(defaults, sentence, evidence, cure)


def _apart(drivers: Sequence[Manifest]) -> Cure:
    say = "Make the node selectors exclude each other: one NVIDIADriver for each node"
    names = few([name_of(one) for one in drivers], 3)
    one = drivers[-1]
    label = ask(f"a label that only nodes of {name_of(one)} have; {names} overlap")
    selector = {label: ask("its value")}
    return elsewhere(say, PLAN, patch(Ref.of(one), {"spec.nodeSelector": selector}))


def _one_default(driver: Manifest, names: str) -> Cure:
    say = "Leave spec.default at one NVIDIADriver, and set it to false at the others"
    consent = ask(f"false, if {name_of(driver)} is not to be the default; they are {names}")
    return elsewhere(say, PLAN, patch(Ref.of(driver), {"spec.default": consent}))


def _conflicts(one: Manifest) -> bool:
    failed = condition(one, "Error")
    return failed.get("status") == "True" and failed.get("reason") == CONFLICTS


def _suspicion(
    drivers: Sequence[Manifest], sentence: str, evidence: tuple[Evidence, ...], cure: Cure
) -> Suspicion:
    refs = tuple(map(Ref.of, drivers))
    finding = about(CODE, refs[0], sentence, evidence, cure, members=refs)
    return Suspicion(finding, (ReadRequest(refs[0]),))


DRIVER_CONFLICT = Analyzer("driver-conflict", (CODE,), (NVIDIA_DRIVER,), _detect, unless_gone)
