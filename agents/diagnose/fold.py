"""Fold symptoms under what explains them; a circle of explanations is one root."""

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Fold:
    """A root, as positions: more than one in `roots` if they explain each other in a circle."""

    roots: tuple[int, ...]
    symptoms: tuple[int, ...]


def fold(explained_by: Sequence[set[int]]) -> list[Fold]:
    """Return every root with all that follows from it; each position is in at least one fold.

    `explained_by[i]` are the direct explanations of i. A symptom of several roots is folded under
    each of them, since repairing one alone would not make it go away.
    """
    beneath = [_closure(explained_by, i) for i in range(len(explained_by))]
    folds: list[Fold] = []
    placed: set[int] = set()
    for i, below in enumerate(beneath):
        circle = {i} | {j for j in below if i in beneath[j]}
        if i in placed or not below <= circle:
            continue
        placed |= circle
        symptoms = (j for j, lower in enumerate(beneath) if i in lower and j not in circle)
        folds.append(Fold(tuple(sorted(circle)), tuple(symptoms)))
    return folds


def _closure(explained_by: Sequence[set[int]], start: int) -> set[int]:
    """Return all that explains `start`, directly or not; `start` itself only in a circle."""
    seen: set[int] = set()
    stack = list(explained_by[start])
    while stack:
        i = stack.pop()
        if i not in seen:
            seen.add(i)
            stack += explained_by[i]
    return seen
