"""End a silence, so that what it mutes is heard again."""

from datetime import timedelta
from typing import ClassVar

from clusterwright.tools.change import FieldChange
from clusterwright.tools.errors import InvalidInputError, NotFoundError, RefusedError, ToolError
from clusterwright.tools.excerpt import few, one_line
from clusterwright.tools.kubernetes.changes.kind import Change
from clusterwright.tools.kubernetes.changes.step import Scene, Step
from clusterwright.tools.kubernetes.changes.write import Verb, Write
from clusterwright.tools.manifest import Manifest
from clusterwright.tools.prometheus.alertmanager_state import Alert
from clusterwright.tools.prometheus.alertmanager_state import Silence as Held
from clusterwright.tools.prometheus.changes.hush import Hush, counted, hush_of, is_grave, told
from clusterwright.tools.prometheus.changes.matchers import spelled
from clusterwright.tools.prometheus.changes.scope import check_matchers
from clusterwright.tools.prometheus.changes.silence import described, fingerprint
from clusterwright.tools.prometheus.changes.silence_proof import KIND, ended
from clusterwright.tools.ref import Ref, check_name
from clusterwright.tools.trust.risk import Risk

_SLACK = timedelta(minutes=1)
_SINCE = "look at it with prom_alerts, and plan what is to be with prom_plan_change"


class ExpireSilence(Change):
    """End one silence, by its id; an undo names it by the mark that its plan left."""

    kind: ClassVar[str] = "expire_silence"
    silence: str = ""
    backend: str | None = None
    mark: str = ""
    ends_after: float = 0.0
    """Seconds that the silence of an undone plan was made for."""

    @property
    def ref(self) -> Ref:
        """The silence; raise InvalidInputError where none is named."""
        if not (self.silence or self.mark):
            raise InvalidInputError(
                "which silence?", hint='{"kind":"expire_silence","silence":"<id>"}'
            )
        return Ref(KIND, check_name(self.silence or self.mark.partition("-")[0]))

    @property
    def targets(self) -> tuple[Ref, ...]:
        """The silence, which is no object."""
        return (self.ref,)

    @property
    def reads(self) -> tuple[Ref, ...]:
        """Nothing: the survey asks Alertmanager."""
        return ()

    def steps(self, scene: Scene) -> tuple[Step, ...]:
        """Return the one run; raise NotFoundError, RefusedError for one that ended."""
        found = hush_of(scene, self.ref)
        held = self._chosen(found)
        loud = found.only_by(held.id)
        body: Manifest = {"do": "expire", "id": held.id, "backend": self.backend}
        return (
            Step(
                say=f"end silence {held.id} of {spelled(held.matchers)}",
                write=Write(Verb.RUN, self.ref, body),
                told=tuple(_told(held, loud, found)),
                checks=(ended(self.ref, held.id, self.backend),),
                risks=tuple(_risks(loud)),
                rests_on=[found.alertmanager, held.id, str(held.ends_at), counted(loud)],
                inverse=self._back(held),
                irreversible=_stuck(held),
                at_stake=Risk.LOW,
            ),
        )

    def _chosen(self, found: Hush) -> Held:
        known = (*found.silences, *found.ended)
        held = next((one for one in known if self.names(one)), None)
        if held is None:
            listed = [f"{one.id} {spelled(one.matchers)}" for one in found.silences]
            raise NotFoundError(
                f"{found.alertmanager} has no silence {(self.silence or self.mark)[:60]!r}",
                hint=f"active: {one_line(few(listed), 600) or 'none'}",
            )
        if held.state == "expired":
            raise RefusedError(
                f"silence {held.id} has ended at {held.ends_at:%Y-%m-%d %H:%M:%SZ}"
                if held.ends_at
                else f"silence {held.id} has ended",
                hint="there is nothing to do",
            )
        if self.mark and held.starts_at and held.ends_at:
            lasts = held.ends_at - held.starts_at
            if abs(lasts - timedelta(seconds=self.ends_after)) > _SLACK:
                raise RefusedError(
                    f"somebody changed silence {held.id} since; nothing is undone", hint=_SINCE
                )
        return held

    def names(self, held: Held) -> bool:
        """Return whether a silence is the one; as anybody can copy a mark, by its matchers too."""
        if not self.mark:
            return held.id == self.silence
        made = self.mark.partition("-")[0] == fingerprint(held.matchers, self.backend)
        return made and is_marked(held, self.mark)

    def _back(self, held: Held) -> Manifest:
        back: Manifest = {
            "kind": "silence",
            "matchers": list(map(str, held.matchers)),
            "reason": one_line(held.comment, 400).ljust(8, "."),
            "until": held.ends_at.isoformat() if held.ends_at else None,
        }
        return back | ({"backend": self.backend} if self.backend else {})


def is_marked(held: Held, mark: str) -> bool:
    """Return whether a plan has left its mark on a silence."""
    return bool(mark) and held.created_by.endswith(f"[{mark}]")


def _stuck(held: Held) -> str:
    """Return why a silence cannot be made again from here."""
    try:
        check_matchers(held.matchers)
    except ToolError as error:
        return f"such a silence is not made here: {error}"
    return "" if held.ends_at else "nobody knows when it was to end"


def _told(held: Held, loud: tuple[Alert, ...], found: Hush) -> list[FieldChange]:
    muted = [one for one in found.alerts if held.id in one.silenced_by]
    heard = f"{len(loud)} of the {len(muted)} alerts that it mutes: {told(loud)}"
    return [
        FieldChange(path="silence", before=described(held)),
        FieldChange(path="heard again", after=heard if muted else "nothing fires that it mutes"),
        FieldChange(path="alertmanager", after=found.alertmanager),
    ]


def _risks(loud: tuple[Alert, ...]) -> list[tuple[Risk, str]]:
    if is_grave(loud):
        return [(Risk.MEDIUM, "somebody may be woken by what is heard again")]
    return [(Risk.LOW, "what it muted is heard again")]
