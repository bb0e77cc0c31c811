"""Read the records of many releases within bounds, those first that may tell most."""

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING

import anyio

from clusterwright.tools.coverage import Gap
from clusterwright.tools.errors import (
    ForbiddenError,
    InvalidInputError,
    NotFoundError,
    ToolError,
)
from clusterwright.tools.excerpt import few
from clusterwright.tools.helm.record import Release, Revision, Status, deployed
from clusterwright.tools.helm.store import record_page, records
from clusterwright.tools.ref import Ref

if TYPE_CHECKING:
    from clusterwright.tools.kubernetes.client.connection import Connection

MOST = 500
"""Records that are read for an answer."""
SECONDS = 15.0
"""How long reading them may take; those under way when it is over are still waited for."""
_AT_ONCE = 48
_MANY = 24
"""From as many on, records are read by pages; those that these do not bring by name."""
_MOST_LISTED = 2 * MOST
"""Records of pages in all, wanted or not."""


class Records:
    """Collects records by their Ref, and why some were not read."""

    def __init__(self, connection: "Connection", namespace: str | None = None) -> None:
        """Start the time in which they are to be read; `namespace` has all of them, if one does."""
        self._connection = connection
        self._namespace = namespace
        self._end = anyio.current_time() + SECONDS
        self._room = MOST
        self._left_out = 0
        self.found: dict[Ref, Release | ToolError] = {}

    async def read(self, revisions: Iterable[Revision]) -> None:
        """Read records that were not read yet, as long as there is room and time for them."""
        unique = {one.record: one for one in revisions if one.record not in self.found}
        wanted = list(unique.values())
        if len(wanted) >= _MANY:
            await self._list(wanted[: self._room])
            wanted = [one for one in wanted if one.record not in self.found]
        while wanted and self._room and anyio.current_time() < self._end:
            some = wanted[: min(_AT_ONCE, self._room)]
            wanted = wanted[len(some) :]
            self._room -= len(some)
            for ref, one in (await records(self._connection, some)).items():
                if not isinstance(one, NotFoundError):  # gone by now, with its release or before it
                    self.found[ref] = one
        self._left_out += len(wanted)

    async def _list(self, wanted: Sequence[Revision]) -> None:
        """Read what pages bring of the wanted, those whose status is not well first."""
        left = {one.record for one in wanted}
        groups: dict[tuple[str, bool], set[Status]] = {}
        for one in wanted:
            if one.status is not Status.SUPERSEDED:  # which most records are
                group = (one.record.kind, one.status is Status.DEPLOYED)
                groups.setdefault(group, set()).add(one.status)
        listed = 0
        for (kind, _), statuses in groups.items():
            cursor = ""
            while left and listed < _MOST_LISTED and anyio.current_time() < self._end:
                try:
                    page, cursor = await record_page(
                        self._connection, self._namespace, kind, statuses, cursor
                    )
                except ToolError:
                    return  # reading them by name tells why
                found = {ref: one for ref, one in page.items() if ref in left}
                self.found |= found
                self._room -= len(found)
                left -= found.keys()
                listed += len(page)
                if not cursor:
                    break

    @property
    def gaps(self) -> list[Gap]:
        """What was not read; a record that cannot be understood is a finding, and no gap."""
        failed: dict[str, list[str]] = {}
        for ref, one in self.found.items():
            if isinstance(one, ToolError) and not isinstance(one, InvalidInputError):
                denied = isinstance(one, ForbiddenError)
                why = "forbidden: it takes `get` on secrets" if denied else f"{one.code}: {one}"
                failed.setdefault(why, []).append(str(ref))
        gaps = [Gap(what=few(refs, 3), reason=why) for why, refs in failed.items()]
        if self._left_out:
            reason = f"there was no room or time for more than {MOST - self._room} of them"
            what = f"{self._left_out} release records"
            gaps.append(Gap(what=what, reason=f"{reason}; a namespace at a time brings them"))
        return gaps


def telling(revisions: Mapping[Ref, tuple[Revision, ...]]) -> list[Revision]:
    """Return the newest revision of each release, and the deployed one beneath it.

    Those first whose newest is not deployed, then those that changed last.
    """
    found: list[Revision] = []
    ordered = sorted(revisions.values(), key=lambda one: _order(one[0]))
    for one in ordered:
        below = deployed(one)
        found += [one[0], *([below] if below is not None and below is not one[0] else [])]
    return found


def _order(newest: Revision) -> tuple[bool, float]:
    modified = newest.modified.timestamp() if newest.modified else 0.0
    return newest.status is Status.DEPLOYED, -modified
