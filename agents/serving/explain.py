"""The tool that tells all about one root cause, or what a finding code means."""

from functools import partial
from typing import Annotated

from anyio import to_thread
from pydantic import Field

from clusterwright.agents.diagnose.diagnosis import RootCause
from clusterwright.agents.remediate.found import Found
from clusterwright.agents.remediate.hands import Hands
from clusterwright.agents.serving.chosen import look_for
from clusterwright.agents.serving.explained import Explained, Offered, Whole, offered
from clusterwright.agents.serving.parameters import Cluster, Subject
from clusterwright.agents.serving.telling import saying
from clusterwright.agents.serving.workplace import Workplace
from clusterwright.tools.answer import BUDGET, CAP, longest
from clusterwright.tools.caller import Tell
from clusterwright.tools.cursor import Cursor, decode, encode, foreign, question
from clusterwright.tools.errors import InvalidInputError
from clusterwright.tools.explain import page
from clusterwright.tools.tool import Effect, Tool

_MOST = 200
_NOBODY = "no cluster was asked"


async def explain(
    work: Workplace,
    tell: Tell,
    cause: Annotated[
        str, Field(min_length=1, max_length=100, description="Id of a cause, or a finding code.")
    ],
    subject: Subject = None,
    limit: Annotated[
        int | None, Field(ge=1, le=_MOST, description="Parts at most, however long.")
    ] = None,
    cursor: Cursor = None,
    cluster: Cluster = None,
) -> Explained:
    """Tell the whole of a root cause: evidence, ready-made remedies, how each symptom hangs on it.

    With a finding code alone: what the code means, how it is proven and repaired.
    """
    if "/" in cause and not (subject or cursor):
        text = await to_thread.run_sync(page, cause)
        return Explained(cluster=_NOBODY, code=cause, page=text)
    own = question(cause, subject, cluster)
    token, start = _place(own, cursor) if cursor else ("", 0)
    whole = work.wholes.get(token)
    if whole is None:
        async with saying(tell) as say:
            say(f"looking for {cause}")
            _, found, root = await look_for(work, cause, subject, cluster)
        whole = Whole(root, _remedies(found, root))
        if token not in {"", whole.digest}:
            raise InvalidInputError(
                "what is known of it has changed since the page before",
                hint="ask again without cursor",
            )
        work.wholes.keep(whole.digest, whole)
    most = min(limit or _MOST, max(len(whole.parts) - start, 0))
    return longest(partial(_told, whole, own, start), most, CAP if limit else BUDGET)


TOOL = Tool(explain, Effect.READ, "Explain a root cause or a finding code", tells=True)


def _place(own: str, cursor: str) -> tuple[str, int]:
    """Return of what a cursor goes on, and at which part; raise InvalidInputError."""
    asked, token, start = decode("explain", cursor, str, str, int)
    if asked != own:
        raise foreign(cursor)
    return str(token), max(int(start), 0)


def _remedies(found: Found, root: RootCause) -> tuple[Offered, ...]:
    """Return what would repair a root cause, as the finding behind it has it."""
    source = found.source(root)
    if source is None:
        return ()
    answer, finding = source
    return tuple(offered(one, Hands.of(answer).plan) for one in finding.remedies)


def _told(whole: Whole, own: str, start: int, most: int) -> Explained:
    end = start + most
    more = encode("explain", own, whole.digest, end) if end < len(whole.parts) else None
    return whole.told(start, most, more)
