"""A causal rule: which findings explain which, along which edges."""

from collections.abc import Iterator
from dataclasses import dataclass

from clusterwright.tools.finding import Edge


@dataclass(frozen=True, slots=True)
class Rule:
    """Findings of `effect` are symptoms of those of `cause` found along `edges`."""

    effect: str
    edges: tuple[Edge, ...]
    cause: str
    because: str
    always: bool = True
    """Whether a finding of `effect` has such a cause in any case, seen or not."""
    source: str = ""
    """Where it is written that it is so: a page and its section, or a file of the program."""


def each(
    effects: tuple[str, ...],
    edges: tuple[Edge, ...],
    causes: tuple[str, ...],
    because: str,
    source: str = "",
) -> Iterator[Rule]:
    """Yield a rule for each effect and each cause of it, which it need not have."""
    for effect in effects:
        for cause in causes:
            yield Rule(effect, edges, cause, because, always=False, source=source)
