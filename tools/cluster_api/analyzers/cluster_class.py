"""ClusterClasses that no cluster can be worked out from, or that name old versions of templates."""

from collections.abc import Iterable

from clusterwright.tools.analyzer import Analyzer, Suspicion
from clusterwright.tools.cluster_api.analyzers.told import lasting, proof, titled
from clusterwright.tools.cluster_api.condition import Condition, condition_of
from clusterwright.tools.cluster_api.estate import CLASS, CLUSTER, class_of, estate_of, paused
from clusterwright.tools.cluster_api.patience import FLAKE
from clusterwright.tools.excerpt import one_line
from clusterwright.tools.finding import Edge, Evidence, FieldEvidence, Finding, Relation, Severity
from clusterwright.tools.manifest import Manifest, items, text, truth
from clusterwright.tools.quotation import word
from clusterwright.tools.ref import Ref
from clusterwright.tools.snapshot import Snapshot

UNKNOWN, OUTDATED = "class/variables-unknown", "class/templates-outdated"


def _detect(snapshot: Snapshot) -> Iterable[Suspicion]:
    estate = estate_of(snapshot)
    used: dict[Ref, list[Ref]] = {}
    for cluster in estate.clusters:
        of = class_of(cluster)
        if of is not None:
            used.setdefault(of, []).append(Ref.of(cluster))
    for one in snapshot.of_kind(CLASS):
        if paused(one) or text(one, "metadata", "deletionTimestamp"):
            continue
        clusters = tuple(used.get(Ref.of(one), ()))
        ready = condition_of(one, "VariablesReady", "VariablesReconciled")
        conflicts = _conflicts(one)
        fails = ready is not None and ready.status == "False"
        if fails and ready is not None and lasting(ready.since, snapshot.now, FLAKE):
            yield Suspicion(_unknown(one, ready, clusters))
        elif conflicts:
            yield Suspicion(_conflict(one, conflicts, clusters))
        current = condition_of(one, "RefVersionsUpToDate")
        if current is not None and current.status == "False":
            yield Suspicion(_outdated(one, current, clusters))


def _conflicts(one: Manifest) -> list[str]:
    found = items(one, "status", "variables")
    return [text(v, "name") for v in found if truth(v, "definitionsConflict")]


def _unknown(one: Manifest, found: Condition, clusters: tuple[Ref, ...]) -> Finding:
    return Finding(
        code=UNKNOWN,
        severity=Severity.WARNING,
        subject=Ref.of(one),
        title=titled("Its variables cannot be discovered", found.message or found.reason),
        evidence=proof(one, found),
        since=found.since,
        members=clusters,
        relations=_uses(one, clusters),
        fixes=("See the runtime extension that defines them: its ExtensionConfig and its pods.",),
    )


def _conflict(one: Manifest, names: list[str], clusters: tuple[Ref, ...]) -> Finding:
    field = FieldEvidence(
        ref=Ref.of(one),
        path="$.status.variables[?(@.definitionsConflict==true)].name",
        value=one_line(", ".join(names)),
    )
    told: tuple[Evidence, ...] = (field,)
    return Finding(
        code=UNKNOWN,
        severity=Severity.WARNING,
        subject=Ref.of(one),
        title=f"Its variable {word(one_line(names[0], 60))} has several definitions that differ",
        evidence=told,
        members=clusters,
        relations=_uses(one, clusters),
        fixes=("Let the class and its patches define the variable alike, or only once.",),
    )


def _outdated(one: Manifest, found: Condition, clusters: tuple[Ref, ...]) -> Finding:
    return Finding(
        code=OUTDATED,
        severity=Severity.INFO,
        subject=Ref.of(one),
        title=titled("It names templates by an old API version", found.message or found.reason),
        evidence=proof(one, found),
        since=found.since,
        relations=_uses(one, clusters),
        fixes=("Name the latest apiVersion in the class before that version is no longer served.",),
    )


def _uses(one: Manifest, clusters: tuple[Ref, ...]) -> tuple[Relation, ...]:
    of = Ref.of(one)
    return tuple(Relation(source=each, edge=Edge.USES, target=of) for each in clusters)


CLUSTER_CLASS = Analyzer("cluster class", (UNKNOWN, OUTDATED), (CLASS, CLUSTER), _detect)
