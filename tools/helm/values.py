"""Values as a template sees them: what was supplied over what the charts bring, as Helm merges it.

After helm/helm 4.3, pkg/chart/common/util/coalesce.go. A record holds the values of its own chart
only, into which Helm has merged those of its dependencies when it installed them.
"""

from collections.abc import Iterator, Sequence
from copy import deepcopy
from dataclasses import dataclass
from typing import TypeAlias, cast

from clusterwright.tools.diff import same
from clusterwright.tools.errors import InvalidInputError
from clusterwright.tools.field_path import MISSING, Path, read, spell
from clusterwright.tools.helm.record import Release
from clusterwright.tools.manifest import Json, Manifest

Supplied: TypeAlias = tuple[int, Manifest]
"""A revision's number, and the values that were supplied for it."""
GLOBAL = "global"
"""What every chart below sees too."""


@dataclass(frozen=True, slots=True)
class ChartValues:
    """What a chart brings: its own values, and those of the charts that it depends on."""

    name: str
    values: Manifest
    dependencies: tuple["ChartValues", ...] = ()


@dataclass(frozen=True, slots=True)
class SuppliedValue:
    """One value that was supplied: of a list the whole, of a mapping each member."""

    path: Path
    value: Json
    """None takes the chart's own value away."""
    since: int
    """The revision that brought it, as far as the revisions that are kept tell."""
    default: Json
    """What the chart has there; MISSING where it has nothing."""


def computed(chart: ChartValues, supplied: Manifest) -> Manifest:
    """Return the values that the templates of a chart see.

    Null takes away what the chart brings, mappings are merged, anything else is replaced. Raises
    InvalidInputError where something that is no mapping stands for a chart below.
    """
    return _coalesced(chart, deepcopy(supplied), merge=False)


def values_of(release: Release) -> Manifest:
    """Return the values that the templates of a revision saw, as far as its record tells."""
    try:
        return computed(ChartValues(release.chart_name, release.defaults), release.supplied)
    except InvalidInputError:
        return release.supplied


def leaves(values: Json, path: Path = ()) -> Iterator[tuple[Path, Json]]:
    """Yield what is at the ends of mappings, an empty one among them; a list is one value."""
    if isinstance(values, dict) and (values or not path):
        for key, one in cast("Manifest", values).items():
            yield from leaves(one, (*path, key))
    else:
        yield path, values


def provenance(history: Sequence[Supplied], defaults: Manifest) -> tuple[SuppliedValue, ...]:
    """Return each value that was supplied for a revision, and since when it is as it is.

    Args:
        history: that revision first, then those before it, as far as they are kept.
        defaults: what the chart of that revision brings.
    """
    found: list[SuppliedValue] = []
    for path, value in leaves(history[0][1]):
        since = history[0][0]
        for number, supplied in history[1:]:
            if not same(read(supplied, path), value):
                break
            since = number
        found.append(SuppliedValue(path, value, since, read(defaults, path)))
    return tuple(found)


def _coalesced(chart: ChartValues, over: Manifest, *, merge: bool) -> Manifest:
    """Lay values over those of a chart and of the charts below; `merge` keeps what is null."""
    below = {one.name for one in chart.dependencies}
    for key, brought in deepcopy(chart.values).items():
        if key not in over:
            if merge or brought is not None:
                over[key] = brought if merge else _without_nulls(brought)
        elif over[key] is None and not merge:
            del over[key]
        elif isinstance(over[key], dict) and isinstance(brought, dict):
            # For a chart below nulls are kept until its own values are laid under them.
            keep, under = merge or key in below, cast("Manifest", brought)
            _lay(over[key], under if keep else _without_nulls(under), merge=keep)
    for one in chart.dependencies:
        inner = over.setdefault(one.name, {})
        if not isinstance(inner, dict):
            raise InvalidInputError(
                f"the values have a {type(inner).__name__} at {spell((one.name,))}, which is a"
                f" chart below {chart.name}",
                hint="supply a mapping there: the values of that chart",
            )
        _hand_down(over, cast("Manifest", inner))
        over[one.name] = _coalesced(one, cast("Manifest", inner), merge=merge)
    return over


def _lay(over: Manifest, under: Manifest, *, merge: bool) -> None:
    """Merge a mapping under another one; without `merge`, null takes away what is under it."""
    for key, brought in under.items():
        if key not in over:
            over[key] = brought
        elif over[key] is None:
            if not merge and brought is not None:
                del over[key]
        elif isinstance(over[key], dict) and isinstance(brought, dict):
            _lay(over[key], cast("Manifest", brought), merge=merge)


def _hand_down(values: Manifest, inner: Manifest) -> None:
    """Give a chart below the globals, over its own ones.

    What is nested in a global is shared between them, as it is in Helm: a chart below that brings
    members of a global mapping brings them to all.
    """
    mine, its = values.get(GLOBAL, {}), inner.get(GLOBAL, {})
    if not isinstance(mine, dict) or not isinstance(its, dict):
        return
    handed = cast("Manifest", its)
    for key, value in cast("Manifest", mine).items():
        there = handed.get(key, MISSING)
        if isinstance(value, dict):
            copy = dict(cast("Manifest", value))
            if isinstance(there, dict):
                _lay(copy, cast("Manifest", there), merge=True)
            elif there is not MISSING:
                continue
            handed[key] = copy
        elif not isinstance(there, dict):
            handed[key] = value
    inner[GLOBAL] = handed


def _without_nulls(value: Json) -> Json:
    if not isinstance(value, dict):
        return value
    members = cast("Manifest", value)
    return {key: _without_nulls(one) for key, one in members.items() if one is not None}
