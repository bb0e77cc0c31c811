"""The tool that asks every server what is wrong, and names the root causes across all of them."""

import secrets
from dataclasses import dataclass
from functools import partial
from typing import Annotated

from pydantic import Field

from clusterwright.agents.diagnose.about import about
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

    scope: Scope
    ref: Ref | None


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
    found, token, last = decode("diagnose", cursor, str, str, str) if cursor else ("", "", "")
    if cursor and found != own:
        raise foreign(cursor)
    known = work.kept_look(str(token)) if token else None
    if known is None:
        known = await _look(work, tell, asked)
        token = secrets.token_urlsafe(_TOKEN_BYTES)
        work.keep_look(str(token), known)
    after = partial(_after, own, str(token))
    return page(known, _rest(known.root_causes, str(last)), limit, after)


TOOL = Tool(diagnose, Effect.READ, "Diagnose a cluster, a namespace or an object", tells=True)


def _asked(subject: str | None, namespace: str | None, cluster: str | None) -> _Asked:
    """Return what is asked for; raise InvalidInputError for what cannot be."""
    if namespace:
        check_namespace(namespace)
    ref = Ref.parse(subject) if subject else None
    if ref and namespace and ref.namespace and ref.namespace != namespace:
        raise InvalidInputError(
            f"{subject!r} is not in namespace {namespace!r}", hint="leave namespace out"
        )
    # What an object hangs on may be anywhere in its cluster.
    return _Asked(Scope(cluster, None if ref else namespace), ref)


async def _look(work: Workplace, tell: Tell, asked: _Asked) -> Diagnosis:
    hub = await work.hub()
    async with saying(tell, len(hub.servers) + 1.0) as say:
        found = await work.look(asked.scope, lambda server: say(f"{server} has answered"))
        if asked.ref is None:
            return found.diagnosis
        say(f"following what {asked.ref} hangs on")
        named = next((one.cluster for one in found.answers if one.cluster), "")
        return await about(hub, found.diagnosis, found.answers, asked.ref, named)


def _rest(roots: tuple[RootCause, ...], last: str) -> tuple[RootCause, ...]:
    """Return the root causes after the last one that was shown; raise InvalidInputError."""
    if not last:
        return roots
    for place, one in enumerate(roots):
        if one.id == last:
            return roots[place + 1 :]
    raise InvalidInputError(
        "what was found has changed since the page before", hint="ask again without cursor"
    )


def _after(own: str, token: str, root: RootCause) -> str:
    return encode("diagnose", own, token, root.id)
