"""How far a label selector is from labels that it does not match, so that the nearest is shown."""

from collections.abc import Iterable
from dataclasses import dataclass

from clusterwright.tools.excerpt import one_line
from clusterwright.tools.kubernetes.label_selector import matches
from clusterwright.tools.manifest import (
    Json,
    Manifest,
    items,
    labels_of,
    name_of,
    namespace_of,
    strings,
    text,
    texts,
)
from clusterwright.tools.prometheus.result import Labels
from clusterwright.tools.quotation import word

_MOST_SHOWN = 3
_LONGEST = 63
"""Characters of a label's name or value."""


@dataclass(frozen=True, slots=True)
class Near:
    """An object that a selector almost selects."""

    manifest: Manifest
    misses: tuple[str, ...]
    """Conditions that do not hold: `app=cart (has app=carts)`."""


def misses(selector: Json, labels: Labels) -> tuple[str, ...]:
    """Return the conditions of a selector that labels do not meet, with what they have instead."""
    wrong = [
        f"{_told(key)}={_told(value)} ({_has(key, labels)})"
        for key, value in strings(selector, "matchLabels").items()
        if labels.get(key) != value
    ]
    for one in items(selector, "matchExpressions"):
        if not matches({"matchExpressions": [one]}, labels):
            key, operator = text(one, "key"), text(one, "operator")
            wrong.append(f"{_told(key)} {_told(operator)} {_values(one)}({_has(key, labels)})")
    return tuple(wrong)


def nearest(selector: Json, objects: Iterable[Manifest]) -> Near | None:
    """Return the object that misses the fewest conditions; None where none meets any.

    Of equals, one that has a wanted label with another value comes before one that lacks it.
    """
    wanted = len(strings(selector, "matchLabels")) + len(items(selector, "matchExpressions"))
    found = [Near(one, misses(selector, labels_of(one))) for one in objects]
    if wanted == 1:
        close = [one for one in found if one.misses and "(has no " not in one.misses[0]]
        value = next(iter(strings(selector, "matchLabels").values()), "")
        alike = [one for one in close if value and _alike(value, one.misses[0])]
        found = alike or close[:1]
    else:
        found = [one for one in found if len(one.misses) < wanted]
    return min(found, key=_distance, default=None)


def _distance(near: Near) -> tuple[int, int, str, str]:
    lacking = sum("(has no " in one for one in near.misses)
    return (len(near.misses), lacking, namespace_of(near.manifest), name_of(near.manifest))


def _alike(value: str, miss: str) -> bool:
    has = miss.rpartition("=")[2].rstrip(")")
    return is_like(value, has)


def is_like(value: str, other: str) -> bool:
    """Return whether one value of a label is a part of the other: `cart` and `carts`."""
    return bool(value and other) and (value in other or other in value)


def _has(key: str, labels: Labels) -> str:
    return f"has {_told(key)}={_told(labels[key])}" if key in labels else f"has no {_told(key)}"


def _values(expression: Manifest) -> str:
    found = texts(expression, "values")[:_MOST_SHOWN]
    return f"{', '.join(map(_told, found))} " if found else ""


def _told(text: str) -> str:
    """Return what a selector spells, which is any text: nobody checks that it could be a label."""
    return word(one_line(text, _LONGEST))
