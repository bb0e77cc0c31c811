"""NVIDIADrivers that want the same node, or to be the default one: the operator takes none."""

from collections.abc import Iterable, Sequence

from clusterwright.tools.analyzer import Analyzer, ReadRequest, Suspicion
from clusterwright.tools.excerpt import few
from clusterwright.tools.finding import Evidence
from clusterwright.tools.gpu.analyzers.about import Cure, about, of_condition, shown, unless_gone
from clusterwright.tools.gpu.analyzers.operator_state import CONFLICTS, counts
from clusterwright.tools.gpu.estate import NVIDIA_DRIVER, estate_of
from clusterwright.tools.kubernetes.analyzers.pod import message_of
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
        cure = Cure("Make the node selectors exclude each other: one NVIDIADriver for each node")
        yield _suspicion(conflicting, f"Node selectors overlap: {said}", evidence, cure)
    elif len(defaults) > 1:
        names = few([name_of(one) for one in defaults], 3)
        evidence = tuple(shown(one, "$.spec.default", "true") for one in defaults)
        cure = Cure("Leave spec.default at one NVIDIADriver, and set it to false at the others")
        sentence = f"{len(defaults)} NVIDIADrivers are the default one: {names}"
        yield _suspicion(defaults, sentence, evidence, cure)


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
