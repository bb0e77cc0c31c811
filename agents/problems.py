"""How the agent reads what any `<domain>_find_problems` tool answers."""

from typing import TypeVar, cast

from pydantic import (
    AliasChoices,
    BaseModel,
    ConfigDict,
    Field,
    ValidationError,
    model_validator,
)

from clusterwright.tools.coverage import Coverage, Gap
from clusterwright.tools.finding import Finding, Relation
from clusterwright.tools.manifest import Json, Manifest

_M = TypeVar("_M", bound=BaseModel)

SUFFIX = "_find_problems"


class Problems(BaseModel):
    """One page of a problems tool, whichever domain it is of."""

    model_config = ConfigDict(frozen=True)

    cluster: str
    findings: tuple[Finding, ...] = ()
    relations: tuple[Relation, ...] = ()
    coverage: Coverage
    cursor: str | None = Field(default=None, validation_alias=AliasChoices("next_cursor", "cursor"))

    @model_validator(mode="before")
    @classmethod
    def _each_for_itself(cls, data: object) -> object:
        """Read findings and relations one by one: one that is odd must not cost all the others."""
        if not isinstance(data, dict):
            return data
        answer = cast("Manifest", data)
        findings, odd = _readable(answer.get("findings"), Finding)
        relations, _ = _readable(answer.get("relations"), Relation)
        read: dict[str, object] = {**answer, "findings": findings, "relations": relations}
        if odd:
            reason = "answered in a form that this agent does not know"
            coverage = Coverage.model_validate(answer.get("coverage"))
            gaps = (*coverage.gaps, Gap(what=f"{odd} findings", reason=reason))
            read["coverage"] = coverage.model_copy(update={"gaps": gaps})
        return read


def _readable(values: Json, model: type[_M]) -> tuple[list[_M], int]:
    """Return those of a list that are of a model, and how many are not."""
    listed = cast("list[Json]", values) if isinstance(values, list) else []
    found: list[_M] = []
    for one in listed:
        try:
            found.append(model.model_validate(one))
        except ValidationError:
            continue
    return found, len(listed) - len(found)
