"""Objects of hooks that stay, and that Helm may not replace when it runs the hook again."""

from collections.abc import Iterable

from clusterwright.tools.analyzer import Analyzer, ReadRequest, Suspicion, unless_gone
from clusterwright.tools.finding import FieldEvidence
from clusterwright.tools.helm.analyzers.about import (
    Cure,
    about,
    change,
    of_record,
    released,
    said_by_helm,
    spelled,
)
from clusterwright.tools.helm.estate import Estate, Standing, estate_of
from clusterwright.tools.helm.hooks import Made, hooks_of, left_over
from clusterwright.tools.manifest import instant
from clusterwright.tools.snapshot import Snapshot

CODE = "release/hook-leftover"
_AGAIN = frozenset({"pre-upgrade", "post-upgrade", "pre-rollback", "post-rollback", "pre-delete"})
_POLICIES = "$.metadata.annotations['helm.sh/hook-delete-policy']"


def _detect(snapshot: Snapshot) -> Iterable[Suspicion]:
    estate = estate_of(snapshot)
    for standing in estate.standings:
        record = standing.record
        if record is None or standing.newest.status.pending:
            continue
        for made in hooks_of(record):
            blocked = left_over(made, record)
            again = not _AGAIN.isdisjoint(made.hook.events) and not made.replaced
            # One that failed itself is told as that, and that it has to go.
            if estate.get(made.ref) and (blocked or (again and not made.failed)):
                yield _suspicion(estate, standing, made, blocked=blocked)


def _suspicion(estate: Estate, standing: Standing, made: Made, *, blocked: bool) -> Suspicion:
    live = estate.get(made.ref) or {}
    policies = ", ".join(made.hook.delete_policies)
    what = f"{spelled(made.ref)} of an earlier {made.moment} hook is still there"
    sentence = (
        f"{what}, for which revision {standing.newest.number} failed: Helm may not replace it"
        if blocked
        else f"{what}, and the next one will fail: Helm may not replace it"
    )
    said = said_by_helm(standing) if blocked else ""
    finding = about(
        standing,
        CODE,
        sentence,
        (
            FieldEvidence(ref=made.ref, path=_POLICIES, value=policies),
            *([of_record(standing, "$.info.description", said)] if said else []),
        ),
        Cure("Remove it", change(standing, "remove_hook", objects=[str(made.ref)])),
        Cure("Have the chart add before-hook-creation to helm.sh/hook-delete-policy of the hook"),
        since=instant(live, "metadata", "creationTimestamp"),
        members=(made.ref,),
        relations=released((made.ref,), standing.ref),
    )
    return Suspicion(finding, (ReadRequest(made.ref),))


HOOK_LEFTOVER = Analyzer(
    "hook-leftover", (CODE,), ("Secret", "ConfigMap", "Job"), _detect, unless_gone
)
