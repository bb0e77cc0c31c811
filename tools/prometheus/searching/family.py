"""Metrics as they were meant: the series of one histogram are one thing."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property

from clusterwright.tools.manifest import Json, items, mapping, text
from clusterwright.tools.prometheus.searching.meanings import stem, words
from clusterwright.tools.prometheus.searching.usual import called
from clusterwright.tools.prometheus.summary.unit import unit_of

_PARTS = ("_bucket", "_sum", "_count", "_created")
_UNKNOWN = frozenset({"unknown", "untyped"})


@dataclass(frozen=True)
class Family:
    """One metric with what was said of it."""

    name: str
    """Without the suffixes of a histogram or summary."""
    members: tuple[str, ...]
    """The names of its series."""
    type: str = ""
    """As exposed, or as its name tells; empty where neither does."""
    told: bool = False
    """Whether somebody told the type; else it is a guess by the name."""
    help: str = ""
    unit: str = ""

    @cached_property
    def in_name(self) -> frozenset[str]:
        """The words of its name."""
        return frozenset(words(self.name))

    @cached_property
    def in_help(self) -> frozenset[str]:
        """The words that explain it."""
        return frozenset(words(self.help[:_LONGEST]))

    @cached_property
    def called(self) -> frozenset[str]:
        """What people call what it measures."""
        return frozenset(stem(one) for name in (self.name, *self.members) for one in called(name))

    @property
    def native(self) -> bool:
        """Whether it is a histogram without series for each bucket."""
        return self.type == "histogram" and self.name in self.members

    @property
    def standing(self) -> str:
        """The member that stands for all: it has their labels, and neither le nor quantile."""
        count = f"{self.name}_count"
        return count if count in self.members and not self.native else self.members[0]

    @property
    def ask(self) -> str | None:
        """How it is usually asked; None where its plain value is."""
        name = self.name
        match self.type:
            case "histogram" if self.native:
                return f"histogram_quantile(0.95, sum(rate({name}[5m])))"
            case "histogram" if f"{name}_bucket" in self.members:
                return f"histogram_quantile(0.95, sum by (le) (rate({name}_bucket[5m])))"
            case "histogram" | "summary" if f"{name}_sum" in self.members:
                return f"rate({name}_sum[5m]) / rate({name}_count[5m])"
            case "counter":
                return f"rate({self.members[0]}[5m])"
            case _:
                return None


_LONGEST = 2_000


def families(names: Iterable[str], metadata: Json) -> list[Family]:
    """Return the metrics of which there are series, in the order of their names.

    Args:
        names: of all series.
        metadata: `data` of `metadata`; nothing where it is not served.
    """
    there = frozenset(names)
    told = mapping(metadata)
    grouped: dict[str, list[str]] = {}
    for name in sorted(there):
        grouped.setdefault(_base(name, there, told), []).append(name)
    return [_family(base, tuple(members), told) for base, members in sorted(grouped.items())]


def _base(name: str, there: frozenset[str], told: Mapping[str, Json]) -> str:
    """Return the family of a name: what metadata knows, or what names beside it show."""
    for part in _PARTS:
        base = name.removesuffix(part)
        if base == name or not base:
            continue
        if _type(told, base) in {"histogram", "summary", "gaugehistogram"}:
            return base
        if base not in told and name not in told and _beside(base, there):
            return base
    return name


def _beside(base: str, there: frozenset[str]) -> bool:
    return f"{base}_sum" in there and f"{base}_count" in there


def _family(base: str, members: tuple[str, ...], told: Mapping[str, Json]) -> Family:
    known = next((one for one in (base, base.removesuffix("_total")) if one in told), None)
    kind = _type(told, known) if known else ""
    said = items(told, known) if known else []
    first = said[0] if said else {}
    unit = text(first, "unit") or unit_of(base) or ""
    return Family(
        base,
        members,
        kind or _guessed(base, members),
        told=bool(kind),
        help=text(first, "help"),
        unit=str(unit),
    )


def _type(told: Mapping[str, Json], name: str | None) -> str:
    kinds = {text(one, "type") for one in items(told, name)} if name else set[str]()
    kind = kinds.pop() if len(kinds) == 1 else ""
    return "" if kind in _UNKNOWN else kind


def _guessed(base: str, members: tuple[str, ...]) -> str:
    if f"{base}_bucket" in members:
        return "histogram"
    if len(members) > 1 and _beside(base, frozenset(members)):
        return "summary"
    return "counter" if base.endswith("_total") and ":" not in base else ""
