"""Objects that a GitOps controller keeps as a repository says, and takes back when they drift.

Argo CD: the tracking-id annotation (argo-cd, util/argo/resource_tracking.go). Flux: labels of
kustomize-controller and helm-controller (fluxcd/pkg, ssa/manager.go). Sveltos: labels of its
addon-controller (libsveltos, lib/deployer). k0rdent: the label of k0rdent/kcm, and of the services
that it lets Sveltos deploy.
"""

from collections.abc import Iterator

from clusterwright.tools.kubernetes.owners.claim import Claim, Question
from clusterwright.tools.kubernetes.owners.managed_fields import managers_of
from clusterwright.tools.manifest import labels_of, mapping, strings, text
from clusterwright.tools.quotation import word
from clusterwright.tools.ref import Ref, legal

_TRACKING = "argocd.argoproj.io/tracking-id"
_KUSTOMIZE, _HELM = "kustomize.toolkit.fluxcd.io", "helm.toolkit.fluxcd.io"
_SVELTOS = "projectsveltos.io"
_K0RDENT = "k0rdent.mirantis.com"


def _takes_back(asked: Question, managers: tuple[str, ...]) -> bool:
    """Return whether what is written would be taken back: a label of somebody else's would not."""
    if asked.desired:
        return True
    return any(
        manager in managers
        for path in asked.marks
        for operation in ("Apply", "Update")
        for manager in managers_of(asked.manifest, path, operation=operation)
    )


def argo_cd(asked: Question) -> Iterator[Claim]:
    """Yield the Application whose tracking id an object carries."""
    tracking = text(asked.manifest, "metadata", "annotations", _TRACKING)
    application = tracking.partition(":")[0]
    if not application or not _takes_back(
        asked, ("argocd-controller", "argocd-application-controller")
    ):
        return
    namespace, _, name = application.rpartition("_")  # apps outside of Argo CD's own namespace
    yield Claim(
        owner=f"Argo CD Application {word(name)}",
        shown_by=f"annotation {_TRACKING}",
        where=f"the source of Argo CD Application {word(name)}, its Git repository",
        server="argo_cd",
        ref=legal("Application", name, namespace or "argocd", "argoproj.io/v1alpha1"),
    )


def flux(asked: Question) -> Iterator[Claim]:
    """Yield the Kustomization or HelmRelease that applies an object."""
    labels = labels_of(asked.manifest)
    for prefix, kind, version, manager in (
        (_HELM, "HelmRelease", "helm.toolkit.fluxcd.io/v2", "helm-controller"),
        (_KUSTOMIZE, "Kustomization", "kustomize.toolkit.fluxcd.io/v1", "kustomize-controller"),
    ):
        name, namespace = labels.get(f"{prefix}/name", ""), labels.get(f"{prefix}/namespace", "")
        if not name or not _takes_back(asked, (manager,)):
            continue
        what = "values" if kind == "HelmRelease" else "source, its Git repository,"
        yield Claim(
            owner=f"Flux {kind} {word(name)} in namespace {word(namespace)}",
            shown_by=f"label {prefix}/name",
            where=f"the {what} of Flux {kind} {word(name)} in namespace {word(namespace)}",
            server="flux",
            ref=legal(kind, name, namespace, version),
        )


def sveltos(asked: Question) -> Iterator[Claim]:
    """Yield the profile of Sveltos that deploys an object."""
    marks = labels_of(asked.manifest) | strings(asked.manifest, "metadata", "annotations")
    name = marks.get(f"{_SVELTOS}/owner-name") or marks.get(f"{_SVELTOS}/reference-name")
    if not name or not _takes_back(asked, ("addon-controller", "application/apply-patch")):
        return
    kind = marks.get(f"{_SVELTOS}/owner-kind") or "ClusterProfile"
    yield Claim(
        owner=f"Sveltos {word(kind)} {word(name)}",
        shown_by=f"a label or annotation of {_SVELTOS}",
        where=f"Sveltos {word(kind)} {word(name)}, on the management cluster",
        server="sveltos",
    )


def k0rdent(asked: Question) -> Iterator[Claim]:
    """Yield k0rdent for an object that it keeps."""
    labels = labels_of(asked.manifest)
    managed = labels.get(f"{_K0RDENT}/managed") or labels.get("k0rdent.mirantis.com/service")
    if not managed or not _takes_back(asked, ("kcm", "kcm-controller-manager")):
        return
    yield Claim(
        owner="k0rdent",
        shown_by=f"a label of {_K0RDENT}",
        where="the ClusterDeployment or MultiClusterService, on the management cluster",
        server="k0rdent",
    )


def cluster_deployment(asked: Question) -> Iterator[Claim]:
    """Yield the ClusterDeployment of k0rdent from whose chart a Cluster comes.

    Flux labels it with the release, which has the ClusterDeployment's name; k0rdent adds the
    labels that it puts on the ClusterDeployment itself (kcm, clusterdeployment_controller.go).
    """
    labels, manifest = labels_of(asked.manifest), asked.manifest
    name = labels.get(f"{_HELM}/name", "")
    if text(manifest, "kind") != "Cluster" or not name or not asked.desired:
        return
    namespace = text(mapping(manifest, "metadata"), "namespace")
    ref = legal("ClusterDeployment", name, namespace, f"{_K0RDENT}/v1beta1")
    component = f"{_K0RDENT}/component"
    there = ref is not None and asked.around.get(ref) is not None
    if ref is None or not (there or component in labels):
        return
    yield Claim(
        owner=f"k0rdent {ref}",
        shown_by=f"label {component if component in labels else f'{_HELM}/name'}",
        where=f"{ref}, by a kind of capi_plan_change that is for ClusterDeployments",
        server="cluster_api",
        ref=ref,
    )


def cluster_topology(asked: Question) -> Iterator[Claim]:
    """Yield the Cluster whose topology makes an object (cluster-api, api/core/v1beta2)."""
    labels, manifest = labels_of(asked.manifest), asked.manifest
    cluster = labels.get("cluster.x-k8s.io/cluster-name", "")
    if "topology.cluster.x-k8s.io/owned" not in labels or text(manifest, "kind") == "Cluster":
        return
    if not _takes_back(asked, ("capi-topology",)):
        return
    namespace = text(mapping(manifest, "metadata"), "namespace")
    yield Claim(
        owner=f"the topology of Cluster {word(cluster)}",
        shown_by="label topology.cluster.x-k8s.io/owned",
        where=f"spec.topology of Cluster {word(cluster)} in namespace {word(namespace)}",
        server="cluster_api",
        ref=_cluster(cluster, namespace),
    )


def _cluster(name: str, namespace: str) -> Ref | None:
    return legal("Cluster", name, namespace, "cluster.x-k8s.io/v1beta2")
