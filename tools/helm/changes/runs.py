"""The step that runs the helm program; the steps of the objects are carried out by it."""

from collections.abc import Iterable, Iterator, Sequence

from clusterwright.tools.change import FieldChange
from clusterwright.tools.diff import differences
from clusterwright.tools.helm.changes.outlook import Outlook
from clusterwright.tools.helm.record import USUALLY_KEPT, Release
from clusterwright.tools.kubernetes.changes.shown import fields
from clusterwright.tools.kubernetes.changes.step import Check, Step
from clusterwright.tools.kubernetes.changes.veil import secrets_of
from clusterwright.tools.kubernetes.changes.write import Verb, Write
from clusterwright.tools.manifest import Manifest
from clusterwright.tools.trust.risk import Risk

_PRUNE = frozenset({"upgrade", "rollback"})


def run(
    found: Outlook,
    say: str,
    asked: Manifest,
    *,
    told: Iterable[FieldChange],
    checks: Sequence[Check],
    risks: Sequence[tuple[Risk, str]] = (),
    notes: Sequence[str] = (),
    inverse: Manifest | None = None,
    irreversible: str = "",
) -> Step:
    """Return the step that has helm do something to a release.

    `asked` is what `perform` makes a command of; the plan is bound to it, to the newest revision
    and to the program's version.
    """
    body = {**asked, "release": str(found.ref), "helm": found.helm, "driver": found.driver}
    return Step(
        say=say,
        write=Write(Verb.RUN, found.ref, body, version=found.state),
        told=tuple(told),
        checks=tuple(checks),
        risks=tuple(risks),
        notes=(*notes, *_pruned(found, str(asked["command"]))),
        inverse=inverse,
        irreversible=irreversible,
        rests_on=[found.state, *(one.uid for one in found.history), *found.nameless],
    )


def _pruned(found: Outlook, command: str) -> tuple[str, ...]:
    """Return how many old revisions go with a new one."""
    gone = len(found.history) + 1 - USUALLY_KEPT
    if gone <= 0 or command not in _PRUNE:
        return ()
    oldest = f"the oldest {gone} revisions" if gone > 1 else "the oldest revision"
    return (f"{oldest} of its history go: Helm keeps {USUALLY_KEPT}",)


def told_of(old: Release | None, new: Release | None, number: int) -> Iterator[FieldChange]:
    """Yield what a release becomes: revision, chart and version, and the values supplied to it."""
    before = str(old.revision) if old else None
    yield FieldChange(path="revision", before=before, after=str(number) if new else None)
    for path, of in (("chart", _chart), ("appVersion", _app)):
        was, will = (of(one) if one else "" for one in (old, new))
        if was != will:
            yield FieldChange(path=path, before=was or None, after=will or None)
    yield from told_values(old.supplied if old else {}, new.supplied if new else {})


def told_values(was: Manifest, will: Manifest) -> Iterator[FieldChange]:
    """Yield the supplied values that change, without secrets."""
    old, new = {"values": was}, {"values": will}
    yield from fields(old, new, differences(old, new), secrets_of(old) | secrets_of(new))


def _chart(one: Release) -> str:
    return f"{one.chart_name} {one.chart_version}"


def _app(one: Release) -> str:
    return one.app_version
