"""A change of one ClusterDeployment: how it is named, what is read for it, and its Cluster."""

from typing import ClassVar

from clusterwright.tools.cluster_api.changes.cluster_change import (
    ClusterChange,
    cluster_ref,
    elsewhere,
)
from clusterwright.tools.cluster_api.estate import CLUSTER
from clusterwright.tools.cluster_api.k0rdent.changes.proofs import ready, validated
from clusterwright.tools.cluster_api.k0rdent.kinds import (
    CHAIN,
    CREDENTIAL,
    DEPLOYMENT,
    MANAGEMENT,
    PROVIDER_INTERFACE,
    SERVICE_CHAIN,
    SERVICE_TEMPLATE,
    TEMPLATE,
)
from clusterwright.tools.cluster_api.k0rdent.made import cluster_of
from clusterwright.tools.cluster_api.k0rdent.made import ref as named
from clusterwright.tools.cluster_api.k0rdent.templates import problem_of
from clusterwright.tools.cluster_api.sveltos.kinds import SVELTOS_CLUSTER
from clusterwright.tools.errors import NotFoundError, RefusedError
from clusterwright.tools.kubernetes.changes.step import Check, Elsewhere, Scene
from clusterwright.tools.manifest import Manifest, name_of, namespace_of, text, truth
from clusterwright.tools.quotation import quoted
from clusterwright.tools.ref import Ref

AROUND = (
    DEPLOYMENT,
    TEMPLATE,
    CHAIN,
    SERVICE_TEMPLATE,
    SERVICE_CHAIN,
    CREDENTIAL,
    MANAGEMENT,
    PROVIDER_INTERFACE,
    CLUSTER,
)


class DeploymentChange(ClusterChange):
    """A change of a ClusterDeployment, which it names as namespace/name; its Cluster feels it."""

    around: ClassVar[tuple[str, ...]] = tuple(
        dict.fromkeys((*AROUND, *ClusterChange.around, SVELTOS_CLUSTER))
    )

    @property
    def deployment(self) -> Ref:
        """The ClusterDeployment; raise InvalidInputError for what names none."""
        return deployment_ref(self.name)

    @property
    def ref(self) -> Ref:
        """The Cluster of its name, which is what charts call it."""
        return named(CLUSTER, self.deployment.namespace, self.deployment.name)

    @property
    def targets(self) -> tuple[Ref, ...]:
        """The ClusterDeployment, and the Cluster of its name."""
        return (self.deployment, self.ref)

    def proofs(self, scene: Scene) -> tuple[Check, ...]:
        """Return that k0rdent has carried it out, or found it valid where it is a dry run."""
        found = scene.live.get(self.deployment)
        if found is None:
            return ()
        dry = truth(found, "spec", "dryRun")
        return (validated(self.deployment) if dry else ready(self.deployment),)

    def schema_of(self, scene: Scene) -> Ref | None:
        """Return the template whose schema it has to be judged by."""
        del scene
        return None


def deployment_ref(name: str) -> Ref:
    """Return the ClusterDeployment of namespace/name, also with what other tools put before it."""
    cluster = cluster_ref(name.removeprefix(f"{DEPLOYMENT}/").removeprefix("ClusterDeployment/"))
    return named(DEPLOYMENT, cluster.namespace, cluster.name)


def existing_deployment(scene: Scene, ref: Ref) -> Manifest:
    """Return the ClusterDeployment that is to change; raise ToolError where that cannot be."""
    found = scene.live.get(ref)
    if found is None:
        there = scene.around.of_kind(DEPLOYMENT)
        names = ", ".join(sorted(f"{namespace_of(one)}/{name_of(one)}" for one in there)[:10])
        raise NotFoundError(
            f"{scene.cluster} has no ClusterDeployment {ref.namespace}/{ref.name}",
            hint=f"that namespace has {names or 'none'}; capi_list_clusters lists all",
        )
    if text(found, "metadata", "deletionTimestamp"):
        raise RefusedError(
            f"{ref} is being deleted", hint="capi_describe_cluster tells what it waits for"
        )
    return found


def cluster_here(scene: Scene, deployment: Manifest) -> tuple[Manifest | None, Elsewhere]:
    """Return the Cluster that came of a ClusterDeployment, and what runs there, or why not.

    It may be on the management cluster of another region, or be none of Cluster API.
    """
    found = cluster_of(scene.around, deployment)
    if found is not None and Ref.of(found).kind == CLUSTER.partition(".")[0]:
        return found, elsewhere(scene, Ref.of(found))
    if found is not None:
        why = f"it was adopted, as {Ref.of(found)}"
    elif not scene.around.was_read(CLUSTER):
        why = f"the Clusters of {scene.cluster} could not be read"
    else:
        why = f"no Cluster of it is on {scene.cluster}"
    return None, Elsewhere(None, why_not=why)


def usable_template(scene: Scene, namespace: str, name: str) -> Manifest:
    """Return a ClusterTemplate from which a cluster can be made; raise ToolError otherwise."""
    wanted = named(TEMPLATE, namespace, name)
    found = scene.around.get(wanted)
    if found is None:
        there = sorted(name_of(one) for one in scene.around.in_namespace(TEMPLATE, namespace))
        raise NotFoundError(
            f"there is no ClusterTemplate {namespace}/{name[:80]}",
            hint=f"that namespace has {', '.join(there[:12]) or 'none'}; capi_list_classes",
        )
    problem = problem_of(scene.around, found)
    if problem:
        raise RefusedError(
            f"nothing can be made from {wanted}: {quoted(problem[:300])}",
            hint="capi_list_classes tells which templates are valid",
        )
    return found
