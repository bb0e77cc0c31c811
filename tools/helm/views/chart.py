"""The chart of a revision: what Chart.yaml says, and what of the record is how large."""

from typing import Literal, Self

from pydantic import BaseModel, ConfigDict, Field

from clusterwright.tools.excerpt import one_line
from clusterwright.tools.helm.bounded import bounded
from clusterwright.tools.helm.record import Release
from clusterwright.tools.helm.veil import Veil
from clusterwright.tools.helm.views.view import Asked, Read, View
from clusterwright.tools.kubernetes.select import size
from clusterwright.tools.manifest import Manifest, dig, items, mapping, strings, text, texts, truth
from clusterwright.tools.quotation import quoted, word

_LINE, _SHORT, _MOST = 300, 120, 20


class Dependency(BaseModel):
    """A chart that it depends on."""

    model_config = ConfigDict(frozen=True)

    name: str
    version: str = ""
    repository: str = ""
    condition: str = ""
    alias: str = ""

    def line(self) -> str:
        """Return it on one line."""
        words = [word(self.name), word(self.version)]
        words += [f"as {word(self.alias)}"] if self.alias else []
        words += [f"from {word(self.repository)}"] if self.repository else []
        words += [f"if {word(self.condition)}"] if self.condition else []
        return " ".join(one for one in words if one)


class ChartView(View):
    """Chart.yaml, and the parts of the record by size."""

    view: Literal["chart"] = "chart"
    name: str
    version: str
    app_version: str = ""
    type: str = ""
    description: str = ""
    kube_version: str = Field(default="", description="Kubernetes versions it is for.")
    deprecated: bool = False
    home: str = ""
    sources: tuple[str, ...] = ()
    maintainers: tuple[str, ...] = ()
    annotations: dict[str, str] = Field(default_factory=dict)
    schema_present: bool = Field(description="Whether it has a schema for values.")
    templates: int
    files: int
    crds: int = Field(description="Files in crds/, which Helm installs once and never upgrades.")
    sizes: dict[str, int] = Field(description="Bytes of the record's parts before packing.")
    rows: tuple[Dependency, ...] = Field(default=(), description="Dependencies.")
    dependencies: int = 0

    @property
    def units(self) -> int:
        """The dependencies."""
        return len(self.rows)

    @property
    def end(self) -> int:
        """All dependencies."""
        return self.dependencies

    def first(self, units: int) -> Self:
        """Return the first dependencies."""
        return self.model_copy(update={"rows": self.rows[:units]})

    def lines(self) -> list[str]:
        """Return what is known of the chart."""
        told = {
            "app version": word(self.app_version),
            "type": word(self.type),
            "for Kubernetes": word(self.kube_version),
            "home": word(self.home),
            "sources": ", ".join(map(word, self.sources)),
            "maintainers": ", ".join(map(quoted, self.maintainers)),
        }
        gone = ", deprecated" if self.deprecated else ""
        lines = [f"chart {word(self.name)} {word(self.version)}{gone}"]
        lines += [quoted(self.description)] if self.description else []
        lines += [f"{name}: {value}" for name, value in told.items() if value]
        lines += [f"annotation {word(k)}: {quoted(v)}" for k, v in self.annotations.items()]
        schema = "a schema for values" if self.schema_present else "no schema for values"
        lines.append(
            f"{self.templates} templates, {self.files} other files, {self.crds} CRD files, {schema}"
        )
        sizes = ", ".join(f"{name} {n}" for name, n in self.sizes.items())
        lines.append(f"bytes before packing: {sizes}")
        return [*lines, *(f"depends on {one.line()}" for one in self.rows)]


async def read_chart(asked: Asked) -> Read:
    """Return the chart of a revision."""
    release, veil = await asked.record()
    metadata: Manifest = bounded(mapping(release.chart, "metadata"))
    depends = [_dependency(one, veil) for one in items(metadata, "dependencies")]
    annotations = list(strings(metadata, "annotations").items())[:_MOST]
    files = items(release.chart, "files")
    return Read(
        ChartView(
            name=one_line(release.chart_name, _SHORT),
            version=one_line(release.chart_version, _SHORT),
            app_version=one_line(release.app_version, _SHORT),
            type=one_line(text(metadata, "type"), _SHORT),
            description=veil.line(text(metadata, "description"), _LINE),
            kube_version=one_line(text(metadata, "kubeVersion"), _SHORT),
            deprecated=truth(metadata, "deprecated"),
            home=veil.line(text(metadata, "home"), _LINE),
            sources=tuple(veil.line(one, _LINE) for one in texts(metadata, "sources")[:_MOST]),
            maintainers=tuple(_maintainers(metadata, veil)),
            annotations={one_line(k, _SHORT): veil.line(v, _SHORT) for k, v in annotations},
            schema_present=bool(dig(release.chart, "schema")),
            templates=len(items(release.chart, "templates")),
            files=len(files) - len(release.crd_files),
            crds=len(release.crd_files),
            sizes=_sizes(release),
            rows=tuple(depends[asked.offset :]),
            dependencies=len(depends),
        )
    )


def _dependency(one: Manifest, veil: Veil) -> Dependency:
    return Dependency(
        name=one_line(text(one, "name"), _SHORT),
        version=one_line(text(one, "version"), _SHORT),
        repository=veil.line(text(one, "repository"), _LINE),
        condition=one_line(text(one, "condition"), _SHORT),
        alias=one_line(text(one, "alias"), _SHORT),
    )


def _maintainers(metadata: Manifest, veil: Veil) -> list[str]:
    found = items(metadata, "maintainers")[:_MOST]
    return [
        veil.line(" ".join(filter(None, (text(one, "name"), text(one, "email")))), _SHORT)
        for one in found
    ]


def _sizes(release: Release) -> dict[str, int]:
    """Return the bytes of each part, the largest first: what makes a record too large."""
    chart = release.chart
    found = {
        "manifest": len(release.manifest.encode()),
        "hooks": size(bounded(dig(release.raw, "hooks") or [])),
        "notes": len(release.notes.encode()),
        "templates": size(bounded(dig(chart, "templates") or [])),
        "files": size(bounded(dig(chart, "files") or [])),
        "values": size(bounded(release.defaults)),
        "schema": size(bounded(dig(chart, "schema") or "")),
        "supplied values": size(bounded(release.supplied)),
    }
    return dict(sorted(found.items(), key=lambda one: -one[1]))
