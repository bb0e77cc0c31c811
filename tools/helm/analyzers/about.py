"""Findings about releases, short to make: evidence from their records, and changes that help."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from clusterwright.tools.finding import (
    Edge,
    Evidence,
    FieldEvidence,
    Finding,
    Relation,
    Remedy,
    Severity,
)
from clusterwright.tools.helm.estate import Standing
from clusterwright.tools.helm.record import Revision, namespaced_name
from clusterwright.tools.helm.veil import Veil
from clusterwright.tools.kubernetes.analyzers.pod import title
from clusterwright.tools.manifest import Json, Manifest
from clusterwright.tools.ref import Ref

_MOST_RELATIONS = 10
_LONGEST_SAID = 500
"""Characters of what Helm said that are shown."""


@dataclass(frozen=True, slots=True)
class Cure:
    """What would repair a finding: in words, and as a change of the Helm server if it makes one."""

    say: str
    change: Manifest | None = None

    @property
    def sentence(self) -> str:
        """The words, with the call that plans the change."""
        if self.change is None:
            return f"{self.say}."
        return f"{self.say}: helm_plan_change {json.dumps(self.change)}"


def about(
    standing: Standing,
    code: str,
    sentence: str,
    evidence: tuple[Evidence, ...],
    *cures: Cure,
    severity: Severity = Severity.WARNING,
    since: datetime | None = None,
    members: tuple[Ref, ...] = (),
    relations: tuple[Relation, ...] = (),
) -> Finding:
    """Return a finding about a release; it dates from its newest revision, if not from `since`."""
    return Finding(
        code=code,
        severity=severity,
        subject=standing.ref,
        title=title(sentence),
        evidence=evidence,
        since=since or standing.newest.modified,
        members=members,
        relations=relations[:_MOST_RELATIONS],
        fixes=tuple(one.sentence for one in cures),
        remedies=remedies(cures),
    )


def remedies(cures: Sequence[Cure]) -> tuple[Remedy, ...]:
    """Return the changes that the Helm server can make."""
    made = ((one.say, one.change) for one in cures)
    return tuple(Remedy(say=say, changes=(change,)) for say, change in made if change is not None)


def change(standing: Standing, kind: str, **more: Json) -> Manifest:
    """Return a change of a release as helm_plan_change takes it."""
    return {"kind": kind, "release": namespaced_name(standing.ref), **more}


def rollback(standing: Standing, revision: Revision, why: str) -> Cure:
    """Return the cure that goes back to a revision; `why` follows its number."""
    number = revision.number
    said = f"Roll back to revision {number}{why}"
    return Cure(said, change(standing, "rollback", revision=number))


def applied_again(standing: Standing, **more: Json) -> Manifest:
    """Return the change that has Helm write the newest revision once more.

    It is a rollback to that revision: an upgrade would need the chart, of which records lack parts.
    """
    return change(standing, "rollback", revision=standing.newest.number, **more)


def status_of(revision: Revision) -> FieldEvidence:
    """Return the status of a revision as evidence."""
    path = "$.metadata.labels.status"
    return FieldEvidence(ref=revision.record, path=path, value=revision.status.value)


def said_by_helm(standing: Standing) -> str:
    """Return what Helm wrote of the newest revision's end, on one line and without secrets."""
    record = standing.record
    return Veil.of(record).line(record.description, _LONGEST_SAID) if record else ""


def of_record(standing: Standing, path: str, value: str) -> FieldEvidence:
    """Return a field of a release's record as evidence."""
    return FieldEvidence(ref=standing.ref, path=path, value=value)


def released(objects: tuple[Ref, ...], release: Ref) -> tuple[Relation, ...]:
    """Return the edges from objects to the release that they are of."""
    return tuple(Relation(source=one, edge=Edge.RELEASED_BY, target=release) for one in objects)


def waits(release: Ref, objects: tuple[Ref, ...]) -> tuple[Relation, ...]:
    """Return the edges from a release to what Helm waited for."""
    return tuple(Relation(source=release, edge=Edge.WAITS_FOR, target=one) for one in objects)


def runs(standing: Standing) -> str:
    """Return what of a release runs, as the end of a sentence."""
    below = standing.deployed
    return f"revision {below.number} is what runs" if below else "no revision of it is deployed"


def spelled(ref: Ref) -> str:
    """Return an object as a sentence names it: kind and name."""
    return f"{ref.kind} {ref.name}"
