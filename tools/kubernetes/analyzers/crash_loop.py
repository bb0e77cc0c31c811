"""Containers that end with an error again and again."""

from datetime import timedelta

from clusterwright.tools.finding import Evidence, Finding
from clusterwright.tools.kubernetes.analyzers.case import Case
from clusterwright.tools.kubernetes.analyzers.pod import (
    RECENT,
    Container,
    age,
    event_evidence,
    events_of,
    message_of,
    overcome,
)
from clusterwright.tools.manifest import condition, instant, number, text

CODE = "pod/crash-loop"

START_REASONS = frozenset({"StartError", "ContainerCannotRun", "RunContainerError"})
"""What the kubelet says of a container whose process never began."""
_BACK_OFF = "CrashLoopBackOff"
_SETTLED = timedelta(minutes=1)
_OFTEN, _SLOWEST = 5, timedelta(hours=2)
"""What has ended so often, as by a leak that fills its memory in half an hour, will end again."""
_RUNTIME = "unable to start container process: "
"""What runc says last before it says why."""


def suspect(case: Case, container: Container) -> Finding | None:
    """Return a finding when the container keeps ending with an error."""
    ended = container.terminated
    code = number(ended, "exitCode")
    waiting = text(container.waiting, "reason")
    evidence: list[Evidence]
    if waiting == _BACK_OFF:
        evidence = [case.field(container.path("state", "waiting", "reason"), waiting)]
    elif not ended or recovered(case, container) or not _repeats(case, container):
        return None
    else:
        evidence = []
    if ended:  # the kubelet may have cleaned up what was left of the last run
        path = container.path(container.ended_in, "terminated", "exitCode")
        evidence.append(case.field(path, str(code)))
    evidence.append(case.field(container.path("restartCount"), str(container.restarts)))
    kind = "Init container" if container.init else "Container"
    verb = "keeps ending" if container.restarts else "ended"
    sentence = f'{kind} "{container.name}" {verb}'
    sentence += f" with exit code {code}{_signal(code)}" if ended else ""
    said = message_of(ended).rpartition(_RUNTIME)[2]
    if said:
        evidence.append(
            case.field(container.path(container.ended_in, "terminated", "message"), said)
        )
        sentence = f"{sentence}: {said}"
    hook = [
        event
        for event in events_of(case.snapshot, case.ref, "FailedPostStartHook")
        if f"{{{container.name}}}" in text(event, "involvedObject", "fieldPath")
    ]
    if hook:
        sentence = f'{kind} "{container.name}" is ended because its postStart hook fails'
        evidence.append(event_evidence(hook[0], case.ref))
    fix = _remedy(case, container, of_hook=bool(hook))
    return case.finding(
        CODE, sentence, tuple(evidence), fixes=(fix,), since=case.failing_since(ended)
    )


def _remedy(case: Case, container: Container, *, of_hook: bool) -> str:
    """Return what to do, which depends on whether the program itself has failed."""
    name, ended = f'container "{container.name}"', container.terminated
    if of_hook:
        return f"Repair the postStart hook of {name}."
    if text(ended, "reason") in START_REASONS:
        return f"Change what the runtime objects to in {name}; its program never began."
    if ended and not number(ended, "exitCode"):
        return f"Make the program of {name} stay, or run work that ends as a Job."
    if text(case.pod, "status", "phase") == "Failed":
        return f"Repair what the log of {name} names, then run it again."
    return f"Repair what the log of {name} names; the kubelet starts it again by itself."


def recovered(case: Case, container: Container) -> bool:
    """Return whether the container runs well again after its last end.

    One end is forgiven once it is ready: what starts before its database does so in every
    cluster. More ends are forgiven after a run that is longer than a minute and than the last. It
    is the run that counts: the back-off before it may be longer than any run was.
    """
    if not container.running:
        return False
    ended = container.terminated
    finished, started = instant(ended, "finishedAt"), instant(ended, "startedAt")
    # The kubelet dates the start of a process that never began to 1970.
    began = started if started and started.timestamp() > 0 else finished
    lasted = finished - began if finished and began else timedelta(0)
    habit = 2 * max(lasted, age(case.snapshot, case.pod) / max(container.restarts, 1))
    habit = min(habit, _SLOWEST) if container.restarts >= _OFTEN else timedelta(0)
    if finished is None or case.snapshot.now - finished > max(RECENT, habit):
        return True
    if not container.ready:
        return False
    if container.restarts <= 1 and text(ended, "reason") != "OOMKilled":
        return True
    again = instant(container.status, "state", "running", "startedAt") or finished
    return case.snapshot.now - again > max(_SETTLED, 2 * lasted, habit)


def forgiven(case: Case) -> bool:
    """Return whether how its containers ended no longer matters.

    A Failed pod that restarts its containers was evicted or lost its node, and its controller
    has replaced it; one of a Job that completed has had a successor.
    """
    if overcome(case.snapshot, case.pod):
        return True
    if text(case.pod, "status", "phase") != "Failed":
        return False
    restarts = text(case.pod, "spec", "restartPolicy") not in {"Never", "OnFailure"}
    return restarts or bool(text(case.pod, "status", "reason"))


def _repeats(case: Case, container: Container) -> bool:
    failed = number(container.terminated, "exitCode") != 0
    if text(case.pod, "status", "phase") == "Failed":
        return failed and not _given_up(case)
    # What ends well is wrong only where it is to run for ever.
    endless = text(case.pod, "spec", "restartPolicy") in {"", "Always"} and not container.init
    if not failed and (not endless or container.running):
        return False
    return container.restarts > 1 or (container.restarts == 1 and not container.running)


def _given_up(case: Case) -> bool:
    """Return whether the pod is one of a Job that failed, which is told of the Job itself."""
    owners = [case.snapshot.get(ref) for ref in case.snapshot.owners(case.pod)]
    return any(
        condition(one, "Failed").get("status") == "True"
        for one in owners
        if one is not None and text(one, "kind") == "Job"
    )


def _signal(code: int) -> str:
    return {137: " (SIGKILL)", 139: " (SIGSEGV)", 143: " (SIGTERM)", 134: " (SIGABRT)"}.get(
        code, ""
    )
