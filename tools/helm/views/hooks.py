"""The hooks of a revision: when each runs, how its last run ended, whether it is still there."""

from datetime import datetime
from typing import Literal, Self

from anyio import to_thread
from pydantic import BaseModel, ConfigDict, Field

from clusterwright.tools.errors import InvalidInputError
from clusterwright.tools.excerpt import one_line
from clusterwright.tools.helm.live_objects import LiveObjects, live_objects
from clusterwright.tools.helm.objects import Object
from clusterwright.tools.helm.placement import on_cluster
from clusterwright.tools.helm.record import Hook
from clusterwright.tools.helm.views.view import Asked, Read, View
from clusterwright.tools.kubernetes.state import state_of
from clusterwright.tools.kubernetes.state.state import span
from clusterwright.tools.quotation import word
from clusterwright.tools.ref import Ref

_SHORT, _MOST = 80, 6
_ROWS = 60
"""Hooks of a page: the object of each is read."""


class HookRow(BaseModel):
    """One hook."""

    model_config = ConfigDict(frozen=True)

    object: str = Field(description="What it makes, as Kind/namespace/name.")
    events: tuple[str, ...]
    weight: int = 0
    delete_policies: tuple[str, ...] = Field(
        default=(), description="None set: removed before the next one is made."
    )
    phase: str = Field(default="", description="Of its last run; empty: it never ran.")
    started: str = Field(default="", description="How long ago.")
    took: str = ""
    live: str | None = Field(
        default=None, description="State of its object now, or absent; none: not read."
    )

    def line(self) -> str:
        """Return it on one line."""
        words = [word(self.object), "/".join(map(word, self.events)), f"weight {self.weight}"]
        words.append(f"last run {word(self.phase)}" if self.phase else "never ran")
        words += [f"{self.started} ago"] if self.started else []
        words += [f"took {self.took}"] if self.took else []
        words += ["/".join(map(word, self.delete_policies))] if self.delete_policies else []
        words += [f"now {self.live}"] if self.live else []
        return ", ".join(words)


class HooksView(View):
    """A page of the hooks, by weight."""

    view: Literal["hooks"] = "hooks"
    hooks: int = Field(description="In all.")
    rows: tuple[HookRow, ...]

    @property
    def units(self) -> int:
        """The rows."""
        return len(self.rows)

    @property
    def end(self) -> int:
        """All hooks."""
        return self.hooks

    def first(self, units: int) -> Self:
        """Return the first rows."""
        return self.model_copy(update={"rows": self.rows[:units]})

    def lines(self) -> list[str]:
        """Return a line for each hook."""
        return [f"hooks: {self.hooks}", *(one.line() for one in self.rows)]


async def read_hooks(asked: Asked) -> Read:
    """Return the hooks, each with the state of what it made, where that is still there."""
    release, _ = await asked.record()
    every = sorted(release.hooks, key=lambda one: (one.weight, one.kind, one.name))
    page = every[asked.offset : asked.offset + _ROWS]
    made = [await _object(asked, one) for one in page]
    live = await live_objects(asked.connection, [one for one in made if one])
    now = asked.connection.now

    def rows() -> tuple[HookRow, ...]:
        return tuple(_row(one, of, live, now) for one, of in zip(page, made, strict=True))

    return Read(HooksView(hooks=len(every), rows=await to_thread.run_sync(rows)), live.gaps)


async def _object(asked: Asked, hook: Hook) -> Object | None:
    """Return what a hook makes; None where its manifest cannot be read."""
    try:
        found = await on_cluster(asked.connection, hook.manifest, asked.revision.namespace)
    except InvalidInputError:
        return None
    return found[0] if found else None


def _row(hook: Hook, of: Object | None, live: LiveObjects, now: datetime) -> HookRow:
    named = str(of.ref) if of else one_line(f"{hook.kind}/{hook.name}", _SHORT)
    ended = hook.completed if hook.completed and hook.started else None
    return HookRow(
        object=named,
        events=tuple(one_line(one, _SHORT) for one in hook.events[:_MOST]),
        weight=hook.weight,
        delete_policies=tuple(one_line(one, _SHORT) for one in hook.delete_policies[:_MOST]),
        phase=one_line(hook.phase, _SHORT),
        started=span(now - hook.started) if _happened(hook.started) and hook.started else "",
        took=span(ended - hook.started) if ended and hook.started and _happened(ended) else "",
        live=_live(of.ref, live, now) if of else None,
    )


def _happened(when: datetime | None) -> bool:
    """Return whether a time is one: Go writes the year 1 for none."""
    return when is not None and when.year > 1


def _live(ref: Ref, live: LiveObjects, now: datetime) -> str | None:
    if ref not in live.found:
        return None
    found = live.found[ref]
    return (state_of(found, now).text or "there") if found is not None else "absent"
