"""A Cluster whose topology cannot be worked out, so that no change of it takes effect."""

from collections.abc import Iterable, Iterator

from clusterwright.tools.analyzer import Analyzer, Fulfilled, ReadRequest, Suspicion
from clusterwright.tools.cluster_api.analyzers.class_templates import (
    BEHIND,
    missing,
    templates_of,
)
from clusterwright.tools.cluster_api.analyzers.fleet import by_class
from clusterwright.tools.cluster_api.analyzers.told import lasting, proof, titled
from clusterwright.tools.cluster_api.condition import Condition, condition_of
from clusterwright.tools.cluster_api.estate import CLASS, CLUSTER, Estate, class_of, estate_of
from clusterwright.tools.cluster_api.patience import STEP
from clusterwright.tools.cluster_api.topology_reason import (
    BLOCKING,
    CLASS_BEHIND,
    RECONCILED,
    REFUSED,
    hook_blocks,
)
from clusterwright.tools.finding import AbsenceEvidence, Edge, Finding, Relation, Severity
from clusterwright.tools.manifest import Manifest, text
from clusterwright.tools.ref import Ref
from clusterwright.tools.snapshot import Snapshot

FAILED, NO_CLASS = "cluster/topology-failed", "cluster/class-missing"
HOOK = "cluster/hook-blocking"
_NAME_ONE = ("Create the ClusterClass, or name one that exists.",)
_CONTRACT = "contract version label"


def _detect(snapshot: Snapshot) -> Iterable[Suspicion]:
    estate = estate_of(snapshot)
    yield from by_class(
        (cluster, one)
        for cluster in estate.clusters
        if not (estate.at_rest(cluster) or text(cluster, "metadata", "deletionTimestamp"))
        for one in _of_cluster(estate, cluster)
    )


def _of_cluster(estate: Estate, cluster: Manifest) -> Iterator[Suspicion]:
    snapshot = estate.snapshot
    found = condition_of(cluster, RECONCILED)
    wanted = class_of(cluster)
    if wanted and estate.lacks(wanted):
        yield Suspicion(_no_class(cluster, wanted), (ReadRequest(wanted),))
    elif found is None or found.status != "False":
        return
    elif _CONTRACT in found.message:
        return  # told on the provider's kind
    elif BEHIND in found.message and wanted:
        yield from _class_behind(estate, cluster, wanted, found)
    elif found.reason in REFUSED or (
        found.reason in CLASS_BEHIND and lasting(found.since, snapshot.now, STEP)
    ):
        # A class of a namespace that was not asked about may be what is missing.
        unread = wanted and snapshot.get(wanted) is None
        requests = (ReadRequest(wanted),) if wanted and unread else ()
        yield Suspicion(_failed(cluster, wanted, found), requests)
    elif hook_blocks(found) and lasting(found.since, snapshot.now, STEP):
        yield Suspicion(_hook(cluster, wanted, found))


def _class_behind(
    estate: Estate, cluster: Manifest, wanted: Ref, found: Condition
) -> Iterator[Suspicion]:
    """Yield what may pass within seconds, unless the class refers to what does not exist."""
    late = lasting(found.since, estate.snapshot.now, STEP)
    finding = _failed(cluster, wanted, found)
    requests = templates_of(estate.snapshot.get(wanted) or {})
    if late:
        yield Suspicion(finding, requests)
    elif requests:  # without a time it is told only if a template is missing
        yield Suspicion(finding.model_copy(update={"since": None}), requests)


def _failed(cluster: Manifest, wanted: Ref | None, found: Condition) -> Finding:
    return Finding(
        code=FAILED,
        severity=Severity.WARNING,
        subject=Ref.of(cluster),
        title=titled("Its topology cannot be reconciled", found.message or found.reason),
        evidence=proof(cluster, found),
        since=found.since,
        relations=_uses(cluster, wanted),
        fixes=("Correct the variable or class that the message names.",),
    )


def _hook(cluster: Manifest, wanted: Ref | None, found: Condition) -> Finding:
    _, _, named = found.message.partition(BLOCKING)
    said = named.partition("\n")[0] or found.message
    return Finding(
        code=HOOK,
        severity=Severity.WARNING,
        subject=Ref.of(cluster),
        title=titled("A lifecycle hook does not let its topology go on", said.lstrip(" :")),
        evidence=proof(cluster, found),
        since=found.since,
        relations=_uses(cluster, wanted),
        fixes=(
            "See the runtime extension that answers the hook: its ExtensionConfig and its log.",
        ),
    )


def _no_class(cluster: Manifest, wanted: Ref) -> Finding:
    return Finding(
        code=NO_CLASS,
        severity=Severity.WARNING,
        subject=Ref.of(cluster),
        title=_absent(wanted),
        evidence=(AbsenceEvidence(ref=wanted),),
        relations=_uses(cluster, wanted),
        fixes=_NAME_ONE,
    )


def _absent(wanted: Ref) -> str:
    return f"Its ClusterClass {wanted.namespace}/{wanted.name} does not exist"


def _uses(cluster: Manifest, wanted: Ref | None) -> tuple[Relation, ...]:
    return (Relation(source=Ref.of(cluster), edge=Edge.USES, target=wanted),) if wanted else ()


def _refine(suspicion: Suspicion, fulfilled: Fulfilled) -> Finding | None:
    """Drop a missing class that exists by now, or that was only not read with this namespace."""
    finding = suspicion.finding
    refs = [one.ref for one in suspicion.requests if isinstance(one, ReadRequest)]
    absent = [one for one in refs if fulfilled.objects.get(ReadRequest(one), {}) is None]
    classes = [one for one in absent if _is_class(one)]
    if finding.code == NO_CLASS:
        return finding if classes else None
    if classes:
        return _without_class(finding, classes[0])
    if absent:
        return missing(finding, absent)
    is_late = finding.since is not None or all(_is_class(one) for one in refs)
    return finding if is_late else None


def _is_class(ref: Ref) -> bool:
    return f"{ref.kind}.{ref.group}" == CLASS


def _without_class(finding: Finding, wanted: Ref) -> Finding:
    """Return a finding that says of a topology that fails that its class is what is missing."""
    named = {"code": NO_CLASS, "title": _absent(wanted), "fixes": _NAME_ONE}
    evidence = (AbsenceEvidence(ref=wanted), *finding.evidence)
    return finding.model_copy(update=named | {"evidence": evidence})


TOPOLOGY = Analyzer("topology", (FAILED, NO_CLASS, HOOK), (CLUSTER, CLASS), _detect, _refine)
