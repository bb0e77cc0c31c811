"""Labels told once: what series share, what tells them apart, and what can be left out."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from itertools import combinations, pairwise

from clusterwright.tools.prometheus.result import Labels

_TELLING = (
    *("__name__", "alertname", "cluster", "namespace", "pod", "container", "node", "job"),
    *("instance", "device", "gpu", "Hostname", "hostname", "service", "le", "quantile", "code"),
    *("verb", "resource"),
)
"""Labels that say what a series is about, the most telling first."""
_ALWAYS = frozenset({"__name__", "namespace", "pod", "container", "node"})
_FEW = 40
"""Series of which each pair is looked at."""


def shared(series: Sequence[Labels]) -> dict[str, str]:
    """Return the labels that all of several series have in common."""
    if len(series) <= 1:
        return {}
    first = series[0]
    return {k: v for k, v in first.items() if all(one.get(k) == v for one in series)}


def order_of_labels(names: Iterable[str]) -> list[str]:
    """Return names of labels, the most telling first."""
    return sorted(set(names), key=_order)


def telling(series: Sequence[Labels], common: Mapping[str, str]) -> list[str]:
    """Return the labels to show: what a series is about, and what is needed to tell it apart.

    That one has a label which another has not tells them apart, but does not tell what the other
    is: so of few series each pair is to differ in a label that both have, where there is one.
    """
    names = sorted({name for one in series for name in one if name not in common}, key=_order)
    kept = [name for name in names if name in _ALWAYS]
    alike = _alike(_pairs(series) if len(series) <= _FEW else [], kept)
    for name in names:
        left = _alike(alike, [name])
        if len(left) < len(alike):
            kept, alike = [*kept, name], left
    for name in names:
        if _apart(series, kept):
            break
        if name not in kept:
            kept.append(name)
    return sorted(kept, key=_order)


_Pair = tuple[Labels, Labels]


def _pairs(series: Sequence[Labels]) -> list[_Pair]:
    return list(combinations(series, 2))


def _alike(pairs: Sequence[_Pair], names: Sequence[str]) -> list[_Pair]:
    """Return the pairs that differ in none of some labels that both have."""
    return [
        (one, other)
        for one, other in pairs
        if not any(one.get(n) and other.get(n) and one[n] != other[n] for n in names)
    ]


def distinguishing(every: Sequence[Labels], chosen: Sequence[Labels]) -> list[str]:
    """Return few labels that tell each of the chosen series from every other one.

    Greedy: the label with the most values first, until it is done. `__name__` is none of them, as
    functions drop it.
    """
    values = Counter(
        name for name, _ in {pair for one in every for pair in one.items()} if name != "__name__"
    )
    kept: list[str] = []
    for name, _ in sorted(values.items(), key=lambda one: (-one[1], one[0])):
        kept.append(name)
        counted = Counter(_values(one, kept) for one in every)
        if all(counted[_values(one, kept)] == 1 for one in chosen):
            break
    return kept


def _order(name: str) -> tuple[int, str]:
    return (_TELLING.index(name) if name in _TELLING else len(_TELLING), name)


def _values(labels: Labels, names: Sequence[str]) -> tuple[str, ...]:
    return tuple(labels.get(name, "") for name in names)


def _apart(series: Sequence[Labels], names: Sequence[str]) -> bool:
    ordered = sorted(_values(one, names) for one in series)
    return all(a != b for a, b in pairwise(ordered))
