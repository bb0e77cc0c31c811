"""Mute alerts for a while: scoped, expiring, with a reason, and only what it was planned for."""

import hashlib
from datetime import datetime, timedelta
from functools import cached_property
from typing import TYPE_CHECKING, ClassVar

from pydantic import AwareDatetime, Field, field_validator

from clusterwright.tools.change import FieldChange
from clusterwright.tools.errors import InvalidInputError, RefusedError
from clusterwright.tools.excerpt import one_line
from clusterwright.tools.kubernetes.changes.kind import Change
from clusterwright.tools.kubernetes.changes.step import Check, Scene, Step
from clusterwright.tools.kubernetes.changes.write import Verb, Write
from clusterwright.tools.neutral import neutral
from clusterwright.tools.prometheus.alertmanager_state import Matcher
from clusterwright.tools.prometheus.alertmanager_state import Silence as Held
from clusterwright.tools.prometheus.changes.hush import Hush, counted, hush_of, told, worst
from clusterwright.tools.prometheus.changes.matchers import MOST, key_of, parse_matcher, spelled
from clusterwright.tools.prometheus.changes.scope import check_matchers, check_muted, risks
from clusterwright.tools.prometheus.changes.silence_proof import KIND, mutes
from clusterwright.tools.prometheus.summary.unit import span
from clusterwright.tools.prometheus.wire import duration as seconds_of
from clusterwright.tools.quotation import quoted
from clusterwright.tools.ref import Ref

if TYPE_CHECKING:
    from clusterwright.tools.manifest import Manifest

SHORTEST, LONGEST = 60.0, 7 * 86_400.0
"""Seconds. What has to be quiet for longer is a rule that should be otherwise."""
LEAST_REASON = 8
_SLACK = timedelta(minutes=1)


