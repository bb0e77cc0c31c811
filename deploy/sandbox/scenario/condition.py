"""A declared condition on live objects: how a scenario knows its own state.

It reads fields and nothing else. In particular it uses no analyzer, so that a scenario and the
analyzer it tests cannot share a mistake.
"""

import json
import re
from collections.abc import Iterable
from functools import lru_cache

import jsonpath
from pydantic import BaseModel, ConfigDict, Field, field_validator

from clusterwright.tools.manifest import Json, Manifest, labels_of, name_of, text

_LONGEST_VALUE = 160


class Condition(BaseModel):
    """Objects of a kind, a path below each, and what must be found there."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    kind: str = Field(
        description="As kubectl spells it in `get`: Pod, Machine.cluster.x-k8s.io. Besides: Series,"
        " of a query, with `$.value`; Alert and Silence, that Alertmanager has, with"
        " `$.status.state`."
    )
    query: str = Field(default="", description="PromQL, of the kind Series.")
    target: str = Field(default="", description="The workload cluster to look at: capi:ns/name.")
    namespace: str = Field(default="", description="If not the scenario's own.")
    name: str = Field(default="", description="One object's name; else all that carry `labels`.")
    labels: dict[str, str] = Field(default_factory=dict)
    path: str = Field(default="$.metadata.name", description="JSONPath (RFC 9535).")
    matches: str = Field(default=".+", description="Regular expression for one whole value.")
    count: int | None = Field(
        default=None, ge=0, description="At least so many; 0: none; left out: all, and one or more."
    )
    seconds: int = Field(default=0, description="It must hold for so long without a break.")

    @field_validator("path")
    @classmethod
    def _is_a_path(cls, path: str) -> str:
        _compiled(path)
        return path

    @field_validator("matches", mode="before")
    @classmethod
    def _is_text(cls, matches: Json) -> str:
        return str(matches)

    def holds(self, objects: Iterable[Manifest]) -> bool:
        """Return whether the objects of a namespace, of any kind, satisfy this."""
        chosen = self._chosen(objects)
        met = sum(1 for one in chosen if self._is_met_by(one))
        if self.count == 0:
            return met == 0
        return met >= (len(chosen) if self.count is None else self.count) and met > 0

    def seen(self, objects: Iterable[Manifest]) -> str:
        """Return one line: what is wanted and what is there instead."""
        found = [f"{name_of(one)}={self._shown(one)}" for one in self._chosen(objects)]
        return f"{self} but found {', '.join(found[:3]) or 'no such object'}"

    def __str__(self) -> str:
        """Return what must hold, in one line."""
        which = (
            self.query or self.name or ",".join(f"{k}={v}" for k, v in self.labels.items()) or "any"
        )
        times = "" if self.count is None else " (none)" if self.count == 0 else f" ({self.count}x)"
        where = f" in {self.namespace}" if self.namespace else ""
        where += f" on {self.target}" if self.target else ""
        return f"{self.kind} {which}{where}: {self.path} must match {self.matches}{times}"

    def _chosen(self, objects: Iterable[Manifest]) -> list[Manifest]:
        return [one for one in objects if self._selects(one)]

    def _selects(self, manifest: Manifest) -> bool:
        kind, _, group = self.kind.partition(".")
        if text(manifest, "kind") != kind or (self.name and name_of(manifest) != self.name):
            return False
        if group and text(manifest, "apiVersion").rpartition("/")[0] != group:
            return False
        return self.labels.items() <= labels_of(manifest).items()

    def _is_met_by(self, manifest: Manifest) -> bool:
        return any(
            re.fullmatch(self.matches, _spelled(value), re.DOTALL)
            for value in _compiled(self.path).findall(manifest)
        )

    def _shown(self, manifest: Manifest) -> str:
        values = [_spelled(value) for value in _compiled(self.path).findall(manifest)]
        return (", ".join(values) or "nothing")[:_LONGEST_VALUE]


@lru_cache(maxsize=512)
def _compiled(path: str) -> jsonpath.JSONPath | jsonpath.CompoundJSONPath:
    return jsonpath.compile(path)


def _spelled(value: Json) -> str:
    return value if isinstance(value, str) else json.dumps(value, sort_keys=True)
