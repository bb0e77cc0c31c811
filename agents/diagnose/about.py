"""Why is this object broken: of all root causes, those that it hangs on, and how it does.

From the object it goes on to what that needs (owner, node, what it uses, selects, routes to or
makes), a few calls far, until it meets something that a root cause explains. Who merely needs the
object in turn is not asked.
"""

from collections import deque
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

import anyio
from pydantic import BaseModel, ConfigDict

from clusterwright.agents.diagnose.diagnosis import (
    About,
    Diagnosis,
    RootCause,
    Verdict,
    broken,
    touched,
)
from clusterwright.agents.diagnose.gather import Answered
from clusterwright.agents.diagnose.kinds import NO_OBJECTS
from clusterwright.agents.hub import Hub
from clusterwright.tools.errors import NotFoundError, ToolError
from clusterwright.tools.excerpt import one_line
from clusterwright.tools.ref import Ref

_DESCRIBE = "k8s_describe"
_RELEASE, _GET_RELEASE = "HelmRelease", "helm_get_release"
_NEEDS = ("owned by", "runs on", "uses", "selects", "routes to", "makes")
"""Neighbours, as the describing tool names them, whose trouble is an object's own."""
_UP, _DOWN = "owned by", "makes"
_CALLS = 12
_SECONDS = 20.0


class _Neighbour(BaseModel):
    model_config = ConfigDict(frozen=True)

    how: str
    ref: Ref
    well: bool | None = None


class _Described(BaseModel):
    """What is read of a description."""

    model_config = ConfigDict(frozen=True)

    state: str = ""
    well: bool | None = None
    related: tuple[_Neighbour, ...] = ()


@dataclass(frozen=True, slots=True)
class _Step:
    """An object that is reached, and the way there."""

    ref: Ref
    path: tuple[str, ...]
    last: str = ""


@dataclass
class _Walk:
    """What is known so far."""

    roots: Sequence[RootCause]
    shown_by: Mapping[Ref, Sequence[RootCause]]
    """The root causes of each object that shows any."""
    met: dict[str, tuple[str, ...]] = field(default_factory=dict[str, tuple[str, ...]])
    """The way to each root cause that was met, by its id; the nearest first."""
    own: _Described | None = None
    note: str = ""

    def meets(self, step: _Step) -> bool:
        """Return whether a root cause that hurts explains what is reached; write down the way."""
        here = self.shown_by.get(step.ref, ())
        for one in here:
            end = () if step.ref == one.subject else ("explained-by", str(one.subject))
            self.met.setdefault(one.id, (*step.path, *end))
        return broken(here)


async def about(
    hub: Hub, diagnosis: Diagnosis, answers: Sequence[Answered], ref: Ref, cluster: str
) -> Diagnosis:
    """Return what of a diagnosis an object hangs on, the nearest first.

    Raise NotFoundError if there is no such object. `cluster` is the name that the answers carry.
    """
    roots = [one for one in diagnosis.root_causes if one.cluster == cluster]
    walk = _Walk(roots, _by_object(roots))
    server = _describer(answers)
    if _is_no_object(ref):
        if not walk.meets(_Step(ref, (str(ref),))):
            raise NotFoundError(
                f"nothing is found about {ref}",
                hint="the names that a diagnosis of the whole cluster shows are those to ask for",
            )
    elif server is None:
        walk.note = "what it hangs on: no server that describes objects answered"
        walk.meets(_Step(ref, (str(ref),)))
    else:
        until = anyio.current_time() + _SECONDS
        await _walk(_Look(hub, server, cluster, until), ref, walk)
    return _narrowed(diagnosis, ref, walk)


async def require_there(
    hub: Hub, answers: Sequence[Answered], ref: Ref, cluster: str | None = None
) -> None:
    """Raise ToolError unless an object that no root cause names is there, where that can be told.

    Of an alert, as of what else only Prometheus knows, it can not: one that has ended is well.
    `cluster` is the one that was asked; None: the current one.
    """
    answered = next((one.cluster for one in answers if one.cluster), cluster or "")
    if not _is_no_object(ref):
        server = _describer(answers)
        if server is not None:
            await _described(hub, server, answered, ref)
    elif ref.kind == _RELEASE and (server := _offering(answers, _GET_RELEASE)) is not None:
        name = "/".join(part for part in (ref.namespace, ref.name) if part)
        arguments: dict[str, str | int] = {"name": name, "view": "history", "limit": 1}
        arguments |= {"cluster": answered} if answered else {}
        await hub.call(server, _GET_RELEASE, arguments, _Described)


