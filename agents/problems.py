"""How the agent reads what any `<domain>_find_problems` tool answers."""

from pydantic import AliasChoices, BaseModel, ConfigDict, Field

from clusterwright.tools.coverage import Coverage
from clusterwright.tools.finding import Finding, Relation

SUFFIX = "_find_problems"


class Problems(BaseModel):
    """One page of a problems tool, whichever domain it is of."""

    model_config = ConfigDict(frozen=True)

    cluster: str
    findings: tuple[Finding, ...] = ()
    relations: tuple[Relation, ...] = ()
    coverage: Coverage
    cursor: str | None = Field(default=None, validation_alias=AliasChoices("next_cursor", "cursor"))
