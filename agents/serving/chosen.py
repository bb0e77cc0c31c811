"""The root cause that a caller means: by its id, or by its code and the object that has it."""

from clusterwright.agents.diagnose.diagnosis import RootCause
from clusterwright.agents.remediate.found import Found, Scope
from clusterwright.agents.serving.workplace import Workplace
from clusterwright.tools.errors import (
    InvalidInputError,
    NotFoundError,
    ToolError,
    UnreachableError,
)
from clusterwright.tools.excerpt import few

_MOST_NAMED = 8


async def look_for(
    work: Workplace, cause: str, subject: str | None, cluster: str | None
) -> tuple[Scope, Found, RootCause]:
    """Look at the cluster now and return the one root cause that is meant.

    Where its id is known it is looked for where it was found, else everywhere. Raise NotFoundError
    if it is not there, UnreachableError if that cannot be told, InvalidInputError if several are
    meant.
    """
    scope = work.scope_of(cause) or Scope(cluster)
    found = await work.look(scope)
    meant = [one for one in found.diagnosis.root_causes if _means(one, cause, subject)]
    if len(meant) == 1:
        return scope, found, meant[0]
    if meant:
        listed = few([f"{one.subject} [{one.id}]" for one in meant], _MOST_NAMED)
        raise InvalidInputError(
            f"{len(meant)} root causes are meant by {cause!r}: {listed}",
            hint="pass the id of one as cause",
        )
    raise _missing(work, cause, subject, found)


def _means(root: RootCause, cause: str, subject: str | None) -> bool:
    if cause == root.id:
        return True
    objects = {str(root.subject), *(str(one) for one in root.members)}
    return cause == root.code and (subject is None or subject in objects)


def _missing(work: Workplace, cause: str, subject: str | None, found: Found) -> ToolError:
    """Return what to say where a root cause is not found: gone only if all have answered."""
    roots, silent = found.diagnosis.root_causes, few(found.silent(), _MOST_NAMED)
    there = few([f"{one.code} on {one.subject} [{one.id}]" for one in roots], _MOST_NAMED)
    about = f" on {subject}" if subject else ""
    if silent:
        return UnreachableError(
            f"root cause {cause!r}{about} is not found, but {silent} did not answer, so nobody"
            " knows whether it is there",
            hint=f"found are: {there}" if roots else "diagnose tells why it did not answer",
        )
    if work.scope_of(cause) is not None:
        return NotFoundError(
            f"root cause {cause!r} is not found any more", hint="diagnose tells what is wrong now"
        )
    return NotFoundError(
        f"no root cause {cause!r}{about} is found now",
        hint=f"found are: {there}" if roots else "nothing is wrong in what could be checked",
    )