def _describer(answers: Sequence[Answered]) -> str | None:
    return _offering(answers, _DESCRIBE)


def _offering(answers: Sequence[Answered], tool: str) -> str | None:
    return next((a.server for a in answers if tool in a.offers and not a.failed), None)


def _is_no_object(ref: Ref) -> bool:
    return ref.kind in NO_OBJECTS and not ref.group


async def _described(hub: Hub, server: str, cluster: str, ref: Ref) -> _Described:
    asked = {"kind": ref.kind_key, "name": ref.name, "namespace": ref.namespace}
    arguments = {k: v for k, v in {**asked, "cluster": cluster}.items() if v}
    return await hub.call(server, _DESCRIBE, arguments, _Described)


def _by_object(roots: Sequence[RootCause]) -> dict[Ref, list[RootCause]]:
    found: dict[Ref, list[RootCause]] = {}
    for root in roots:
        for ref in touched(root):
            found.setdefault(ref, []).append(root)
    return found


async def _walk(look: "_Look", start: Ref, walk: _Walk) -> None:
    """Go from object to object, breadth first, within so many calls and so much time."""
    seen, queue = {start}, deque([_Step(start, (str(start),))])
    while queue:
        step = queue.popleft()
        explained = walk.meets(step)
        if explained and step.ref != start:
            continue
        if look.spent():
            walk.note = f"what {step.ref} hangs on was not looked at: {look.calls} calls, no more"
            return
        described = await look.at(step.ref, walk, must=step.ref == start)
        if explained:
            return
        fresh = [one for one in _needed(described, step) if one.ref not in seen]
        for one in fresh:
            seen.add(one.ref)
            way = (*step.path, one.how.replace(" ", "-"), str(one.ref))
            nearer = _Step(one.ref, way, one.how)
            if one.well is not True:
                queue.append(nearer)
            else:
                walk.meets(nearer)


@dataclass
class _Look:
    """The describing tool of a cluster, and how often it was asked."""

    hub: Hub
    server: str
    cluster: str
    until: float
    calls: int = 0

    def spent(self) -> bool:
        """Return whether enough was asked."""
        return self.calls == _CALLS or anyio.current_time() > self.until

    async def at(self, ref: Ref, walk: _Walk, *, must: bool) -> _Described:
        """Return an object's description, an empty one if it cannot be had.

        Raise NotFoundError for one that `must` be there.
        """
        self.calls += 1
        try:
            described = await _described(self.hub, self.server, self.cluster, ref)
        except ToolError as error:
            if must and isinstance(error, NotFoundError):
                raise
            if not isinstance(error, NotFoundError):
                walk.note = f"{ref} could not be described: {one_line(str(error))}"
            return _Described()
        if must:
            walk.own = described
        return described


def _needed(described: _Described, step: _Step) -> Iterator[_Neighbour]:
    """Yield what an object needs; not what its owner makes beside it."""
    for one in described.related:
        if one.how in _NEEDS and not (step.last == _UP and one.how == _DOWN):
            yield one


def _narrowed(diagnosis: Diagnosis, ref: Ref, walk: _Walk) -> Diagnosis:
    kept = [one for one in walk.roots if one.id in walk.met]
    nearest = sorted(kept, key=lambda one: len(walk.met[one.id]))
    own = walk.own or _Described()
    return diagnosis.model_copy(
        update={
            "about": About(ref=ref, state=own.state, well=own.well, note=walk.note),
            "verdict": _verdict(diagnosis, kept, own),
            "root_causes": tuple(
                one.model_copy(update={"path": walk.met[one.id]}) for one in nearest
            ),
        }
    )


def _verdict(diagnosis: Diagnosis, kept: Sequence[RootCause], own: _Described) -> Verdict:
    """Return what can be said of the object: what is unwell for no known cause is not healthy."""
    if broken(kept):
        return Verdict.PROBLEMS
    if own.well is None or not own.well or diagnosis.verdict is Verdict.UNKNOWN:
        return Verdict.UNKNOWN
    return Verdict.HEALTHY
