"""Containers that the kubelet restarts because a liveness or start-up probe fails."""

import re

from clusterwright.tools.finding import Finding
from clusterwright.tools.kubernetes.analyzers.case import Case
from clusterwright.tools.kubernetes.analyzers.crash_loop import recovered
from clusterwright.tools.kubernetes.analyzers.pod import (
    Container,
    event_evidence,
    events_of,
    message_of,
)
from clusterwright.tools.kubernetes.analyzers.probe import describe, port_hint
from clusterwright.tools.manifest import Manifest, mapping, text

CODE = "pod/liveness-probe-failing"

_KILLED = re.compile(r"[Cc]ontainer \"?([a-z0-9-]+)\"? failed (liveness|startup) probe")


def suspect(case: Case, container: Container) -> Finding | None:
    """Return a finding when the kubelet said that it restarts the container for its probe."""
    if recovered(case, container) or (not container.restarts and container.ready):
        return None
    for event in events_of(case.snapshot, case.ref, "Killing"):
        said = _KILLED.search(message_of(event))
        if said and said.group(1) == container.name:
            return _finding(case, container, event, said.group(2))
    return None


def _finding(case: Case, container: Container, event: Manifest, kind: str) -> Finding:
    probe = mapping(container.spec, "livenessProbe" if kind == "liveness" else "startupProbe")
    said = f"{kind} probe failed"
    failed = [
        one
        for one in events_of(case.snapshot, case.ref, "Unhealthy")
        if message_of(one).lower().startswith(said)
        and container.name in (text(one, "involvedObject", "fieldPath") or container.name)
    ]
    hint = port_hint(container, probe)
    sentence = (
        f'Container "{container.name}" is restarted: its {kind} probe {describe(probe)} fails'
    )
    evidence = [
        event_evidence(event, case.ref),
        *(event_evidence(one, case.ref) for one in failed[:1]),
        case.field(container.path("restartCount"), str(container.restarts)),
    ]
    fix = f'Make the {kind} probe of container "{container.name}" ask what it really answers.'
    return case.finding(
        CODE, sentence + (f"; {hint}" if hint else ""), tuple(evidence), fixes=(fix,)
    )
