"""The tool that lists what workload clusters can be made from: classes, and k0rdent's templates."""

from collections import Counter
from functools import partial
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from clusterwright.tools.answer import BUDGET, CAP, Answer, columns, longest
from clusterwright.tools.cluster_api.class_variables import variables_of_class, workers_of
from clusterwright.tools.cluster_api.condition import conditions_of
from clusterwright.tools.cluster_api.estate import CLASS, CLUSTER, class_of
from clusterwright.tools.cluster_api.k0rdent.kinds import MADE_FROM, TEMPLATE
from clusterwright.tools.cluster_api.k0rdent.templates import (
    deployments_of,
    infrastructure_of,
    problem_of,
    variables_of_template,
)
from clusterwright.tools.cluster_api.read import served_of
from clusterwright.tools.coverage import Gap
from clusterwright.tools.excerpt import one_line
from clusterwright.tools.kubernetes.client.clusters import Clusters
from clusterwright.tools.kubernetes.parameters import Cluster, Namespace
from clusterwright.tools.kubernetes.read import read_snapshot
from clusterwright.tools.manifest import Manifest, name_of, namespace_of, text
from clusterwright.tools.quotation import word
from clusterwright.tools.ref import Ref
from clusterwright.tools.snapshot import Snapshot
from clusterwright.tools.tool import Effect, Tool


class ClassRow(BaseModel):
    """One ClusterClass, or one ClusterTemplate of k0rdent."""

    model_config = ConfigDict(frozen=True)

    kind: str = Field(default="ClusterClass", description="ClusterClass or ClusterTemplate.")
    name: str = Field(description="namespace/name.")
    infrastructure: str = Field(default="", description="Kind, or provider.")
    pools: tuple[str, ...] = Field(default=(), description="Classes of its worker pools.")
    variables: tuple[str, ...] = ()
    clusters: int = Field(default=0, description="Workload clusters made from it.")
    problem: str = ""


class ClassList(Answer):
    """The ClusterClasses and ClusterTemplates of a management cluster."""

    total: int
    classes: tuple[ClassRow, ...] = ()
    gaps: tuple[Gap, ...] = ()

    def render(self) -> str:
        """Return a row for each class."""
        shown = f", {len(self.classes)} shown" if len(self.classes) < self.total else ""
        shown += " of those that could be read" if self.gaps else ""
        lines = [f"{self.total} to make clusters from on {self.cluster}{shown}"]
        rows = [
            (
                one.kind,
                one.name,
                one.infrastructure,
                ", ".join(one.pools),
                ", ".join(map(word, one.variables)),
                str(one.clusters),
            )
            for one in self.classes
        ]
        header = ("kind", "name", "infrastructure", "pools", "variables", "clusters")
        lines += columns(header, rows).splitlines() if rows else []
        lines += [f"! {one.name} | {one.problem}" for one in self.classes if one.problem]
        lines += [f"Not read: {one.what} ({one.reason})" for one in self.gaps]
        return "\n".join(lines)


async def capi_list_classes(
    clusters: Clusters,
    namespace: Namespace = None,
    limit: Annotated[int | None, Field(ge=1, le=200, description="Classes at most.")] = None,
    cluster: Cluster = None,
) -> ClassList:
    """List what workload clusters can be made from, with variables and problems.

    These are ClusterClasses, and the ClusterTemplates of k0rdent.
    """
    connection = await clusters.connect(cluster)
    kinds = (CLASS, CLUSTER, *await served_of(connection, MADE_FROM))
    snapshot = await read_snapshot(connection, kinds, namespace)
    used = Counter(class_of(one) for one in snapshot.of_kind(CLUSTER))
    found = sorted(snapshot.of_kind(CLASS), key=lambda one: (namespace_of(one), name_of(one)))
    rows = [_row(one, used[Ref.of(one)]) for one in found]
    templates = snapshot.of_kind(TEMPLATE)
    rows += [
        _of_template(snapshot, one)
        for one in sorted(templates, key=lambda one: (namespace_of(one), name_of(one)))
    ]

    def page(most: int) -> ClassList:
        return ClassList(
            cluster=connection.cluster,
            total=len(rows),
            classes=tuple(rows[:most]),
            gaps=snapshot.coverage.gaps,
        )

    return longest(partial(page), min(limit or len(rows), len(rows)), CAP if limit else BUDGET)


TOOL = Tool(capi_list_classes, Effect.READ, "List classes and templates of clusters")


def _row(one: Manifest, used: int) -> ClassRow:
    bad = next((c for c in conditions_of(one) if c.bad), None)
    return ClassRow(
        name=f"{namespace_of(one)}/{name_of(one)}",
        infrastructure=_infrastructure(one),
        pools=workers_of(one),
        variables=tuple(dict.fromkeys(v.name for v in variables_of_class(one))),
        clusters=used,
        problem=f"{word(bad.type)} {word(bad.reason)} {one_line(bad.message, 200)}".rstrip()
        if bad
        else "",
    )


def _of_template(snapshot: Snapshot, one: Manifest) -> ClassRow:
    variables = dict.fromkeys(v.name.partition(".")[0] for v in variables_of_template(one, {}))
    return ClassRow(
        kind="ClusterTemplate",
        name=f"{namespace_of(one)}/{name_of(one)}",
        infrastructure=", ".join(p.partition("-")[2] for p in infrastructure_of(one)),
        variables=tuple(variables),
        clusters=len(deployments_of(snapshot, one)),
        problem=one_line(problem_of(snapshot, one), 200),
    )


def _infrastructure(one: Manifest) -> str:
    # The older API has `ref`, the newer one `templateRef`.
    kinds = (text(one, "spec", "infrastructure", ref, "kind") for ref in ("templateRef", "ref"))
    return next(filter(None, kinds), "").removesuffix("Template")
