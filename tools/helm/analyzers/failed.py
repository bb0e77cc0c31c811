"""Releases whose last operation failed: why, as Helm says, and what of them still runs."""

from collections.abc import Iterable

from clusterwright.tools.analyzer import Analyzer, Suspicion
from clusterwright.tools.finding import Evidence, Finding, Severity, ask
from clusterwright.tools.helm.analyzers.about import (
    Cure,
    about,
    change,
    of_record,
    released,
    rollback,
    runs,
    said_by_helm,
    status_of,
    waits,
)
from clusterwright.tools.helm.estate import Estate, Standing, estate_of
from clusterwright.tools.helm.failures.classify import Classified, classify
from clusterwright.tools.helm.hooks import hooks_of
from clusterwright.tools.helm.ready import ready
from clusterwright.tools.helm.record import Status
from clusterwright.tools.helm.veil import Veil
from clusterwright.tools.ref import Ref
from clusterwright.tools.snapshot import Snapshot

CODE = "release/failed"
_WAITS = frozenset({"wait-timeout", "wait-failed", "cancelled"})
_DECIDED = frozenset({"conflict"})
"""Failures after which somebody has to say who is right, before anything is written again."""
_WAITED_FOR = frozenset({"Deployment", "StatefulSet", "DaemonSet", "Job", "Pod"})


def _detect(snapshot: Snapshot) -> Iterable[Suspicion]:
    estate = estate_of(snapshot)
    for standing in estate.standings:
        if standing.newest.status is Status.FAILED:
            yield Suspicion(_finding(estate, standing))


def _finding(estate: Estate, standing: Standing) -> Finding:
    record = standing.record
    said = said_by_helm(standing)
    told = classify(record.description) if record else classify("")
    in_hook = any(one.failed for one in hooks_of(record)) if record else False
    waited = told.code in _WAITS and not in_hook
    objects = [
        one.ref
        for one in standing.manifests.get(standing.newest.number, ())
        if waited and one.ref.kind in _WAITED_FOR and not one.ref.group
    ]
    unready = tuple(one for one in objects if not ready(estate.get(one)))
    half = () if waited else _services(standing)
    over = waited and bool(objects) and not unready
    evidence: list[Evidence] = [status_of(standing.newest)]
    evidence += [of_record(standing, "$.info.description", said)] if said else []
    evidence += [status_of(standing.deployed)] if standing.deployed else []
    return about(
        standing,
        CODE,
        _sentence(standing, told, over=over),
        tuple(evidence),
        *_cures(standing, told, over=over),
        severity=Severity.INFO if over else Severity.WARNING,
        members=unready[:1],
        relations=(*waits(standing.ref, unready), *released((*unready, *half), standing.ref)),
    )


def _services(standing: Standing) -> tuple[Ref, ...]:
    """Return the Services of a revision, which may be there although what is behind them is not."""
    objects = standing.manifests.get(standing.newest.number, ())
    return tuple(one.ref for one in objects if one.ref.kind == "Service" and not one.ref.group)


def _sentence(standing: Standing, told: Classified, *, over: bool) -> str:
    number = standing.newest.number
    what = "Its installation" if number == 1 else f"Revision {number}"
    if over:
        return (
            f"{what} counts as failed: Helm gave up waiting, and its workloads became ready since"
        )
    veil = Veil.of(standing.record) if standing.record else Veil()
    return f"{what} failed, and {runs(standing)}: {veil.line(told.cause)}"


def _cures(standing: Standing, told: Classified, *, over: bool) -> list[Cure]:
    if over:
        again = change(standing, "upgrade", values={})
        return [Cure("Upgrade again with the same values, now that all is ready", again)]
    which = ask("which value to change, if any")
    again = change(standing, "upgrade", values={which: ask("its new value")})
    upgrade = Cure("Upgrade again, once that is mended", again)
    if told.code in _DECIDED or standing.deployed is None:
        return [Cure(told.change.rstrip(".")), upgrade]
    back = rollback(standing, standing.deployed, ", which is deployed")
    return [back, Cure(told.change.rstrip(".")), upgrade]


FAILED = Analyzer("failed", (CODE,), ("Secret", "ConfigMap", *sorted(_WAITED_FOR)), _detect)
