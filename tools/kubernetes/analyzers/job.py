"""Jobs that gave up, and CronJobs whose latest run did."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from clusterwright.tools.analyzer import Analyzer, Fulfilled, LogRequest, Suspicion
from clusterwright.tools.finding import Evidence, FieldEvidence, Finding, Severity
from clusterwright.tools.kubernetes.analyzers.pod import (
    age,
    containers,
    message_of,
    superseded,
    title,
    workload_of,
)
from clusterwright.tools.kubernetes.analyzers.pod import severity_of as severity_of_workload
from clusterwright.tools.kubernetes.calls import told_in_log
from clusterwright.tools.manifest import Manifest, condition, instant, number, text
from clusterwright.tools.ref import Ref
from clusterwright.tools.snapshot import Snapshot

CODE = "job/failed"

_HISTORY = timedelta(days=1)
_REASON = "$.status.conditions[?(@.type=='Failed')].reason"


def failed(job: Manifest) -> bool:
    """Return whether a Job has given up for good."""
    return condition(job, "Failed").get("status") == "True"


def _detect(snapshot: Snapshot) -> Iterable[Suspicion]:
    for job in snapshot.of_kind("Job"):
        if failed(job) and not superseded(snapshot, job):
            yield _suspicion(snapshot, job)


def _suspicion(snapshot: Snapshot, job: Manifest) -> Suspicion:
    ref, told = Ref.of(job), condition(job, "Failed")
    reason, said = text(told, "reason"), message_of(told)
    evidence: list[Evidence] = [FieldEvidence(ref=ref, path=_REASON, value=f"{reason}: {said}")]
    sentence, requests = _sentence(job, reason, said), ()
    last = _last_failed(snapshot, job)
    if last is not None:
        pod, container, code, path = last
        evidence.append(FieldEvidence(ref=pod, path=path, value=str(code)))
        sentence += f'; container "{container}" of its last pod exits with {code}'
        requests = (LogRequest(pod, container),)
    subject = workload_of(snapshot, job)
    return Suspicion(
        Finding(
            code=CODE,
            severity=_severity(snapshot, subject, instant(told, "lastTransitionTime")),
            subject=subject,
            title=title(sentence),
            evidence=tuple(evidence),
            since=instant(told, "lastTransitionTime"),
            members=(ref,),
            fixes=(_remedy(job, reason, seen=last is not None),),
        ),
        requests,
    )


def _severity(snapshot: Snapshot, subject: Ref, since: datetime | None) -> Severity:
    """Return how much it hurts: a Job by itself that failed days ago is history to most."""
    if subject.kind == "Job" and since is not None and snapshot.now - since > _HISTORY:
        return Severity.INFO
    return severity_of_workload(snapshot, subject)


def _sentence(job: Manifest, reason: str, said: str) -> str:
    match reason:
        case "BackoffLimitExceeded":
            return f"The Job gave up after {max(number(job, 'status', 'failed'), 1)} failures"
        case "DeadlineExceeded":
            seconds = number(job, "spec", "activeDeadlineSeconds")
            return f"The Job was ended after its {seconds} s (activeDeadlineSeconds)"
        case _:
            return f"The Job failed: {said or reason or 'without a reason'}"


def _last_failed(snapshot: Snapshot, job: Manifest) -> tuple[Ref, str, int, str] | None:
    """Return the newest pod that failed, its container that did, the exit code and where it is."""
    pods = [pod for pod in snapshot.children(Ref.of(job)) if text(pod, "kind") == "Pod"]
    for pod in sorted(pods, key=lambda one: age(snapshot, one)):
        if text(pod, "status", "phase") != "Failed":
            continue
        for container in containers(pod):
            code = number(container.terminated, "exitCode")
            if code:
                path = container.path(container.ended_in, "terminated", "exitCode")
                return Ref.of(pod), container.name, code, path
    return None


def _remedy(job: Manifest, reason: str, *, seen: bool) -> str:
    if reason == "DeadlineExceeded":
        return "Raise activeDeadlineSeconds of the Job, or let it do less at a time."
    if seen:
        return "Repair what the log of its last pod names, then run the Job again."
    if text(job, "spec", "template", "spec", "restartPolicy") == "OnFailure":
        return "Run it again with restartPolicy Never, which keeps the failed pods and their logs."
    return "Run it again, and read the log of its pods before they are deleted."


def _refine(suspicion: Suspicion, fulfilled: Fulfilled) -> Finding:
    finding = suspicion.finding
    for request in suspicion.requests:
        said = told_in_log(request, fulfilled)
        if said:
            update: dict[str, object] = {
                "evidence": (*finding.evidence, *said),
                "title": title(f"{finding.title}: {said[0].line}"),
            }
            finding = finding.model_copy(update=update)
    return finding


JOB = Analyzer("job", (CODE,), ("Job", "CronJob", "Pod"), _detect, _refine)
