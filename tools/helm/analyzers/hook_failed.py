"""Hooks that failed, and the operation with them: which one, and what its log says."""

import json
from collections.abc import Iterable

from clusterwright.tools.analyzer import Analyzer, Fulfilled, LogRequest, Suspicion
from clusterwright.tools.finding import Evidence, FieldEvidence, Finding, LogEvidence
from clusterwright.tools.helm.analyzers.about import (
    Cure,
    about,
    change,
    of_record,
    released,
    runs,
    said_by_helm,
    spelled,
    waits,
)
from clusterwright.tools.helm.estate import Estate, Standing, estate_of
from clusterwright.tools.helm.hooks import Made, hooks_of, left_over
from clusterwright.tools.kubernetes.analyzers.log_line import telling
from clusterwright.tools.kubernetes.analyzers.pod import age, containers, message_of, title
from clusterwright.tools.manifest import Manifest, condition, labels_of, text
from clusterwright.tools.manifest import number as number_at
from clusterwright.tools.ref import Ref
from clusterwright.tools.snapshot import Snapshot

CODE = "release/hook-failed"


def _detect(snapshot: Snapshot) -> Iterable[Suspicion]:
    estate = estate_of(snapshot)
    for standing in estate.standings:
        record = standing.record
        if record is None or standing.newest.status.pending:
            continue
        for made in hooks_of(record):
            if made.failed and not left_over(made, record):
                yield _suspicion(estate, standing, made)


def _suspicion(estate: Estate, standing: Standing, made: Made) -> Suspicion:
    live = estate.get(made.ref)
    number = standing.newest.number
    active = live is not None and number_at(live, "status", "active")
    how = "did not end in time, and still runs" if active else "failed"
    sentence = f"The {made.moment} hook {spelled(made.ref)} of revision {number} {how}"
    evidence: list[Evidence] = [
        of_record(standing, f"$.hooks[?(@.name=='{made.ref.name}')].last_run.phase", "Failed")
    ]
    told = condition(live, "Failed") if live else {}
    if live is None:
        sentence += ", and is gone"
    elif active:
        evidence.append(FieldEvidence(ref=made.ref, path="$.status.active", value=str(active)))
    elif message_of(told):
        path = "$.status.conditions[?(@.type=='Failed')].message"
        evidence.append(FieldEvidence(ref=made.ref, path=path, value=message_of(told)))
    said = said_by_helm(standing)
    evidence += [of_record(standing, "$.info.description", said)] if said else []
    finding = about(
        standing,
        CODE,
        f"{sentence}, so that the operation failed; {runs(standing)}",
        tuple(evidence),
        *_cures(standing, made, live),
        since=made.hook.completed,
        members=(made.ref,),
        relations=(
            *released((made.ref,), standing.ref),
            *waits(standing.ref, (made.ref,)),
        ),
    )
    return Suspicion(finding, _logs(estate, made))


def _cures(standing: Standing, made: Made, live: Manifest | None) -> list[Cure]:
    """Return what to do in words alone: nobody but its author knows what a hook needs."""
    found = [Cure(f"Mend what {spelled(made.ref)} fails for, then upgrade again")]
    if live is not None and not made.replaced:
        remove = json.dumps(change(standing, "remove_hook", objects=[str(made.ref)]))
        found.append(Cure(f"Remove it before, or the next run fails for it: {remove}"))
    if standing.deployed:
        back = json.dumps(change(standing, "rollback", revision=standing.deployed.number))
        found.append(Cure(f"Or stay with revision {standing.deployed.number}: {back}"))
    else:
        uninstall = json.dumps(change(standing, "uninstall"))
        found.append(Cure(f"Or take away what was installed: {uninstall}"))
    return found


def _logs(estate: Estate, made: Made) -> tuple[LogRequest, ...]:
    """Return the log of the container that failed, of the last pod of the hook."""
    pods = [one for one in estate.in_namespace("Pod", made.ref.namespace) if _is_of(one, made.ref)]
    for pod in sorted(pods, key=lambda one: age(estate, one)):
        for container in containers(pod):
            if container.terminated.get("exitCode") not in {0, None}:
                previous = container.ended_in == "lastState"
                return (LogRequest(Ref.of(pod), container.name, previous=previous),)
    return ()


def _is_of(pod: Manifest, hook: Ref) -> bool:
    if hook.kind == "Pod":
        return text(pod, "metadata", "name") == hook.name
    return labels_of(pod).get("job-name") == hook.name


def _refine(suspicion: Suspicion, fulfilled: Fulfilled) -> Finding:
    finding = suspicion.finding
    for request in suspicion.requests:
        line = telling(fulfilled.logs.get(request, ())) if isinstance(request, LogRequest) else ""
        if isinstance(request, LogRequest) and line:
            said = LogEvidence(ref=request.pod, container=request.container, line=line)
            short = finding.title.partition(", so that")[0]
            update: dict[str, object] = {
                "evidence": (*finding.evidence, said),
                "title": title(f"{short}: {line}"),
            }
            finding = finding.model_copy(update=update)
    return finding


HOOK_FAILED = Analyzer(
    "hook-failed", (CODE,), ("Secret", "ConfigMap", "Job", "Pod"), _detect, _refine
)
