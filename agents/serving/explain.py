"""The tool that tells all about one root cause, or what a finding code means."""

from functools import partial
from typing import Annotated

from anyio import to_thread
from pydantic import Field

from clusterwright.agents.diagnose.diagnosis import RootCause
from clusterwright.agents.problems import SUFFIX
from clusterwright.agents.remediate.found import Found
from clusterwright.agents.serving.chosen import look_for
from clusterwright.agents.serving.explained import Explained, Offered, Whole, offered
from clusterwright.agents.serving.parameters import Cluster, Subject
from clusterwright.agents.serving.workplace import Workplace
from clusterwright.tools.answer import BUDGET, CAP, longest
from clusterwright.tools.cursor import Cursor, decode, encode, foreign, question
from clusterwright.tools.explain import page
from clusterwright.tools.tool import Effect, Tool

_MOST = 200
_NOBODY = "no cluster was asked"


async def explain(
    work: Workplace,
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
    asked, start = decode("explain", cursor, str, int) if cursor else (own, 0)
    if asked != own:
        raise foreign(cursor or "")
    _, found, root = await look_for(work, cause, subject, cluster)
    whole = Whole(root, _remedies(found, root))
    most = min(limit or _MOST, max(len(whole.parts) - int(start), 0))
    return longest(partial(_told, whole, own, int(start)), most, CAP if limit else BUDGET)


TOOL = Tool(explain, Effect.READ, "Explain a root cause or a finding code")


def _remedies(found: Found, root: RootCause) -> tuple[Offered, ...]:
    """Return what would repair a root cause, as the finding behind it has it."""
    source = found.source(root)
    if source is None:
        return ()
    answer, finding = source
    tool = f"{answer.tool.removesuffix(SUFFIX)}_plan_change"
    return tuple(offered(one, tool) for one in finding.remedies)


def _told(whole: Whole, own: str, start: int, most: int) -> Explained:
    end = start + most
    return whole.told(start, most, encode("explain", own, end) if end < len(whole.parts) else None)
