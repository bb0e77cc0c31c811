"""What Helm puts on the objects of a release, and what other deployers put beside it.

Helm marks what it installs with a label and two annotations, but for hooks and for CRDs of `crds/`
(helm/helm, pkg/action/validate.go, setMetadataVisitor).
"""

from datetime import datetime

from clusterwright.tools.helm.record import KIND, release_ref
from clusterwright.tools.kubernetes.owners.managed_fields import writers
from clusterwright.tools.manifest import Manifest, labels_of, text
from clusterwright.tools.ref import Ref, legal

MANAGED_BY = "app.kubernetes.io/managed-by=Helm"
"""Selects what Helm installed: it sets the label whatever the chart says."""
RELEASE_NAME, RELEASE_NAMESPACE = "meta.helm.sh/release-name", "meta.helm.sh/release-namespace"
HOOK = "helm.sh/hook"
_HELM = "helm"
_ANNOTATIONS = ("metadata", "annotations")


def released_by(manifest: Manifest) -> Ref | None:
    """Return the release that an object says it is of; None where it says nothing legal."""
    name = text(manifest, *_ANNOTATIONS, RELEASE_NAME)
    namespace = text(manifest, *_ANNOTATIONS, RELEASE_NAMESPACE)
    marked = labels_of(manifest).get("app.kubernetes.io/managed-by") == "Helm"
    if not name or not namespace or not marked:
        return None
    legal_one = legal(KIND, name, namespace, "")
    return release_ref(namespace, name) if legal_one else None


def is_hook(manifest: Manifest) -> bool:
    """Return whether an object is one that Helm makes at a point of an operation only."""
    return bool(text(manifest, *_ANNOTATIONS, HOOK))


def written_by_helm(manifest: Manifest) -> datetime | None:
    """Return when Helm, or whoever uses Helm's library, last wrote an object."""
    found = [one for one in writers(manifest, ()) if _HELM in one.manager.lower()]
    times = [one.when for one in found if one.when is not None and not one.subresource]
    return max(times, default=None)
