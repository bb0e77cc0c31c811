"""A change of one ClusterDeployment: how it is named, what is read for it, and its Cluster."""

from collections.abc import Callable
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
    RELEASE,
    SERVICE_CHAIN,
    SERVICE_TEMPLATE,
    TEMPLATE,
)
from clusterwright.tools.cluster_api.k0rdent.made import (
    cluster_of,
    clusters_of,
    deployment_name,
    deployment_of,
    release_of,
)
from clusterwright.tools.cluster_api.k0rdent.made import ref as named
from clusterwright.tools.cluster_api.k0rdent.templates import problem_of
from clusterwright.tools.cluster_api.sveltos.kinds import SVELTOS_CLUSTER
from clusterwright.tools.errors import NotFoundError, RefusedError
from clusterwright.tools.excerpt import few, one_line
from clusterwright.tools.kubernetes.changes.step import Check, Elsewhere, Scene
from clusterwright.tools.manifest import Manifest, condition, name_of, namespace_of, text, truth
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
_SHOWN = 12
_UNCLAIMED = "a Cluster of that name that no release claims"


class DeploymentChange(ClusterChange):
    """A change of a ClusterDeployment, which it names as namespace/name; its Cluster feels it."""

    around: ClassVar[tuple[str, ...]] = tuple(
        dict.fromkeys((*AROUND, *ClusterChange.around, SVELTOS_CLUSTER, RELEASE))
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

    def felt_on(self, scene: Scene) -> tuple[Ref, ...]:
        """Return the Clusters that came of it, whatever they are called, and one of its name."""
        found = scene.live.get(self.deployment)
        made = clusters_here(scene, found) if found else []
        return tuple(dict.fromkeys((*super().felt_on(scene), *map(Ref.of, made))))

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
        names = few(sorted(f"{namespace_of(one)}/{name_of(one)}" for one in there), _SHOWN)
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
    """Return the first Cluster that came of a ClusterDeployment, and what runs there, or why not.

    It may be on the management cluster of another region, or be none of Cluster API.
    """
    found = clusters_here(scene, deployment)
    if found:
        return found[0], elsewhere(scene, Ref.of(found[0]))
    adopted = cluster_of(scene.around, deployment)
    if adopted is not None:
        why = f"it was adopted, as {Ref.of(adopted)}"
    elif not scene.around.was_read(CLUSTER):
        why = f"the Clusters of {scene.cluster} could not be read"
    else:
        why = f"no Cluster of it is on {scene.cluster}"
    beside = unclaimed_here(scene, deployment)
    why += f", but {_UNCLAIMED} is" if beside is not None else ""
    return None, Elsewhere(None, why_not=why)


def clusters_here(scene: Scene, deployment: Manifest) -> list[Manifest]:
    """Return the Clusters that came of a ClusterDeployment."""
    kind = CLUSTER.partition(".")[0]
    found = [one for one in clusters_of(scene.around, deployment) if text(one, "kind") == kind]
    own = scene.live.get(_namesake(deployment), {})
    known = {Ref.of(one) for one in found}
    if deployment_name(own) == name_of(deployment) and Ref.of(own) not in known:
        found.append(own)
    return found


def unclaimed_here(scene: Scene, deployment: Manifest) -> Manifest | None:
    """Return the Cluster of the name of a ClusterDeployment that came of none, by its labels.

    It is somebody else's, or has lost its label: enough to refuse, not to tell what runs there.
    """
    ref = _namesake(deployment)
    found = scene.live.get(ref) or scene.around.get(ref)
    if found is None or deployment_name(found) == name_of(deployment):
        return None
    return found if deployment_of(scene.around, found) is None else None


def require_each(scene: Scene, deployment: Manifest, require: Callable[[Manifest], None]) -> None:
    """Have every Cluster judged that is one of a ClusterDeployment, or may be."""
    for one in clusters_here(scene, deployment):
        require(one)
    beside = unclaimed_here(scene, deployment)
    if beside is not None:
        try:
            require(beside)
        except RefusedError as error:
            raise RefusedError(f"{error}; it is {_UNCLAIMED}", hint=error.hint) from None


def nothing_made(scene: Scene, deployment: Manifest) -> bool:
    """Return whether it was only ever validated: k0rdent tells of a release once there is one."""
    return (
        truth(deployment, "spec", "dryRun")
        and not condition(deployment, "HelmReleaseReady")
        and release_of(scene.around, deployment) is None
        and scene.around.was_read(CLUSTER)
        and cluster_of(scene.around, deployment) is None
        and not clusters_here(scene, deployment)
        and unclaimed_here(scene, deployment) is None
    )


def _namesake(deployment: Manifest) -> Ref:
    return named(CLUSTER, namespace_of(deployment), name_of(deployment))


def usable_template(scene: Scene, namespace: str, name: str) -> Manifest:
    """Return a ClusterTemplate from which a cluster can be made; raise ToolError otherwise."""
    wanted = named(TEMPLATE, namespace, name)
    found = scene.around.get(wanted)
    if found is None:
        there = sorted(name_of(one) for one in scene.around.in_namespace(TEMPLATE, namespace))
        raise NotFoundError(
            f"there is no ClusterTemplate {namespace}/{name[:80]}",
            hint=f"that namespace has {few(there, _SHOWN) or 'none'}; capi_list_classes",
        )
    problem = problem_of(scene.around, found)
    if problem:
        raise RefusedError(
            f"nothing can be made from {wanted}: {quoted(one_line(problem))}",
            hint="capi_list_classes tells which templates are valid",
        )
    return found
