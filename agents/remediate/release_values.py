"""Read the values of a Helm release as its templates see them, by the tool that shows a release."""

import json
from collections import deque
from dataclasses import dataclass
from typing import Any, cast

from pydantic import BaseModel

from clusterwright.agents.hub import Hub
from clusterwright.agents.remediate.hands import Hands
from clusterwright.tools.field_path import parse, put
from clusterwright.tools.manifest import Json, Manifest, mapping

_MOST_READ = 24
"""Sections that are asked for one by one, since an overview leaves them out for their size."""
_MOST_PAGES = 20
_MOST_ROWS = 500


@dataclass(frozen=True, slots=True)
class Values:
    """The values of a release, without secrets."""

    read: Manifest
    complete: bool
    """Whether all could be read: what is too large to be told is not."""


class _Row(BaseModel):
    path: str
    value: str


class _Shown(BaseModel):
    rows: tuple[_Row, ...] = ()
    value: Any = None


class _Release(BaseModel):
    shown: _Shown
    next_cursor: str | None = None


async def read_values(hub: Hub, hands: Hands, cluster: str, named: str) -> Values:
    """Return the values of a release; raise ToolError."""
    asked: Manifest = {"name": named, "view": "values", "limit": _MOST_ROWS}
    asked |= {"cluster": cluster} if cluster else {}
    reading = _Reading(hub, hands, asked)
    await reading.read("")
    for _ in range(_MOST_READ):
        if not reading.large:
            break
        await reading.read(reading.large.popleft())
    return Values(reading.values, reading.complete and not reading.large)


class _Reading:
    """What was read so far, and what is left to be asked for by its path."""

    def __init__(self, hub: Hub, hands: Hands, asked: Manifest) -> None:
        self._hub = hub
        self._hands = hands
        self._asked = asked
        self.values: Manifest = {}
        self.large: deque[str] = deque()
        self.complete = True

    async def read(self, section: str) -> None:
        """Read a section whole, or else what is below it; "" is the top."""
        tool = f"{self._hands.prefix}_get_release"
        asked = {**self._asked, **({"path": section} if section else {})}
        for _ in range(_MOST_PAGES):
            page = await self._hub.call(self._hands.server, tool, asked, _Release)
            if page.shown.value is not None:
                self._keep(section, page.shown.value)
                return
            for row in page.shown.rows:
                self._keep_row(section, row)
            if page.next_cursor is None:
                return
            asked["cursor"] = page.next_cursor
        self.complete = False

    def _keep_row(self, section: str, row: _Row) -> None:
        """Keep a value that a row tells; one that is only outlined there is asked for."""
        try:
            value = json.loads(row.value)
        except ValueError:
            below = len(parse(row.path)) > len(parse(section)) if section else True
            if below:
                self.large.append(row.path)
            else:  # it is what was asked for just now, or what that is a part of
                self.complete = False
            return
        self._keep(row.path, value)

    def _keep(self, path: str, value: Json) -> None:
        self.values = merged(self.values, mapping(put({}, parse(path), value)))


def merged(one: Manifest, other: Manifest) -> Manifest:
    """Return values with others laid over them, member by member."""
    found = dict(one)
    for key, value in other.items():
        both = isinstance(value, dict) and isinstance(found.get(key), dict)
        found[key] = merged(found[key], cast("Manifest", value)) if both else value
    return found
