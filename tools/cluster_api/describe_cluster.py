"""The tool that shows one workload cluster: its tree, each branch with its first cause."""

from collections import Counter
from datetime import datetime
from typing import Annotated

from anyio import to_thread
from pydantic import Field

from clusterwright.tools.answer import Answer
from clusterwright.tools.cluster_api.estate import CLUSTER, Estate, class_of
from clusterwright.tools.cluster_api.health import health
from clusterwright.tools.cluster_api.k0rdent.kinds import DEPLOYMENT
from clusterwright.tools.cluster_api.k0rdent.made import cluster_of, deployment_of
from clusterwright.tools.cluster_api.k0rdent.made import ref as named
from clusterwright.tools.cluster_api.k0rdent.state import state_of
from clusterwright.tools.cluster_api.k0rdent.trace import deployment_branch, service_branches
from clusterwright.tools.cluster_api.read import read_estate, require_read
from clusterwright.tools.cluster_api.tree import Asked, Branch, tree
from clusterwright.tools.cluster_api.variables import variables_of
from clusterwright.tools.coverage import Gap
from clusterwright.tools.errors import NotFoundError, ToolError
from clusterwright.tools.kubernetes.client.clusters import Clusters
from clusterwright.tools.kubernetes.parameters import Cluster
from clusterwright.tools.manifest import Manifest, name_of, namespace_of, text
from clusterwright.tools.quotation import quoted, word
from clusterwright.tools.ref import Ref
from clusterwright.tools.tool import Effect, Tool


class ClusterTree(Answer):
    """A workload cluster from its topology down to its machines and their nodes."""

    target: str = Field(description="As `cluster` of any tool: capi:namespace/name.")
    now: datetime = Field(description="The management cluster's clock.")
    state: str
    well: bool
    class_name: str = Field(default="", description="Its ClusterClass, if it has one.")
    variables: dict[str, str] = Field(default_factory=dict, description="Of its topology.")
    tree: Branch
    made_by: Branch | None = Field(
        default=None, description="Of k0rdent: its ClusterDeployment, and the release it made."
    )
    services: tuple[Branch, ...] = Field(
        default=(), description="ServiceSets and Sveltos profiles, down to their Helm releases."
    )
    gaps: tuple[Gap, ...] = Field(default=(), description="What could not be read.")

    def render(self) -> str:
        """Return the state and the tree."""
        of = f", class {self.class_name}" if self.class_name else ""
        lines = [f"{'' if self.well else '! '}{self.target} on {self.cluster}: {self.state}{of}"]
        if self.variables:
            given = (f"{word(name)}={_value(value)}" for name, value in self.variables.items())
            lines.append(f"variables: {', '.join(given)}")
        lines += self.tree.lines(self.now)
        if self.made_by:
            lines += ["made by:", *self.made_by.lines(self.now, 1)]
        if self.services:
            told = (line for one in self.services for line in one.lines(self.now, 1))
            lines += ["services:", *told]
        lines += [f"Not read: {one.what} ({one.reason})" for one in self.gaps]
        return "\n".join(lines)


async def capi_describe_cluster(
    clusters: Clusters,
    namespace: Annotated[str, Field(max_length=300, description="Of the Cluster.")],
    name: Annotated[str, Field(max_length=300, description="Of the Cluster.")],
    conditions: Annotated[
        bool, Field(description="Show each branch's conditions that are not well.")
    ] = False,
    pods: Annotated[
        bool, Field(description="Count the pods on each node; reads the workload cluster.")
    ] = False,
    cluster: Cluster = None,
) -> ClusterTree:
    """Show a workload cluster as a tree down to its machines, each branch with its first cause."""
    connection = await clusters.connect(cluster)
    estate = await read_estate(connection, namespace)
    ref = Ref("Cluster", name, namespace, CLUSTER.partition(".")[2])
    found = estate.snapshot.get(ref)
    if found is None and (deployment := estate.snapshot.get(named(DEPLOYMENT, namespace, name))):
        return _without_cluster(connection.cluster, estate, deployment)
    if found is None:
        require_read(estate, connection.cluster)
        names = sorted(f"{namespace_of(one)}/{name_of(one)}" for one in estate.clusters)
        raise NotFoundError(
            f"{connection.cluster!r} has no workload cluster {namespace}/{name}",
            hint=f"in this namespace: {', '.join(names[:10]) or 'none'}; see capi_list_clusters",
        )
    state = await to_thread.run_sync(health, estate, found)
    made_from = class_of(found)
    counted, unread = await _pods(clusters, f"{connection.cluster}/{namespace}/{name}", asked=pods)
    asked = Asked(conditions, counted)
    deployment = deployment_of(estate.snapshot, found)
    return ClusterTree(
        cluster=connection.cluster,
        target=f"capi:{namespace}/{name}",
        now=estate.snapshot.now,
        state=state.state,
        well=state.well,
        class_name=made_from.name if made_from else "",
        variables=variables_of(found),
        tree=await to_thread.run_sync(tree, estate, found, asked),
        made_by=deployment_branch(estate.snapshot, deployment) if deployment else None,
        services=tuple(service_branches(estate.snapshot, ref, deployment)),
        gaps=(*estate.snapshot.coverage.gaps, *unread),
    )


def _value(value: str) -> str:
    """Return a value as it stands on a line; what may be a sentence, in marks."""
    return quoted(value) if " " in value else value


async def _pods(
    clusters: Clusters, target: str, *, asked: bool
) -> tuple[Counter[str] | None, tuple[Gap, ...]]:
    """Return how many pods each node of a workload cluster has, or why that is not known."""
    if not asked:
        return None, ()
    try:
        workload = await clusters.connect(f"capi:{target}")
        found = await workload.list(await workload.resource("Pod"))
    except ToolError as error:
        return None, (Gap(what="pods of the workload cluster", reason=f"{error.code}: {error}"),)
    return Counter(text(one, "spec", "nodeName") for one in found), ()


def _without_cluster(cluster: str, estate: Estate, deployment: Manifest) -> ClusterTree:
    """Return what is known of a ClusterDeployment of which no Cluster has come yet."""
    snapshot = estate.snapshot
    state, well, _ = state_of(snapshot, deployment)
    adopted = cluster_of(snapshot, deployment)
    about = Ref.of(adopted) if adopted is not None else Ref.of(deployment)
    return ClusterTree(
        cluster=cluster,
        target=f"capi:{namespace_of(deployment)}/{name_of(deployment)}",
        now=snapshot.now,
        state=state,
        well=well,
        tree=deployment_branch(snapshot, deployment),
        services=tuple(service_branches(snapshot, about, deployment)),
        gaps=snapshot.coverage.gaps,
    )


TOOL = Tool(capi_describe_cluster, Effect.READ, "Describe a workload cluster")
