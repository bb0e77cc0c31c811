"""A plan that was cut short, and the plans that were to finish it: together they did what was done.

A run that finishes a plan can be cut short itself. Its writes are in a journal of its own, so that
whoever goes on reads all of them.
"""

from dataclasses import dataclass

from clusterwright.tools.change import State
from clusterwright.tools.kubernetes.changes.journal import Progress, progress_of
from clusterwright.tools.trust.plan_store import Kept, PlanStore

_FINISH = "finish"


@dataclass(frozen=True, slots=True)
class Lineage:
    """The plan that others finish, and all of them by name, it first."""

    root: Kept
    names: tuple[str, ...]

    def progress(self, store: PlanStore) -> Progress:
        """Return how far they came, one after the other."""
        each = [progress_of(store.journal(name)) for name in self.names]
        return Progress(
            tuple(written for one in each for written in one.written),
            tuple(entry for one in each for entry in one.doubtful),
        )

    def end(self, store: PlanStore, state: State) -> None:
        """Keep what became of those that are not at their end."""
        for name in self.names:
            if store.get(name).state is State.APPLYING:
                store.end(name, state)


def lineage(store: PlanStore, name: str) -> Lineage:
    """Return a plan with those that were to finish it; of such a one, the plan that it was for."""
    root = store.get(name)
    while earlier := _finishes(root):
        root = store.get(earlier)
    names = [root.plan.id]
    for one in reversed(store.all()):  # the oldest first, so that each follows what it finishes
        if _finishes(one) in names:
            names.append(one.plan.id)
    return Lineage(root, tuple(names))


def _finishes(kept: Kept) -> str:
    """Return which plan a plan was to finish; empty for any other."""
    first = kept.plan.changes[0] if kept.plan.changes else {}
    return str(first.get("plan")) if first.get("kind") == _FINISH else ""
