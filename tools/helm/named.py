"""A release as a caller names it, and the revision that is meant."""

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated

from pydantic import Field

from clusterwright.tools.errors import InvalidInputError, NotFoundError
from clusterwright.tools.helm.record import KIND, Revision, namespaced_name
from clusterwright.tools.helm.store import history, kept
from clusterwright.tools.ref import check_namespace

if TYPE_CHECKING:
    from clusterwright.tools.kubernetes.client.connection import Connection

ReleaseName = Annotated[
    str, Field(min_length=1, max_length=200, description="Release: namespace/name.")
]
_NAME = re.compile(r"[A-Za-z0-9]([A-Za-z0-9._-]{0,61}[A-Za-z0-9])?\Z")
_SHOWN = 12


def parse(spelled: str) -> tuple[str, str]:
    """Return the namespace and the name of a release; no namespace for a name alone.

    Raises InvalidInputError for what can name none.
    """
    namespace, _, name = spelled.strip().removeprefix(f"{KIND}/").rpartition("/")
    if not _NAME.match(name) or "/" in namespace:
        raise InvalidInputError(
            f"{spelled[:80]!r} names no release",
            hint="write namespace/name, as in shop/cart; helm_list_releases lists them",
        )
    return (check_namespace(namespace) if namespace else "", name)


async def revisions_of(connection: "Connection", spelled: str) -> tuple[Revision, ...]:
    """Return the revisions of a release, newest first; a name alone will do where there is one.

    Raises NotFoundError with those there are, InvalidInputError for a name of several.
    """
    namespace, name = parse(spelled)
    if namespace:
        return await history(connection, namespace, name)
    found = (await kept(connection, None, name)).revisions
    if len(found) == 1:
        return next(iter(found.values()))
    if found:
        named = ", ".join(namespaced_name(one) for one in sorted(found)[:_SHOWN])
        raise InvalidInputError(
            f"there are {len(found)} releases {name!r}", hint=f"pass one of {named}"
        )
    return await history(connection, "default", name)


def chosen(revisions: Sequence[Revision], number: int | None) -> Revision:
    """Return the revision with a number, by default the newest; raise NotFoundError."""
    if number is None:
        return revisions[0]
    for one in revisions:
        if one.number == number:
            return one
    kept_ones = ", ".join(str(one.number) for one in revisions[:_SHOWN])
    more = ", …" if len(revisions) > _SHOWN else ""
    raise NotFoundError(
        f"revision {number} of {namespaced_name(revisions[0].release)} is not kept",
        hint=f"these are: {kept_ones}{more}",
    )
