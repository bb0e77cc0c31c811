"""The tool that asks every server what is wrong, and names the root causes across all of them."""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from typing import Annotated

from pydantic import Field

from clusterwright.agents.diagnose import diagnose as look_at
from clusterwright.agents.diagnose.diagnosis import Diagnosis, RootCause
from clusterwright.agents.remediate.found import Scope
from clusterwright.agents.serving.diagnosed import MOST, Diagnosed, page
from clusterwright.agents.serving.parameters import Cluster, Namespace, Subject
from clusterwright.agents.serving.telling import saying
from clusterwright.agents.serving.workplace import Workplace
from clusterwright.tools.caller import Tell
from clusterwright.tools.cursor import Cursor, decode, encode, foreign, question
from clusterwright.tools.errors import InvalidInputError
from clusterwright.tools.ref import Ref, check_namespace
from clusterwright.tools.tool import Effect, Tool

_TOKEN_BYTES = 9


@dataclass(frozen=True, slots=True)
class _Asked:
    """What is to be diagnosed."""

    cluster: str | None
    namespace: str | None
    ref: Ref | None


@dataclass(frozen=True, slots=True)
class _Shown:
    """The last root cause that was shown: of which look, where in it, and its id."""

    token: str
    place: int
    last: str


async def diagnose(
    work: Workplace,
    tell: Tell,
    subject: Subject = None,
    namespace: Namespace = None,
    limit: Annotated[
        int | None, Field(ge=1, le=MOST, description="Causes at most, with more evidence.")
    ] = None,
    cursor: Cursor = None,
    cluster: Cluster = None,
) -> Diagnosed:
    """Name the root causes of all that is wrong in a cluster, a namespace, or with one object.

    Start here: Kubernetes, Cluster API, Helm, Prometheus and GPUs are joined, symptoms folded.
    """
    asked = _asked(subject, namespace, cluster)
    own = question(subject, namespace, cluster)
    shown = _shown(own, cursor) if cursor else _Shown("", -1, "")
    known = work.looks.get(shown.token)
    start = shown.place + 1
    if known is None:
        known = await _look(work, tell, asked)
        start = _start(known.root_causes, shown) if cursor else 0
        shown = _Shown(secrets.token_urlsafe(_TOKEN_BYTES), -1, "")
        work.looks.keep(shown.token, known)
    rest = known.root_causes[start:]
    return page(known, rest, limit, partial(_after, own, shown.token, start, rest))


TOOL = Tool(diagnose, Effect.READ, "Diagnose a cluster, a namespace or an object", tells=True)


def _asked(subject: str | None, namespace: str | None, cluster: str | None) -> _Asked:
    """Return what is asked for; raise InvalidInputError for what cannot be."""
    if namespace:
        check_namespace(namespace)
    return _Asked(cluster, namespace, Ref.parse(subject) if subject else None)


async def _look(work: Workplace, tell: Tell, asked: _Asked) -> Diagnosis:
    hub = await work.hub()
    async with saying(tell, len(hub.servers) + 1.0) as say:
        found = await look_at(
            hub,
            cluster=asked.cluster,
            namespace=asked.namespace,
            ref=asked.ref,
            heard=lambda server: say(f"{server} has answered"),
        )
    # What an object hangs on may be anywhere in its cluster.
    work.know(found, Scope(asked.cluster, None if asked.ref else asked.namespace))
    return found


def _shown(own: str, cursor: str) -> _Shown:
    """Return what a cursor goes on after; raise InvalidInputError."""
    found, token, place, last = decode("diagnose", cursor, str, str, int, str)
    if found != own:
        raise foreign(cursor)
    return _Shown(str(token), max(int(place), -1), str(last))


def _start(roots: Sequence[RootCause], shown: _Shown) -> int:
    """Return where another look goes on after what was shown; raise InvalidInputError."""
    places = (place for place, one in enumerate(roots) if one.id == shown.last)
    nearest = min(places, key=lambda place: abs(place - shown.place), default=None)
    if nearest is None:
        raise InvalidInputError(
            "what was found has changed since the page before", hint="ask again without cursor"
        )
    return nearest + 1


def _after(own: str, token: str, start: int, rest: Sequence[RootCause], most: int) -> str:
    return encode("diagnose", own, token, start + most - 1, rest[most - 1].id)
