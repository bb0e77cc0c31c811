"""The tool that renders a chart as it would be installed, without installing anything."""

from functools import partial
from typing import Annotated, Any

from anyio import to_thread
from pydantic import Field

from clusterwright.tools.answer import BUDGET, CAP, Answer, longest
from clusterwright.tools.cursor import Cursor, decode, encode, foreign, question
from clusterwright.tools.errors import InvalidInputError
from clusterwright.tools.excerpt import few, one_line
from clusterwright.tools.field_path import spell
from clusterwright.tools.helm.charts.chart import chart_values
from clusterwright.tools.helm.charts.fetch import Fetched, fetch
from clusterwright.tools.helm.charts.parameters import ChartName, ChartVersion
from clusterwright.tools.helm.charts.rendering import (
    Rendered,
    Served,
    Wanted,
    looks_up,
    mistaken_apis,
    render,
)
from clusterwright.tools.helm.charts.schema import judge
from clusterwright.tools.helm.named import ReleaseName, parse
from clusterwright.tools.helm.record import Release
from clusterwright.tools.helm.values import computed
from clusterwright.tools.helm.veil import Veil
from clusterwright.tools.helm.views.manifest import ManifestView, shown
from clusterwright.tools.kubernetes.client.clusters import Clusters
from clusterwright.tools.kubernetes.parameters import Cluster
from clusterwright.tools.manifest import Manifest
from clusterwright.tools.tool import Effect, Tool

_MOST = 12


class ChartRendered(Answer):
    """What a chart renders to for one cluster."""

    chart: str
    version: str
    digest: str = Field(description="Of the archive.")
    release: str
    kubernetes: str = Field(description="The version that templates were told of.")
    manifest: ManifestView
    random: dict[str, tuple[str, ...]] = Field(
        default_factory=dict, description="Fields that come out otherwise each time, by object."
    )
    notes: tuple[str, ...] = Field(default=(), description="Why an installation may differ.")
    next_cursor: str | None = None

    def render(self) -> str:
        """Return what was rendered, the objects or one of them, then what is uncertain."""
        head = f"{self.chart} {self.version} as {self.release} on {self.cluster}"
        lines = [f"{head} ({self.kubernetes})", *self.manifest.lines()]
        lines += [
            f"random each time: {ref}: {', '.join(fields)}" for ref, fields in self.random.items()
        ]
        lines += [f"note: {one}" for one in self.notes]
        lines += [f"More: cursor={self.next_cursor}"] if self.next_cursor else []
        return "\n".join(lines)


async def helm_render(
    clusters: Clusters,
    chart: ChartName,
    release: ReleaseName,
    version: ChartVersion = None,
    values: Annotated[dict[str, Any] | None, Field(description="Over the chart's own.")] = None,
    path: Annotated[
        str, Field(max_length=500, description="Kind, or Ref and field; default: all.")
    ] = "",
    cursor: Cursor = None,
    cluster: Cluster = None,
) -> ChartRendered:
    """Render a chart as it would be installed on a cluster; nothing is written.

    helm_plan_change tells what it would do to live objects.
    """
    asked, offset = decode("rendered", cursor, str, int) if cursor else ("", 0)
    own = question(chart, release, version, repr(values), path, cluster)
    if cursor and asked != own:
        raise foreign(cursor)
    namespace, name = parse(release)
    namespace = namespace or "default"
    connection = await clusters.connect(cluster)
    served = Served(await connection.version(), await connection.apis())
    fetched = await fetch(chart, version)
    refuse_what_schemas_refuse(fetched, values or {})
    wanted = Wanted(fetched.archive, name, namespace, values or {}, served)
    made = await render(wanted)
    view, veil = await to_thread.run_sync(_view, fetched, wanted, made, path, int(offset))
    start = ChartRendered(
        cluster=connection.cluster,
        chart=chart,
        version=one_line(fetched.version, 100),
        digest=fetched.digest,
        release=f"{namespace}/{name}",
        kubernetes=served.version,
        manifest=view,
        random={
            str(ref): tuple(one_line(spell(one), 120) for one in fields[:_MOST])
            for ref, fields in list(made.random.items())[:_MOST]
        },
        notes=tuple(veil.line(one, 400) for one in await _notes(fetched, made, served)),
    )
    return longest(
        partial(_page, start, view, own, int(offset)), view.units, CAP if path else BUDGET
    )


TOOL = Tool(helm_render, Effect.READ, "Render a chart")


def refuse_what_schemas_refuse(fetched: Fetched, values: Manifest) -> None:
    """Raise InvalidInputError that names each value that a schema of the chart does not take."""
    verdict = judge(fetched.chart, computed(chart_values(fetched.chart), values))
    if verdict.refusals:
        told = [str(one) for one in verdict.refusals]
        raise InvalidInputError(
            f"the schema of {fetched.name} {fetched.version} refuses the values: "
            + "; ".join(told[:_MOST]),
            hint="helm_show_chart with view=values tells what it takes",
        )


def _view(
    fetched: Fetched, wanted: Wanted, made: Rendered, path: str, offset: int
) -> tuple[ManifestView, Veil]:
    release = Release(
        {
            "name": wanted.release,
            "namespace": wanted.namespace,
            "manifest": made.manifest,
            "config": wanted.values,
            "chart": {"metadata": fetched.chart.metadata, "values": fetched.chart.values},
        }
    )
    veil = Veil.of(release)
    return shown(release, veil, made.objects, path, offset), veil


async def _notes(fetched: Fetched, made: Rendered, served: Served) -> list[str]:
    found = [fetched.changed] if fetched.changed else []
    if made.unnamed:
        found.append(f"the names of these are random each time: {few(made.unnamed)}")
    if asking := looks_up(fetched.chart):
        found.append(
            f"templates look objects up in the cluster, and found none here: {few(asking)};"
            " helm_plan_change lets them look"
        )
    if mistaken := await mistaken_apis(fetched.chart, served):
        found.append(
            f"templates took these APIs as served, which the cluster lacks: {few(mistaken)}"
        )
    return [*found, *made.log[:_MOST]]


def _page(
    start: ChartRendered, view: ManifestView, own: str, offset: int, count: int
) -> ChartRendered:
    end = offset + count
    more = encode("rendered", own, end) if end < view.end else None
    return start.model_copy(update={"manifest": view.first(count), "next_cursor": more})
