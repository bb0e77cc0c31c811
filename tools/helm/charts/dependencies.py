"""The charts that a chart depends on: there or missing, on or off, as they are locked or not."""

import hashlib
import json
import re
from dataclasses import dataclass

from clusterwright.tools.helm.charts.chart import Chart, alias_of, names_chart
from clusterwright.tools.manifest import Json, Manifest, dig, items, mapping, text, texts

_FIELDS = (
    "name",
    "version",
    "repository",
    "condition",
    "tags",
    "enabled",
    "import-values",
    "alias",
)
"""Of a dependency, in the order in which Helm spells it (pkg/chart/v2/dependency.go)."""
_EXACT = re.compile(r"v?\d+\.\d+\.\d+")
"""What is locked of a chart without a repository is the range as it was asked for."""
_ESCAPED = re.compile("[<>&\u2028\u2029]")
"""What Go's JSON has as an escape."""


@dataclass(frozen=True, slots=True)
class Dependency:
    """A chart that another depends on."""

    name: str
    alias: str
    wanted: str
    """The range of versions in Chart.yaml."""
    found: str
    """The version in `charts/`; empty where it is missing."""
    locked: str
    """The version in Chart.lock; empty where that has none."""
    repository: str
    condition: str
    tags: tuple[str, ...]
    enabled: bool
    """By the values."""


def dependencies(chart: Chart, values: Manifest) -> tuple[Dependency, ...]:
    """Return what a chart says it depends on, and what is in `charts/` without being named.

    Args:
        chart: the chart.
        values: as its own templates see them.
    """
    locked = {text(one, "name"): text(one, "version") for one in items(chart.lock, "dependencies")}
    found: list[Dependency] = []
    for stated in chart.requirements:
        there = next((one.version for one in chart.charts if names_chart(stated, one)), "")
        found.append(
            Dependency(
                text(stated, "name"),
                alias_of(stated),
                text(stated, "version"),
                there,
                locked.get(text(stated, "name"), ""),
                text(stated, "repository"),
                text(stated, "condition"),
                tuple(texts(stated, "tags")),
                enabled(stated, values),
            )
        )
    named = {one.name for one in found}
    found += [
        Dependency(one.name, one.name, "", one.version, "", "", "", (), enabled=True)
        for one in chart.charts
        if one.name not in named
    ]
    return tuple(found)


def enabled(stated: Manifest, values: Manifest) -> bool:
    """Return whether values switch a dependency on: the first condition that is there decides.

    Without one its tags do: off where some are false and none is true (pkg/chart/v2/util,
    dependencies.go).
    """
    for condition in text(stated, "condition").split(","):
        path = condition.strip().split(".")
        said = dig(values, *path) if all(path) else None
        if isinstance(said, bool):
            return said
    told = [one for tag in texts(stated, "tags") if (one := dig(values, "tags", tag)) is not None]
    return True in told or False not in told


def problems(chart: Chart) -> tuple[str, ...]:
    """Return what is wrong with the dependencies of a chart, in sentences."""
    found: list[str] = []
    there = {one.name: one.version for one in chart.charts}
    missing = [text(one, "name") for one in chart.requirements if text(one, "name") not in there]
    if missing:
        found.append(
            f"charts that it depends on are missing in charts/: {', '.join(missing)};"
            " helm dependency build fetches them"
        )
    if chart.lock and not in_sync(chart):
        found.append(
            "Chart.lock is out of sync with the dependencies in Chart.yaml: helm dependency update"
        )
    for one in items(chart.lock, "dependencies"):
        name, version = text(one, "name"), text(one, "version")
        if name in there and _EXACT.match(version) and there[name] != version:
            found.append(f"charts/ has {name} {there[name]}, Chart.lock has {version}")
    return tuple(found)


def in_sync(chart: Chart) -> bool:
    """Return whether Chart.lock was made from what Chart.yaml says (internal/resolver, HashReq)."""
    stated = [_spelled(one) for one in chart.requirements]
    locked = [_spelled(one) for one in items(chart.lock, "dependencies")]
    said = text(chart.lock, "digest")
    return not said or said in {_digest([stated, locked]), _digest({"dependencies": stated})}


def _spelled(one: Manifest) -> Manifest:
    filled = {"repository": "", **mapping(one)}
    return {
        name: filled[name]
        for name in _FIELDS
        if name in filled and (filled[name] or name in {"name", "repository"})
    }


def _digest(value: Json) -> str:
    spelled = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    escaped = _ESCAPED.sub(lambda found: f"\\u{ord(found[0]):04x}", spelled)
    return f"sha256:{hashlib.sha256(escaped.encode()).hexdigest()}"
