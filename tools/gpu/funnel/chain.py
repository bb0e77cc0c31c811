"""Which stages are broken by themselves, and which only because an earlier one is."""

from collections.abc import Iterable, Mapping
from dataclasses import replace

from clusterwright.tools.gpu.funnel.stage import Stage, State

_WELL = frozenset({State.OK, State.NOT_USED})
_HOLDS_UP = (State.BROKEN, State.SYMPTOM, State.UNKNOWN, State.WORKING)
"""States of an earlier stage that explain a later one, the strongest first."""
_TURNS_INTO = {
    State.BROKEN: State.SYMPTOM,
    State.SYMPTOM: State.SYMPTOM,
    State.UNKNOWN: State.UNKNOWN,
    State.WORKING: State.WORKING,
}
CAUSE_UNKNOWN = "for a cause that is not known"
"""Stands in the reason of a stage that is broken for certain."""


class Chain:
    """Stages as they are settled one after another; what hangs on one comes after it."""

    def __init__(self) -> None:
        """Start with none."""
        self._settled: dict[str, Stage] = {}

    def __getitem__(self, name: str) -> Stage:
        """Return a stage that was added."""
        return self._settled[name]

    def well(self, *names: str) -> bool:
        """Return whether stages work, or are not needed."""
        return all(one.state in _WELL for one in self._of(names))

    def add(self, stage: Stage, *needs: str, certain: bool = False) -> Stage:
        """Add a stage that hangs on others, and return it as it stands in their light.

        What is `certain` is broken also where those that would tell why are not known.
        """
        earlier = self._of(needs)
        settled = _certain(stage, earlier) if certain else None
        settled = settled or _settled(stage, earlier)
        self._settled[stage.name] = settled
        return settled

    def add_all(self, stages: Mapping[str, tuple[Stage, tuple[str, ...]]]) -> None:
        """Add stages by name with what each hangs on, each after the others of these that it does.

        Of two that hang on one another the first is taken not to.
        """
        left = dict(stages)

        def add(name: str) -> None:
            stage, needs = left.pop(name)
            for need in needs:
                if need in left:
                    add(need)
            self.add(stage, *needs)

        while left:
            add(next(iter(left)))

    def ordered(self, names: Iterable[str]) -> tuple[Stage, ...]:
        """Return the stages in the order of their names."""
        return tuple(self._of(names))

    def _of(self, names: Iterable[str]) -> list[Stage]:
        known: Mapping[str, Stage] = self._settled
        return [known[name] for name in names if name in known]


def _certain(stage: Stage, earlier: Iterable[Stage]) -> Stage | None:
    """Return a broken stage whose cause could not be read; None where it is otherwise."""
    unknown = [one for one in earlier if one.state not in _WELL]
    if not stage.code or any(o.state is not State.UNKNOWN for o in unknown):
        return None
    because = f", {CAUSE_UNKNOWN}: {unknown[0].why or unknown[0].name}" if unknown else ""
    return replace(stage, why=f"{stage.why}{because}")


def _settled(stage: Stage, earlier: Iterable[Stage]) -> Stage:
    if stage.state not in {State.BROKEN, State.WORKING}:
        return stage
    by_state = {one.state: one for one in reversed(list(earlier))}
    for state in _HOLDS_UP:
        if state is State.UNKNOWN and stage.state is State.WORKING:
            continue
        if state in by_state:
            waits = f"waits for {by_state[state].name}"
            why = f"{waits}: {stage.why}" if stage.why else waits
            return replace(stage, state=_TURNS_INTO[state], why=why, code="")
    return stage


def first_broken(stages: Iterable[Stage]) -> Stage | None:
    """Return the stage that the others hang on; None where none is broken."""
    return next((one for one in stages if one.state is State.BROKEN), None)
