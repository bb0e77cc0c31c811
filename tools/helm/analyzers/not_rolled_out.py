"""Revisions that ask for what their pods cannot have, where the revision before had it."""

import re
from collections.abc import Iterable, Iterator

from clusterwright.tools.analyzer import Analyzer, Suspicion
from clusterwright.tools.diff import Difference, differences, same
from clusterwright.tools.field_path import MISSING, Path, read, spell
from clusterwright.tools.finding import Evidence, Finding, ask
from clusterwright.tools.helm.analyzers.about import (
    Cure,
    about,
    change,
    of_record,
    released,
    rollback,
    spelled,
)
from clusterwright.tools.helm.estate import Standing, estate_of
from clusterwright.tools.helm.record import Release, Revision, Status
from clusterwright.tools.helm.rendered import rendered
from clusterwright.tools.helm.trouble import Unplaced, unplaced
from clusterwright.tools.helm.values import leaves, values_of
from clusterwright.tools.helm.veil import Veil
from clusterwright.tools.manifest import Json
from clusterwright.tools.quotation import word
from clusterwright.tools.snapshot import Snapshot

CODE = "release/not-rolled-out"
_STANDS = frozenset({Status.DEPLOYED, Status.FAILED})
_REASONS: tuple[tuple[str, tuple[str, ...]], ...] = (
    (r"Insufficient ([^\s,]{1,253})", ("resources", "replicas", "resourceClaims")),
    (
        r"exceeded quota|must be (?:less|greater)|(?:minimum|maximum) \S+ usage",
        ("resources", "replicas"),
    ),
    (r"node affinity|node selector|node\(s\) didn't match", ("nodeSelector", "affinity")),
    (r"anti-affinity|topology spread", ("affinity", "topologySpreadConstraints", "replicas")),
    (r"untolerated taint", ("tolerations", "nodeSelector", "affinity")),
    (r"PersistentVolumeClaim|persistentvolumeclaim", ("volumes", "volumeClaimTemplates")),
    (r"violates PodSecurity", ("securityContext", "hostNetwork", "hostPID", "volumes", "ports")),
    (r"service ?account", ("serviceAccountName", "serviceAccount")),
    (r"PriorityClass", ("priorityClassName",)),
)
"""What the scheduler or admission says, and the fields of a workload that it may be for."""
_COMPILED = tuple((re.compile(sign, re.IGNORECASE), fields) for sign, fields in _REASONS)


def _detect(snapshot: Snapshot) -> Iterable[Suspicion]:
    estate = estate_of(snapshot)
    for one in unplaced(estate):
        standing = estate.standing(one.release)
        if standing is not None and standing.newest.status in _STANDS:
            finding = _judged(standing, one)
            if finding is not None:
                yield Suspicion(finding)


def _judged(standing: Standing, one: Unplaced) -> Finding | None:
    """Return a finding if the newest revision changed the very field that pods wait for."""
    before = next((each for each in standing.revisions[1:] if each.status.worked), None)
    record = standing.record
    old = standing.records.get(before.number) if before else None
    if before is None or record is None or old is None:
        return None
    was, wanted = rendered(old, one.workload), rendered(record, one.workload)
    if was is None or wanted is None:
        return None
    changed = [each.path for each in differences(was, wanted) if _is_for(each, one.said)]
    if not changed:
        return None
    return _finding(standing, one, (before, old, record), changed)


def _is_for(one: Difference, said: str) -> bool:
    """Return whether what is said may be for a field, or something below it."""
    named_by = (key for key in one.path if not isinstance(key, int))
    keys = [key if isinstance(key, str) else key[1] for key in named_by]
    for sign, fields in _COMPILED:
        found = sign.search(said)
        if found is None or not set(fields) & set(keys):
            continue
        named = found[1].rstrip(".") if found.re.groups else ""
        if not named or "resources" not in keys or named in keys:
            return True
        if any(named in str(value) for value in (one.before, one.after)):
            return True
    return False


def _reason(said: str) -> str:
    """Return the words that tell why, as they stand: the scheduler's own begin with a count."""
    starts = [found.start() for sign, _ in _COMPILED if (found := sign.search(said))]
    return said[min(starts, default=0) :].partition(", ")[0].partition(". ")[0]


def _finding(
    standing: Standing,
    one: Unplaced,
    revisions: tuple[Revision, Release, Release],
    changed: list[Path],
) -> Finding:
    before, old, record = revisions
    values = list(_values(old, record, changed, one))
    number, earlier = standing.newest.number, before.number
    veil = Veil.of(record) | Veil.of(old)
    what = (
        f"{word(spell(values[0][0]))} in the values went from {veil.line(_shown(values[0][1]), 40)}"
        f" to {veil.line(_shown(values[0][2]), 40)}"
        if values
        else f"the chart changed {word(spell(changed[0]))}"
    )
    evidence: list[Evidence] = [one.evidence]
    evidence += [
        of_record(
            standing,
            f"$.config.{spell(path)}",
            f"{veil.line(_shown(new), 80)} (revision {earlier}: {veil.line(_shown(was), 80)})",
        )
        for path, was, new in values[:2]
    ]
    return about(
        standing,
        CODE,
        f"Revision {number} does not roll out, since {what}; pods of {spelled(one.workload)} wait:"
        f" {_reason(one.said)}",
        tuple(evidence),
        rollback(standing, before, ", which had what it asked for"),
        Cure(
            "Ask for what there is",
            change(standing, "upgrade", values={ask("which value"): ask("what it may be")}),
        ),
        members=(one.workload,),
        relations=released((one.workload,), standing.ref),
    )


def _values(
    old: Release, record: Release, changed: list[Path], one: Unplaced
) -> Iterator[tuple[Path, Json, Json]]:
    """Yield the values that changed with the revision, those first that a changed field has."""
    before, now = values_of(old), values_of(record)
    wanted = rendered(record, one.workload)
    fields = [read(wanted, path) for path in changed]
    found = [
        (path, read(before, path), value)
        for path, value in leaves(now)
        if not same(read(before, path), value)
    ]
    yield from sorted(found, key=lambda each: not any(_alike(each[2], field) for field in fields))


def _alike(value: Json, field: Json) -> bool:
    return str(value) == str(field) and not isinstance(field, dict | list)


def _shown(value: Json) -> str:
    return "nothing" if value is MISSING else str(value)


NOT_ROLLED_OUT = Analyzer("not-rolled-out", (CODE,), ("Secret", "Pod", "Deployment"), _detect)
