"""What a planned change is, whichever domain it is of: steps, diff, risk, proofs, the way back."""

from enum import StrEnum
from typing import Any

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from clusterwright.tools.ref import Ref
from clusterwright.tools.trust.risk import Risk


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True)


class DryRun(StrEnum):
    """How the API server judged a step without storing anything."""

    PASSED = "passed"
    FORBIDDEN = "forbidden"
    REFUSED = "refused"
    """By admission: a webhook, a policy, a quota."""
    DEPENDS = "depends"
    """On an earlier step, so that it cannot be tried yet."""
    UNSUPPORTED = "unsupported"
    """A webhook on the way does not support dry runs."""
    FAILED = "failed"
    """The API server would not take it, and so fails what carries the step out."""


class FieldChange(_Frozen):
    """A field before and after, as it may be shown; absent is what is not there."""

    path: str
    before: str | None = None
    after: str | None = None


class PlanStep(_Frozen):
    """One write."""

    say: str = Field(description="What it does.")
    object: Ref
    dry_run: DryRun
    diff: tuple[FieldChange, ...] = ()
    notes: tuple[str, ...] = Field(default=(), description="Admission warnings and side effects.")
    irreversible: str = Field(default="", description="Why it cannot be undone.")


class Plan(_Frozen):
    """A change that is ready to be applied, bound to what it rests on by its digest."""

    id: str
    made: AwareDatetime
    expires: AwareDatetime
    cluster: str
    identity: str = Field(description="What tells the cluster from any other.")
    domain: str = Field(default="kubernetes", description="Whose tools made it, and apply it.")
    changes: tuple[dict[str, Any], ...]
    override_owner: bool = False
    digest: str
    risk: Risk
    reasons: tuple[str, ...]
    steps: tuple[PlanStep, ...]
    proofs: tuple[str, ...]
    undo: str


class State(StrEnum):
    """What became of a plan."""

    PLANNED = "planned"
    APPLYING = "applying"
    APPLIED = "applied"
    """All steps took place, and success was proven."""
    UNPROVEN = "unproven"
    """All steps took place; success was not proven in time, and nothing was undone."""
    UNDONE = "undone"
    """Something failed, and what was done was undone."""
    FAILED = "failed"
    """Something failed, and what was done stands, in part."""
    REFUSED = "refused"
    """Consumed, and not a single step took place."""
