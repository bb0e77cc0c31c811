"""Releases that an operation left pending when it died: Helm refuses every other one."""

from collections.abc import Iterable, Iterator
from datetime import datetime

from clusterwright.tools.analyzer import Analyzer, Suspicion
from clusterwright.tools.finding import Evidence, FieldEvidence, Finding
from clusterwright.tools.helm.analyzers.about import (
    Cure,
    about,
    change,
    of_record,
    rollback,
    runs,
    spelled,
    status_of,
)
from clusterwright.tools.helm.estate import Estate, Standing, estate_of
from clusterwright.tools.helm.hooks import Made, hooks_of
from clusterwright.tools.helm.marks import written_by_helm
from clusterwright.tools.helm.patience import HOOK, OPERATION
from clusterwright.tools.kubernetes.state.state import span
from clusterwright.tools.manifest import condition, number
from clusterwright.tools.snapshot import Snapshot

CODE = "release/locked"
_WHEN = "%Y-%m-%d %H:%MZ"


def _detect(snapshot: Snapshot) -> Iterable[Suspicion]:
    estate = estate_of(snapshot)
    for standing in estate.standings:
        begun = standing.newest.modified
        if not standing.newest.status.pending or begun is None:
            continue
        last = max([begun, *_writes(estate, standing)])
        if estate.now - last > OPERATION and not any(_active(estate, standing)):
            yield Suspicion(_finding(estate, standing, begun, last))


def _writes(estate: Estate, standing: Standing) -> Iterator[datetime]:
    """Yield when Helm wrote objects since the operation began: whoever writes is alive.

    Without a hook to wait for it writes all of them at once; what is written later is of another.
    """
    record = standing.record
    begun = record.deployed_at if record else None
    if record is None or begun is None:
        return
    waits = any(one.hook.started for one in hooks_of(record))
    for one in standing.manifests.get(standing.newest.number, ()):
        live = estate.get(one.ref)
        written = written_by_helm(live) if live else None
        if written and written >= begun and (waits or written - begun <= OPERATION):
            yield written


def _active(estate: Estate, standing: Standing) -> Iterator[Made]:
    """Yield the hooks whose Job still works, for which Helm may be waiting."""
    for one in _running(standing):
        live = estate.get(one.ref)
        started = one.hook.started
        if live is None or started is None or estate.now - started > HOOK:
            continue
        ended = any(condition(live, end).get("status") == "True" for end in ("Complete", "Failed"))
        if number(live, "status", "active") and not ended:
            yield one


def _running(standing: Standing) -> list[Made]:
    record = standing.record
    return [one for one in hooks_of(record) if one.running] if record else []


def _finding(estate: Estate, standing: Standing, begun: datetime, last: datetime) -> Finding:
    newest, below = standing.newest, standing.deployed
    waited = "".join(
        f", in its {one.moment} hook {spelled(one.ref)}" for one in _running(standing)[:1]
    )
    sentence = (
        f"Revision {newest.number} is {newest.status.value} since {span(estate.now - begun)}"
        f"{waited}, and nobody is at work on it any more; Helm refuses whatever else is asked;"
        f" {runs(standing)}"
    )
    evidence: list[Evidence] = [status_of(newest)]
    evidence += [
        FieldEvidence(
            ref=newest.record, path="$.metadata.labels.modifiedAt", value=begun.strftime(_WHEN)
        )
    ]
    evidence += [
        of_record(standing, f"$.hooks[?(@.name=='{one.ref.name}')].last_run.phase", one.hook.phase)
        for one in _running(standing)[:1]
    ]
    evidence += [status_of(below)] if below else []
    after = (
        rollback(standing, below, ", which Helm allows although the release is locked")
        if below
        else Cure("Uninstall what was installed so far", change(standing, "uninstall"))
    )
    return about(
        standing,
        CODE,
        sentence,
        tuple(evidence),
        Cure("Unlock it", change(standing, "unlock")),
        after,
        since=last,
        members=tuple(one.ref for one in _running(standing) if estate.get(one.ref)),
    )


LOCKED = Analyzer("locked", (CODE,), ("Secret", "ConfigMap", "Job"), _detect)
