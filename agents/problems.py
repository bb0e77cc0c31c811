"""How the agent reads what any `<domain>_find_problems` tool answers."""

from collections.abc import Set
from typing import cast

from pydantic import (
    AliasChoices,
    BaseModel,
    ConfigDict,
    Field,
    ValidationError,
    model_validator,
)

from clusterwright.tools.coverage import Coverage
from clusterwright.tools.finding import Finding, Relation
from clusterwright.tools.manifest import Json, Manifest

SUFFIX = "_find_problems"
_PARTS = frozenset({"evidence", "members", "relations", "fixes", "remedies"})
"""Lists of a finding that it can do without one of, as long as one piece of evidence is left."""
_SINCE = ("since",)


class Problems(BaseModel):
    """One page of a problems tool, whichever domain it is of."""

    model_config = ConfigDict(frozen=True)

    cluster: str
    findings: tuple[Finding, ...] = ()
    relations: tuple[Relation, ...] = ()
    coverage: Coverage
    cursor: str | None = Field(default=None, validation_alias=AliasChoices("next_cursor", "cursor"))
    odd: int = 0
    """Findings that could not be read."""
    odd_parts: int = 0
    """Relations that could not be, and parts that findings were read without."""

    @model_validator(mode="before")
    @classmethod
    def _each_for_itself(cls, data: object) -> object:
        """Read findings and relations one by one: one that is odd must not cost all the others."""
        if not isinstance(data, dict):
            return data
        answer = cast("Manifest", data)
        findings: Json = answer.get("findings") or []
        relations: Json = answer.get("relations") or []
        if not isinstance(findings, list) or not isinstance(relations, list):
            return answer  # which is refused
        found = [_finding(one) for one in cast("list[Json]", findings)]
        edges = [_relation(one) for one in cast("list[Json]", relations)]
        return {
            **answer,
            "findings": [one for one, _ in found if one],
            "relations": [one for one in edges if one],
            "odd": sum(one is None for one, _ in found),
            "odd_parts": edges.count(None) + sum(left for _, left in found),
        }


def _finding(data: Json) -> tuple[Finding | None, int]:
    """Return a finding, or None for what is none, and how many odd parts it is read without."""
    if not isinstance(data, dict):
        return None, 0
    try:
        return Finding.model_validate(data), 0
    except ValidationError as error:
        odd = {one["loc"][:2] for one in error.errors()}
    left = {at for at in odd if at == _SINCE or (at[0] in _PARTS and len(at) > 1)}
    try:
        found = Finding.model_validate(_without(cast("Manifest", data), left))
    except ValidationError:
        return None, 0
    more = found.more_members + sum(at[0] == "members" for at in left)
    return found.model_copy(update={"more_members": more}), len(left)


def _without(data: Manifest, left: Set[tuple[int | str, ...]]) -> Manifest:
    return {
        name: [one for i, one in enumerate(cast("list[Json]", value)) if (name, i) not in left]
        if name in _PARTS and isinstance(value, list)
        else value
        for name, value in data.items()
        if (name,) not in left
    }


def _relation(data: Json) -> Relation | None:
    try:
        return Relation.model_validate(data)
    except ValidationError:
        return None
