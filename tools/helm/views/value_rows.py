"""The rows of a view of values: one for each that was supplied, an outline of the others."""

import json
from collections.abc import Callable, Sequence
from functools import partial
from typing import Literal, cast

from pydantic import BaseModel, ConfigDict, Field

from clusterwright.tools.diff import same
from clusterwright.tools.field_path import MISSING, Path, put, read, spell
from clusterwright.tools.helm.values import SuppliedValue
from clusterwright.tools.helm.veil import Veil
from clusterwright.tools.kubernetes.select import outline
from clusterwright.tools.manifest import Json, Manifest
from clusterwright.tools.redaction import REDACTED

_LONGEST = 300


class ValueRow(BaseModel):
    """One value, or an outline of several."""

    model_config = ConfigDict(frozen=True)

    path: str
    value: str = Field(description="As JSON; its shape and size where it is large.")
    source: Literal["supplied", "removed", "default"] = Field(
        description="removed: supplied as null, which takes the default away."
    )
    since: int | None = Field(default=None, description="Revision that brought it.")
    default: str | None = Field(default=None, description="The chart's, where it is another.")

    def line(self) -> str:
        """Return the row on one line."""
        if self.source == "default":
            return f"{self.path} = {self.value}"
        shown = "(removed)" if self.source == "removed" else self.value
        over = f", default {self.default}" if self.default is not None else ""
        return f"{self.path} = {shown} (since {self.since}{over})"


class Shown:
    """Values as they may be shown: redacted by their names, then by what else is known."""

    def __init__(self, veil: Veil, whole: Json, defaults: Json, given: Json) -> None:
        """Take what templates see, what the chart brings, and what was supplied, all redacted."""
        self._veil = veil
        self._whole = whole
        self._defaults = defaults
        self._given = given

    def spelled(self, path: Path) -> str:
        """Return a path as it may be shown."""
        return self._veil.line(spell(path), _LONGEST)

    def computed(self, path: Path) -> Json:
        """Return what templates see at a path; None where they see nothing."""
        found = read(self._whole, path)
        return None if found is MISSING else self._veil.json(found)

    def supplied(self, one: SuppliedValue) -> ValueRow:
        """Return the row of a value that was supplied."""
        other = one.default is not MISSING and not same(one.default, one.value)
        return ValueRow(
            path=self.spelled(one.path),
            value=self._told(self._given, one.path),
            source="removed" if one.value is None else "supplied",
            since=one.since,
            default=self._told(self._defaults, one.path) if other else None,
        )

    def rest(self, supplied: Sequence[SuppliedValue], path: Path) -> list[Callable[[], ValueRow]]:
        """Return what makes the row of each member at a path, without what was supplied of it."""
        left: Json = self._whole
        for one in supplied:
            if read(left, one.path) not in (MISSING, {}) and one.value != {}:
                left = put(left, one.path, MISSING)
        members, before = read(left, path), read(self._whole, path)
        if not isinstance(members, dict):
            return []
        return [
            partial(self._default, left, (*path, key))
            for key, value in cast("Manifest", members).items()
            if value != {} or before[key] == {}
        ]

    def _default(self, left: Json, path: Path) -> ValueRow:
        return ValueRow(path=self.spelled(path), value=self._told(left, path), source="default")

    def _told(self, values: Json, path: Path) -> str:
        """Return a value as JSON, or its shape and size."""
        found = read(values, path)
        shown = REDACTED if found is MISSING else self._veil.json(found)
        spelled = json.dumps(shown, ensure_ascii=False)
        return spelled if len(spelled) <= _LONGEST else next(iter(outline([shown]).values()))
