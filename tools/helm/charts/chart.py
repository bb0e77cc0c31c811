"""A chart as its archive holds it: metadata, values, schema, templates, CRDs, and charts below it.

As helm/helm reads it (pkg/chart/v2/loader/load.go); nothing is rendered.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import cast

import orjson

from clusterwright.tools.errors import InvalidInputError
from clusterwright.tools.helm.charts.archive import Room, read_archive
from clusterwright.tools.helm.values import ChartValues
from clusterwright.tools.helm.yaml_text import load
from clusterwright.tools.manifest import Json, Manifest, items, mapping, text

_DEEPEST = 8
"""Charts in charts in charts: Helm sets no limit."""
_DOCUMENT = re.compile(r"(?m)^---[ \t]*(?:#.*)?$")
_READMES = ("README.md", "readme.md", "README.txt", "README")


@dataclass(frozen=True)
class Chart:
    """One chart, and those below it that its archive has."""

    metadata: Manifest
    files: Mapping[str, bytes] = field(repr=False)
    """By path, without those of the charts below."""
    charts: tuple["Chart", ...] = ()

    @property
    def name(self) -> str:
        """The name in Chart.yaml."""
        return text(self.metadata, "name")

    @property
    def version(self) -> str:
        """The version in Chart.yaml."""
        return text(self.metadata, "version")

    @property
    def library(self) -> bool:
        """Whether it brings templates to other charts only."""
        return text(self.metadata, "type") == "library"

    @property
    def values_text(self) -> str:
        """The values.yaml as it is written, with its comments."""
        return self._read("values.yaml")

    @cached_property
    def values(self) -> Manifest:
        """The default values of this chart alone."""
        return _values(self.values_text)

    @cached_property
    def schema(self) -> Manifest | None:
        """The values.schema.json; None where there is none, or it is no JSON object."""
        try:
            found = orjson.loads(self.files.get("values.schema.json", b""))
        except orjson.JSONDecodeError:
            return None
        return cast("Manifest", found) if isinstance(found, dict) else None

    @property
    def schema_is_broken(self) -> bool:
        """Whether there is a schema that is no JSON object: Helm installs no such chart."""
        return self.schema is None and "values.schema.json" in self.files

    @property
    def templates(self) -> tuple[str, ...]:
        """The paths of its templates, `_helpers.tpl` and NOTES.txt among them."""
        return tuple(sorted(one for one in self.files if one.startswith("templates/")))

    @property
    def crds(self) -> tuple[str, ...]:
        """The paths of what Helm installs once and never changes."""
        found = (one for one in self.files if one.startswith("crds/"))
        return tuple(sorted(one for one in found if one.endswith((".yaml", ".yml", ".json"))))

    @property
    def readme(self) -> str:
        """The README, or nothing."""
        return next((self._read(one) for one in _READMES if one in self.files), "")

    @cached_property
    def requirements(self) -> tuple[Manifest, ...]:
        """The charts that it says it depends on, from Chart.yaml or, of old, requirements.yaml."""
        stated = items(self.metadata, "dependencies")
        return tuple(stated or items(_mapping(self._read("requirements.yaml")), "dependencies"))

    @cached_property
    def lock(self) -> Manifest:
        """The Chart.lock or, of old, requirements.lock; empty where there is none."""
        return _mapping(self._read("Chart.lock") or self._read("requirements.lock"))

    def read(self, path: str) -> str:
        """Return a file of its own; raise InvalidInputError for a path that is not there."""
        if path not in self.files:
            raise InvalidInputError(
                f"the chart {self.name!r} has no file {path[:200]!r}",
                hint="its overview lists templates and CRDs",
            )
        return self._read(path)

    def all(self, path: str = "") -> Iterator[tuple[str, "Chart"]]:
        """Yield the chart and all below it, each with where it is, as `web/charts/db`."""
        here = path or self.name
        yield here, self
        for one in self.charts:
            yield from one.all(f"{here}/charts/{one.name}")

    def _read(self, path: str) -> str:
        return self.files.get(path, b"").decode(errors="replace")


def load_chart(packed: bytes) -> Chart:
    """Return the chart of an archive; raise InvalidInputError for what Helm would not load."""
    room = Room()
    return _chart(read_archive(packed, room), room, 0)


def chart_values(chart: Chart, named: str = "") -> ChartValues:
    """Return what a chart and those below bring, each under the name that values have for it."""
    below: list[ChartValues] = []
    for one in chart.charts:
        names = [alias_of(stated) for stated in chart.requirements if names_chart(stated, one)]
        below += [chart_values(one, name) for name in names or [one.name]]
    return ChartValues(named or chart.name, chart.values, tuple(below))


def alias_of(stated: Manifest) -> str:
    """Return the name that values have for a chart that another depends on."""
    return text(stated, "alias") or text(stated, "name")


def names_chart(stated: Manifest, chart: Chart) -> bool:
    """Return whether a dependency is on this chart."""
    return text(stated, "name") == chart.name


def _chart(files: Mapping[str, bytes], room: Room, depth: int) -> Chart:
    if depth > _DEEPEST:
        raise InvalidInputError(
            f"it holds charts in charts, more than {_DEEPEST} deep",
            hint="look at its dependencies: does one of them depend on itself?",
        )
    own: dict[str, bytes] = {}
    below: dict[str, dict[str, bytes]] = {}
    for path, content in files.items():
        if path.startswith("charts/") and not path.endswith(".prov"):
            name, _, rest = path.removeprefix("charts/").partition("/")
            below.setdefault(name, {})[rest] = content
        else:
            own[path] = content
    if "Chart.yaml" not in own:
        raise InvalidInputError("it has no Chart.yaml", hint="it is no chart, or not packed whole")
    found = Chart(
        _mapping(own["Chart.yaml"].decode(errors="replace")),
        own,
        tuple(_below(name, each, room, depth) for name, each in sorted(below.items()) if _is(name)),
    )
    if not found.name or not found.version:
        raise InvalidInputError(
            "its Chart.yaml names no chart or no version", hint="both are required by Helm"
        )
    return found


def _is(name: str) -> bool:
    """Return whether Helm takes it for a chart: what begins so is left out."""
    return not name.startswith(("_", ".")) and not name.endswith((".md", ".txt"))


def _below(name: str, files: dict[str, bytes], room: Room, depth: int) -> Chart:
    if name.endswith(".tgz"):
        files = read_archive(files.get("", b""), room)
    return _chart({path: one for path, one in files.items() if path}, room, depth + 1)


def _values(written: str) -> Manifest:
    parts = [one for one in _DOCUMENT.split(written) if one.strip()]
    merged: Manifest = {}
    for one in parts:
        merged = _over(merged, _mapping(one))
    return merged


def _over(under: Manifest, values: Manifest) -> Manifest:
    """Merge the documents of one values.yaml, as Helm does."""
    joined = dict(under)
    for key, one in values.items():
        nested = isinstance(one, dict) and isinstance(joined.get(key), dict)
        joined[key] = _over(mapping(joined, key), mapping(values, key)) if nested else one
    return joined


def _mapping(written: str) -> Manifest:
    read: Json = load(written) if written.strip() else {}
    return cast("Manifest", read) if isinstance(read, dict) else {}
