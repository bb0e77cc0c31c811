"""Workloads without the pods they should have, for reasons that no pod can show."""

from collections.abc import Iterable

from clusterwright.tools.analyzer import Analyzer, Suspicion
from clusterwright.tools.finding import Evidence, Finding
from clusterwright.tools.kubernetes.analyzers.missing_pods import MAKERS, refusal, short_of_pods
from clusterwright.tools.kubernetes.analyzers.pod import severity_of, title, workload_of
from clusterwright.tools.kubernetes.analyzers.refusal import UNAVAILABLE, understood
from clusterwright.tools.manifest import Manifest, condition, instant, namespace_of
from clusterwright.tools.snapshot import Snapshot

CODE = UNAVAILABLE


def _detect(snapshot: Snapshot) -> Iterable[Suspicion]:
    for maker in short_of_pods(snapshot):
        refused = refusal(snapshot, maker)
        if refused is not None and " quota: " not in refused[0]:
            told = understood(refused[0], namespace_of(maker))
            if told.code == CODE:
                yield Suspicion(_finding(snapshot, maker, told.sentence, refused[1], told.fix))


def _finding(
    snapshot: Snapshot, maker: Manifest, sentence: str, evidence: Evidence, fix: str
) -> Finding:
    subject = workload_of(snapshot, maker)
    since = condition(maker, "ReplicaFailure")
    return Finding(
        code=CODE,
        severity=severity_of(snapshot, subject),
        subject=subject,
        title=title(sentence),
        evidence=(evidence,),
        since=instant(since, "lastTransitionTime"),
        fixes=(fix,),
    )


WORKLOAD = Analyzer("workload", (CODE,), (*MAKERS, "Deployment", "Event"), _detect)
