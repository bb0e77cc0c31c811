"""What is read of the answers of `<domain>_plan_change` and `<domain>_apply_change`."""

from datetime import datetime

from pydantic import BaseModel, ConfigDict

from clusterwright.tools.change import PlanStep, State

APPLY_SECONDS = 4_500.0
"""What an apply may take: more than a policy gives to proofs as a rule, an hour where machines
have to come."""
_TOOK_PLACE = frozenset({State.APPLIED, State.UNPROVEN})


class _Answer(BaseModel):
    model_config = ConfigDict(frozen=True)


class Planned(_Answer):
    """What is read of a plan."""

    plan_id: str | None = None
    note: str | None = None
    risk: str | None = None
    reasons: tuple[str, ...] = ()
    steps: tuple[PlanStep, ...] = ()
    more_steps: int = 0
    proofs: tuple[str, ...] = ()
    undo: str | None = None
    expires: datetime | None = None


class Applied(_Answer):
    """What is read of an apply."""

    state: str
    done: tuple[str, ...] = ()
    problems: tuple[str, ...] = ()
    causes: tuple[str, ...] = ()
    proven: tuple[str, ...] = ()

    @property
    def took_place(self) -> bool:
        """Whether all steps took place, be it without a proof: all that a way back has to do."""
        return self.state in _TOOK_PLACE