class Silence(Change):
    """Mute what matchers match."""

    kind: ClassVar[str] = "silence"
    matchers: tuple[str, ...] = Field(min_length=1, max_length=MOST)
    duration: str = ""
    reason: str = Field(max_length=500)
    backend: str | None = None
    until: AwareDatetime | None = None
    """When one ended that is made again; never asked for."""

    @field_validator("reason")
    @classmethod
    def _is_told(cls, reason: str) -> str:
        if len(reason.strip()) < LEAST_REASON:
            raise ValueError(f"say why, in at least {LEAST_REASON} letters: others will read it")
        if neutral(reason, None) != reason or "\n" in reason:
            raise ValueError("write it on one line, with letters that can be seen")
        return reason.strip()

    @cached_property
    def parsed(self) -> tuple[Matcher, ...]:
        """The matchers; raises InvalidInputError for what is none."""
        return tuple(parse_matcher(one) for one in self.matchers)

    @cached_property
    def ref(self) -> Ref:
        """What stands for it: its id is Alertmanager's to choose."""
        return Ref(KIND, fingerprint(self.parsed, self.backend))

    @property
    def targets(self) -> tuple[Ref, ...]:
        """The silence, which is no object."""
        return (self.ref,)

    @property
    def reads(self) -> tuple[Ref, ...]:
        """Nothing: the survey asks Alertmanager."""
        return ()

    def steps(self, scene: Scene) -> tuple[Step, ...]:
        """Return the one run; raise RefusedError for what reaches too far, or is there already."""
        found = hush_of(scene, self.ref)
        matchers, seconds = self.parsed, self.seconds(scene.stamp)
        check_matchers(matchers)
        check_muted(matchers, found)
        self._check_new(found, scene.stamp + timedelta(seconds=seconds))
        mark = self.mark(scene.stamp)
        body: Manifest = {
            "do": "post",
            "matchers": list(map(str, matchers)),
            "seconds": seconds,
            "until": self.until.isoformat() if self.until else "",
            "comment": self.reason,
            "mark": mark,
            "backend": self.backend,
        }
        muted = counted(found.matched)
        back: Manifest = {"kind": "expire_silence", "mark": mark, "ends_after": seconds}
        return (
            Step(
                say=f"silence {spelled(matchers)} for {span(seconds)}",
                write=Write(Verb.RUN, self.ref, body),
                told=tuple(self._told(found, seconds)),
                checks=(mutes(self.ref, mark, self.backend),),
                notes=tuple(_notes(found, matchers)),
                risks=tuple(risks(matchers, found, seconds)),
                rests_on=[found.alertmanager, muted],
                inverse=back | ({"backend": self.backend} if self.backend else {}),
            ),
        )

    def proofs(self, scene: Scene) -> tuple[Check, ...]:
        """Return what proves one that was made before its plan was cut short."""
        return (mutes(self.ref, self.mark(scene.stamp), self.backend),)

    def mark(self, stamp: datetime) -> str:
        """Return what tells the silence of one plan from any other, in its `createdBy`."""
        return f"{self.ref.name}-{int(stamp.timestamp()):x}"

    def seconds(self, stamp: datetime) -> float:
        """Return how long it is for; raise InvalidInputError, RefusedError for over a week."""
        if self.until is not None:
            left = (self.until - stamp).total_seconds()
            if left < SHORTEST:
                raise RefusedError(
                    f"it would have ended by itself at {self.until:%Y-%m-%d %H:%M:%SZ}",
                    hint="nothing is to be done; plan a new silence if one is needed",
                )
            return left
        found = seconds_of({"it": self.duration}, "it")
        if not self.duration or found is None or found < SHORTEST:
            raise InvalidInputError(
                f"{self.duration!r} is no duration for a silence",
                hint="write how long it is needed, as in 30m, 2h or 1d; at least 1m",
            )
        if found > LONGEST:
            raise RefusedError(
                f"{self.duration!r} is longer than a silence made here may last: 7d",
                hint="take at most 7d; what is to be quiet for good is a matter of the rule:"
                " edit_rule changes it",
            )
        return found

    def _check_new(self, found: Hush, until: datetime) -> None:
        key = key_of(self.parsed)
        for one in found.silences:
            if key_of(one.matchers) == key and one.ends_at and one.ends_at >= until - _SLACK:
                raise RefusedError(
                    f"there is such a silence already: {described(one)}",
                    hint="there is nothing to do; expire_silence ends it, and a longer duration"
                    " makes one beside it",
                )

    def _told(self, found: Hush, seconds: float) -> list[FieldChange]:
        now, severity = told(found.matched), one_line(worst(found.matched), 60)
        if found.matched:
            now = f"{len(found.matched)} of {len(found.alerts)} alerts: {now}"
        fields = {
            "matchers": spelled(self.parsed),
            "lasts": f"{span(seconds)} from when it is applied",
            "reason": self.reason,
            "mutes now": now,
            "worst severity": severity,
            "alertmanager": found.alertmanager,
        }
        return [FieldChange(path=path, after=value) for path, value in fields.items() if value]


def _notes(found: Hush, matchers: tuple[Matcher, ...]) -> list[str]:
    notes: list[str] = []
    quiet = [one for one in found.matched if one.silenced_by]
    if quiet:
        notes.append(f"{len(quiet)} of these alerts are muted by other silences already")
    key = key_of(matchers)
    notes += [
        f"an equal silence ends sooner: {described(one)}"
        for one in found.silences
        if key_of(one.matchers) == key
    ]
    return notes


def fingerprint(matchers: tuple[Matcher, ...], backend: str | None) -> str:
    """Return what its plan calls a silence, and its mark begins with."""
    key = "\n".join((*key_of(matchers), backend or ""))
    return hashlib.sha256(key.encode()).hexdigest()[:10]


def described(one: Held) -> str:
    """Return a silence in a line, the words of others in marks."""
    ends = f"{one.ends_at:%Y-%m-%d %H:%MZ}" if one.ends_at else "an unknown time"
    return (
        f"{one_line(one.id, 60)} until {ends}, by {quoted(one_line(one.created_by, 80))}:"
        f" {quoted(one_line(one.comment, 120))}"
    )
