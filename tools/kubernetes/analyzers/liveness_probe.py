"""Containers that the kubelet restarts because a liveness or start-up probe fails."""

import re

from clusterwright.tools.finding import FieldEvidence, Finding
from clusterwright.tools.kubernetes.analyzers.case import Case
from clusterwright.tools.kubernetes.analyzers.crash_loop import recovered
from clusterwright.tools.kubernetes.analyzers.pod import (
    Container,
    event_evidence,
    events_of,
    message_of,
)
from clusterwright.tools.kubernetes.analyzers.probe import describe, port_hint
from clusterwright.tools.manifest import Manifest, dig, instant, mapping, number, text

CODE = "pod/liveness-probe-failing"

_FIELD = {"liveness": "livenessProbe", "startup": "startupProbe"}
_PERIOD, _FAILURES = 10, 3
"""What the API server fills in where a probe does not say (core/v1 defaults)."""
_GRACE = 35
"""Seconds that a run may take to end once it is told to: 30 unless the pod says otherwise."""
_SIGKILL, _SIGTERM = 137, 143
_KILLED = re.compile(r"[Cc]ontainer \"?([a-z0-9-]+)\"? failed (liveness|startup) probe")


def suspect(case: Case, container: Container) -> Finding | None:
    """Return a finding when the kubelet restarts the container for its probe.

    The kubelet says so when it does, but drops events of a pod that has had many (client-go's
    spam filter: 25, then one in five minutes). What it said long ago counts as long as the
    container still ends as it does when it is told to; when nothing is left of what it said, how
    the container ends and after how long has to do.
    """
    if recovered(case, container) or (not container.restarts and container.ready):
        return None
    recent = events_of(case.snapshot, case.ref, "Killing")
    for event in recent or case.snapshot.events(case.ref):
        said = _KILLED.search(message_of(event))
        if said and said.group(1) == container.name and (event in recent or told_to(container)):
            return _finding(case, container, said.group(2), event)
    for kind in ("startup", "liveness"):
        probe = mapping(container.spec, _FIELD[kind])
        # A program that ends well may do so on its own; one that cannot answer its probe does not.
        killed = number(container.terminated, "exitCode") or port_hint(case.pod, container, probe)
        if killed and told_to(container) and _lasts_as_long(container, probe):
            return _finding(case, container, kind, None)
    return None


def told_to(container: Container) -> bool:
    """Return whether its last run ended as a run that is told to: well, by SIGTERM or SIGKILL."""
    code = dig(container.terminated, "exitCode")
    return bool(container.restarts) and code in {0, _SIGKILL, _SIGTERM}


def _lasts_as_long(container: Container, probe: Manifest) -> bool:
    """Return whether its last run took as long as the kubelet waits before it gives up on it."""
    ended = container.terminated
    started, finished = instant(ended, "startedAt"), instant(ended, "finishedAt")
    if not probe or started is None or finished is None:
        return False
    period = number(probe, "periodSeconds") or _PERIOD
    failures = number(probe, "failureThreshold") or _FAILURES
    delay = number(probe, "initialDelaySeconds")
    least = delay + (failures - 1) * period
    most = delay + (failures + 1) * period + number(probe, "timeoutSeconds") + _GRACE
    return least <= (finished - started).total_seconds() <= most


def _finding(case: Case, container: Container, kind: str, event: Manifest | None) -> Finding:
    probe = mapping(container.spec, _FIELD[kind])
    said, own = f"{kind} probe failed", f"{{{container.name}}}"
    failed = [
        one
        for one in reversed(case.snapshot.events(case.ref))
        if text(one, "reason") == "Unhealthy"
        and message_of(one).lower().startswith(said)
        and f"{{{container.name}}}" in (text(one, "involvedObject", "fieldPath") or own)
    ]
    hint = port_hint(case.pod, container, probe)
    told = [event_evidence(one, case.ref) for one in (event, *failed[:1]) if one is not None]
    sentence, fix = _words(container, kind, probe)
    found = case.finding(
        CODE,
        sentence + (f"; {hint}" if hint else ""),
        (*told, *_how_it_ended(case, container, kind, told=bool(told))),
        fixes=(fix,),
        since=case.failing_since(container.terminated),
    )
    return found if told else found.model_copy(update={"concluded": True})


def _words(container: Container, kind: str, probe: Manifest) -> tuple[str, str]:
    """Return what happens and what to do: a start-up probe ends what only needs more time."""
    name, asked = f'container "{container.name}"', describe(probe)
    if kind == "liveness":
        return (
            f"C{name[1:]} is restarted: its liveness probe {asked} fails",
            f"Make {name} answer its liveness probe in time, or correct the probe's port, path or"
            " timing.",
        )
    given = number(probe, "initialDelaySeconds") + (number(probe, "periodSeconds") or _PERIOD) * (
        number(probe, "failureThreshold") or _FAILURES
    )
    within = f" within {given} s" if probe else ""
    return (
        f"C{name[1:]} is restarted before it has started: its startup probe {asked} does not"
        f" succeed{within}",
        f"Give {name} more time to start (failureThreshold x periodSeconds of its startup probe),"
        " or correct the probe's port or path.",
    )


def _how_it_ended(
    case: Case, container: Container, kind: str, *, told: bool
) -> list[FieldEvidence]:
    """Return the restarts and, where no event proves the probe, what it is concluded from."""
    restarts = case.field(container.path("restartCount"), str(container.restarts))
    if told:
        return [restarts]
    ended, probe = container.terminated, mapping(container.spec, _FIELD[kind])
    path = container.path(container.ended_in, "terminated")
    run = f"exit code {number(ended, 'exitCode')}, {text(ended, 'startedAt')} to"
    given = (
        f"{describe(probe)}, every {number(probe, 'periodSeconds') or _PERIOD} s,"
        f" {number(probe, 'failureThreshold') or _FAILURES} failures"
    )
    return [
        case.field(path, f"{run} {text(ended, 'finishedAt')}"),
        case.field(f"{container.spec_path}.{_FIELD[kind]}", given),
        restarts,
    ]
