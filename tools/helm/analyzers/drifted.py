"""Objects of a deployed release that somebody changed since: what, who, and when."""

import json
import re
from collections.abc import Iterable, Iterator

from clusterwright.tools.analyzer import Analyzer, Suspicion
from clusterwright.tools.excerpt import shorten
from clusterwright.tools.field_path import MISSING, read, spell
from clusterwright.tools.finding import FieldEvidence, Finding, Severity, ask
from clusterwright.tools.helm.analyzers.about import (
    Cure,
    about,
    applied_again,
    change,
    released,
    spelled,
)
from clusterwright.tools.helm.drift import REPLICAS, Drift, drift
from clusterwright.tools.helm.estate import Estate, Standing, estate_of
from clusterwright.tools.helm.marks import written_by_helm
from clusterwright.tools.helm.objects import Object
from clusterwright.tools.helm.veil import Veil
from clusterwright.tools.kubernetes.owners.autoscaler import autoscaler
from clusterwright.tools.kubernetes.owners.claim import Question
from clusterwright.tools.kubernetes.owners.managed_fields import writers
from clusterwright.tools.kubernetes.state.state import span
from clusterwright.tools.manifest import Json, Manifest
from clusterwright.tools.quotation import word
from clusterwright.tools.redaction import REDACTED, redact
from clusterwright.tools.snapshot import Snapshot

CODE = "release/drifted"
_MOST = 6
_LONGEST = 120
_CONTROLLERS = re.compile(
    r"\Akube-|\Akubelet|helm|controller|operator|injector|webhook|autoscaler",
    re.IGNORECASE,
)
"""Managers whose writes are no drift: Helm's own, which admission may change, and controllers'."""


def _detect(snapshot: Snapshot) -> Iterable[Suspicion]:
    estate = estate_of(snapshot)
    for standing in estate.standings:
        if not standing.settled:
            continue
        found = [one for wanted in standing.objects for one in _of_object(estate, wanted)]
        if found:
            yield Suspicion(_finding(estate, standing, found))


def _of_object(estate: Estate, wanted: Object) -> Iterator[Drift]:
    """Yield what people and their tools changed of an object."""
    live = estate.get(wanted.ref)
    if live is None:
        return
    for one in drift(wanted, live):
        scaled = one.path == REPLICAS and any(autoscaler(Question(live, (one.path,), estate)))
        by_hand = not _CONTROLLERS.search(one.manager) if one.manager else _touched(live)
        if by_hand and not scaled:
            yield one


def _touched(live: Manifest) -> bool:
    """Return whether anybody wrote an object after Helm did.

    A field that is gone has no owner. Where nobody came after Helm, the API server dropped it.
    """
    helm = written_by_helm(live)
    others = [one for one in writers(live, ()) if not _CONTROLLERS.search(one.manager)]
    times = [one.when for one in others if one.when is not None and not one.subresource]
    return any(helm is None or when >= helm for when in times)


def _finding(estate: Estate, standing: Standing, found: list[Drift]) -> Finding:
    first = found[0]
    refs = tuple(dict.fromkeys(one.ref for one in found))
    fields = f", and {len(found) - 1} more fields" if len(found) > 1 else ""
    number = standing.newest.number
    record = standing.record
    veil = Veil.of(record) if record else Veil()
    where = spell(first.path)
    sentence = (
        f"{spelled(first.ref)} is not as revision {number} has it: {word(where)} was"
        f" {'taken away' if first.live is MISSING else 'changed'}{_by(estate, first)}{fields}"
    )
    keep = ask(f"the value that sets {where}, to keep what it is now; none, to have it put back")
    put_back = json.dumps(applied_again(standing, force_conflicts=True))
    upgrade = change(standing, "upgrade", values={keep: ask("what it is now")})
    return about(
        standing,
        CODE,
        sentence,
        tuple(_evidence(estate, standing, one, veil) for one in found[:_MOST]),
        Cure("Put it into the values, so that the next upgrade does not undo it", upgrade),
        Cure(f"Or put back what the release has: helm_plan_change {put_back}"),
        severity=Severity.INFO if all(_slight(one) for one in found) else Severity.WARNING,
        since=min((one.when for one in found if one.when), default=None),
        members=refs,
        relations=released(refs, standing.ref),
    )


def _by(estate: Estate, one: Drift) -> str:
    if not one.manager:
        return ""
    ago = f" {span(estate.now - one.when)} ago" if one.when else ""
    return f" by {word(one.manager)}{ago}"


def _slight(one: Drift) -> bool:
    """Return whether a change hardly matters: a mark, or how many replicas run, if any do."""
    return one.path[:1] == ("metadata",) or (one.path == REPLICAS and one.live not in (0, MISSING))


def _evidence(estate: Estate, standing: Standing, one: Drift, veil: Veil) -> FieldEvidence:
    wanted = {each.ref: each.manifest for each in standing.objects}.get(one.ref)
    now = _shown(estate.get(one.ref), one, one.live, veil)
    then = _shown(wanted, one, one.wanted, veil)
    by = f", set by {word(one.manager)} ({one.operation}{_when(one)})" if one.manager else ""
    value = f"{now}{by}; revision {standing.newest.number} has {then}"
    return FieldEvidence(ref=one.ref, path=f"$.{spell(one.path)}", value=value)


def _when(one: Drift) -> str:
    return f", {one.when:%Y-%m-%d %H:%MZ}" if one.when else ""


def _shown(whole: Manifest | None, one: Drift, value: Json, veil: Veil) -> str:
    """Return a value as it may be shown: redacted by all that stands around it."""
    if value is MISSING:
        return "nothing"
    found: Json = read(redact(whole), one.path) if whole else MISSING
    if one.ref.kind == "Secret" or found is MISSING:
        return REDACTED
    shown = veil.json(found)
    return shorten(veil.line(json.dumps(shown, ensure_ascii=False), 2_000), _LONGEST)


DRIFTED = Analyzer("drifted", (CODE,), ("Secret", "ConfigMap", "Deployment"), _detect)
