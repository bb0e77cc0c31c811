"""The tool that tells what a ClusterClass takes, so that a cluster can be made from it."""

from typing import Annotated

from pydantic import Field

from clusterwright.tools.answer import Answer
from clusterwright.tools.cluster_api.class_variables import (
    Variable,
    variables_of_class,
    workers_of,
)
from clusterwright.tools.cluster_api.condition import conditions_of
from clusterwright.tools.cluster_api.estate import CLASS, CLUSTER, class_of
from clusterwright.tools.errors import NotFoundError
from clusterwright.tools.excerpt import one_line
from clusterwright.tools.kubernetes.client.clusters import Clusters
from clusterwright.tools.kubernetes.parameters import Cluster
from clusterwright.tools.kubernetes.read import read_snapshot
from clusterwright.tools.manifest import name_of, namespace_of, texts
from clusterwright.tools.ref import Ref
from clusterwright.tools.tool import Effect, Tool

_MOST_CLUSTERS = 50


class ClassDescription(Answer):
    """A ClusterClass: what it takes, and who uses it."""

    name: str = Field(description="namespace/name.")
    variables: tuple[Variable, ...] = ()
    pools: tuple[str, ...] = Field(default=(), description="Classes of worker pools.")
    versions: tuple[str, ...] = Field(
        default=(), description="Kubernetes versions of a chained upgrade, if it lists them."
    )
    used_by: tuple[str, ...] = Field(default=(), description="capi:namespace/name of each.")
    more_used_by: int = 0
    problems: tuple[str, ...] = ()

    def render(self) -> str:
        """Return a line for each variable, then the rest."""
        lines = [f"ClusterClass {self.name} on {self.cluster}"]
        lines += [f"! {one}" for one in self.problems]
        lines += ["variables:", *(f"  {one.line()}" for one in self.variables)]
        lines.append(f"pools: {', '.join(self.pools) or 'none'}")
        lines += [f"versions: {', '.join(self.versions)}"] if self.versions else []
        more = f" and {self.more_used_by} more" if self.more_used_by else ""
        lines.append(f"used by: {', '.join(self.used_by) or 'nobody'}{more}")
        return "\n".join(lines)


async def capi_describe_class(
    clusters: Clusters,
    namespace: Annotated[str, Field(max_length=300, description="Of the ClusterClass.")],
    name: Annotated[str, Field(max_length=300, description="Of the ClusterClass.")],
    cluster: Cluster = None,
) -> ClassDescription:
    """Tell what a ClusterClass takes: variables with types, choices and defaults, and its pools."""
    connection = await clusters.connect(cluster)
    # Clusters of other namespaces may be made from it.
    snapshot = await read_snapshot(connection, (CLASS, CLUSTER))
    kind, _, group = CLASS.partition(".")
    ref = Ref(kind, name, namespace, group)
    found = snapshot.get(ref)
    if found is None:
        if CLASS not in snapshot.objects:
            raise NotFoundError(
                f"ClusterClasses could not be read on {connection.cluster!r}",
                hint="; ".join(f"{one.what}: {one.reason}" for one in snapshot.coverage.gaps),
            )
        names = sorted(f"{namespace_of(c)}/{name_of(c)}" for c in snapshot.of_kind(CLASS))
        raise NotFoundError(
            f"{connection.cluster!r} has no ClusterClass {namespace}/{name}",
            hint=f"it has {', '.join(names[:10]) or 'none'}",
        )
    used = [one for one in snapshot.of_kind(CLUSTER) if class_of(one) == ref]
    users = sorted(f"capi:{namespace_of(one)}/{name_of(one)}" for one in used)
    return ClassDescription(
        cluster=connection.cluster,
        name=f"{namespace}/{name}",
        variables=tuple(variables_of_class(found)),
        pools=workers_of(found),
        versions=tuple(texts(found, "spec", "kubernetesVersions")),
        used_by=tuple(users[:_MOST_CLUSTERS]),
        more_used_by=max(0, len(users) - _MOST_CLUSTERS),
        problems=tuple(
            f"{c.type} {c.reason} {one_line(c.message, 300)}".rstrip()
            for c in conditions_of(found)
            if c.bad
        ),
    )


TOOL = Tool(capi_describe_class, Effect.READ, "Describe a ClusterClass")
