"""Releases that an operation left pending when it died: Helm refuses every other one."""

from collections.abc import Iterable
from datetime import datetime

from clusterwright.tools.analyzer import Analyzer, Suspicion
from clusterwright.tools.finding import Evidence, Finding
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
from clusterwright.tools.helm.life import life_of
from clusterwright.tools.kubernetes.state.state import span
from clusterwright.tools.snapshot import Snapshot

CODE = "release/locked"
_WHEN = "%Y-%m-%d %H:%MZ"


def _detect(snapshot: Snapshot) -> Iterable[Suspicion]:
    estate = estate_of(snapshot)
    for standing in estate.standings:
        record = standing.record
        if not standing.newest.status.pending or record is None:
            continue
        objects = [one.ref for one in standing.manifests.get(standing.newest.number, ())]
        refs = (*objects, *(one.ref for one in hooks_of(record)))
        live = {ref: found for ref in refs if (found := estate.get(ref)) is not None}
        life = life_of(record, objects, live, estate.now)
        began = record.began
        if not life.alive(estate.now) and began is not None:
            yield Suspicion(_finding(estate, standing, began, life.last or began))


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
    evidence += [of_record(standing, "$.info.last_deployed", begun.strftime(_WHEN))]
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
