"""Workloads without the pods they should have, for reasons that no pod can show."""

from collections.abc import Iterable

from clusterwright.tools.analyzer import Analyzer, Suspicion
from clusterwright.tools.finding import Evidence, FieldEvidence, Finding
from clusterwright.tools.kubernetes.analyzers.missing_pods import MAKERS, refusal, short_of_pods
from clusterwright.tools.kubernetes.analyzers.pod import (
    message_of,
    severity_of,
    superseded,
    title,
    workload_of,
)
from clusterwright.tools.kubernetes.analyzers.refusal import UNAVAILABLE, understood
from clusterwright.tools.manifest import Manifest, condition, instant, namespace_of, text
from clusterwright.tools.ref import Ref
from clusterwright.tools.snapshot import Snapshot

CODE = UNAVAILABLE


def _detect(snapshot: Snapshot) -> Iterable[Suspicion]:
    for maker in short_of_pods(snapshot):
        refused = refusal(snapshot, maker)
        if refused is not None and " quota: " not in refused[0]:
            told = understood(refused[0], namespace_of(maker))
            if told.code == CODE:
                yield Suspicion(_finding(snapshot, maker, told.sentence, refused[1], told.fix))
    for job in snapshot.of_kind("Job"):
        failed = condition(job, "Failed")
        if failed.get("status") != "True" or _shown_by_pods(snapshot, job):
            continue
        if superseded(snapshot, job):
            continue
        path = "$.status.conditions[?(@.type=='Failed')].reason"
        reason, said = text(failed, "reason"), message_of(failed)
        evidence = FieldEvidence(ref=Ref.of(job), path=path, value=f"{reason}: {said}")
        sentence = f"Job failed and its pods are gone: {said or reason}"
        fix = _remedy(job, reason)
        yield Suspicion(_finding(snapshot, job, sentence, evidence, fix))


def _remedy(job: Manifest, reason: str) -> str:
    if reason == "DeadlineExceeded":
        return "Raise activeDeadlineSeconds of the Job, or let it do less at a time."
    if text(job, "spec", "template", "spec", "restartPolicy") == "OnFailure":
        return "Run it again with restartPolicy Never, which keeps the failed pods and their logs."
    return "Run it again, and read the log of its pods before they are deleted."


def _shown_by_pods(snapshot: Snapshot, job: Manifest) -> bool:
    children = snapshot.children(Ref.of(job))
    return any(text(one, "kind") == "Pod" for one in children)


def _finding(
    snapshot: Snapshot, maker: Manifest, sentence: str, evidence: Evidence, fix: str
) -> Finding:
    subject = workload_of(snapshot, maker)
    since = condition(maker, "ReplicaFailure") or condition(maker, "Failed")
    return Finding(
        code=CODE,
        severity=severity_of(snapshot, subject),
        subject=subject,
        title=title(sentence),
        evidence=(evidence,),
        since=instant(since, "lastTransitionTime"),
        fixes=(fix,),
    )


WORKLOAD = Analyzer("workload", (CODE,), (*MAKERS, "Deployment", "Pod", "Event"), _detect)
