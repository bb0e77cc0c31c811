"""Profiles that wait for a profile which is not there, or not for the same cluster."""

from collections.abc import Iterable

from clusterwright.tools.analyzer import Analyzer, Fulfilled, ReadRequest, Suspicion
from clusterwright.tools.cluster_api.sveltos.decides import above
from clusterwright.tools.cluster_api.sveltos.kinds import (
    CLUSTER_PROFILE,
    PROFILE,
    SUMMARY,
    cluster_of,
    profile_of,
)
from clusterwright.tools.excerpt import one_line
from clusterwright.tools.finding import (
    AbsenceEvidence,
    Edge,
    Evidence,
    FieldEvidence,
    Finding,
    Relation,
    Severity,
)
from clusterwright.tools.manifest import Manifest, text, texts
from clusterwright.tools.ref import Ref, legal
from clusterwright.tools.snapshot import Snapshot

CODE = "profile/dependency-missing"


def _detect(snapshot: Snapshot) -> Iterable[Suspicion]:
    summaries = snapshot.of_kind(SUMMARY)
    there = {(profile_of(one), cluster_of(one)) for one in summaries}
    for one in summaries:
        own, cluster = profile_of(one), cluster_of(one)
        if own is None or text(one, "metadata", "deletionTimestamp"):
            continue
        kind = CLUSTER_PROFILE if own.kind == "ClusterProfile" else PROFILE
        for name in texts(one, "spec", "clusterProfileSpec", "dependsOn"):
            needed = legal(own.kind, name, own.namespace, f"{own.group}/any")
            if needed is None or not snapshot.was_read(kind):
                continue
            if snapshot.get(needed) is None:
                gone: tuple[Evidence, ...] = (AbsenceEvidence(ref=needed),)
                title = f"It waits for {needed}, which does not exist"
                finding = _finding(snapshot, one, needed, title, gone)
                yield Suspicion(finding, (ReadRequest(needed),))
            elif (needed, cluster) not in there:
                title = f"It waits for {needed}, which is not for the same clusters"
                yield Suspicion(_finding(snapshot, one, needed, title, ()))


def _finding(
    snapshot: Snapshot, one: Manifest, needed: Ref, title: str, evidence: tuple[Evidence, ...]
) -> Finding:
    own, profile = Ref.of(one), profile_of(one) or Ref.of(one)
    said = text(one, "status", "dependencies") or needed.name
    waits = FieldEvidence(ref=own, path="$.status.dependencies", value=one_line(said, 600))
    needs = Relation(source=profile, edge=Edge.USES, target=needed)
    return Finding(
        code=CODE,
        severity=Severity.WARNING,
        subject=profile,
        title=title,
        evidence=(*evidence, waits),
        members=(own,),
        relations=(needs, *above(snapshot, one)),
        fixes=("Take the name out of dependsOn, or make a profile of it for these clusters.",),
    )


def _refine(suspicion: Suspicion, fulfilled: Fulfilled) -> Finding | None:
    for request in suspicion.requests:
        if isinstance(request, ReadRequest) and fulfilled.objects.get(request, {}) is not None:
            return None
    return suspicion.finding


DEPENDENCY = Analyzer(
    "dependency of a profile", (CODE,), (SUMMARY, CLUSTER_PROFILE, PROFILE), _detect, _refine
)
