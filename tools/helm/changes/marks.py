"""The marks of a release on its objects, as Helm writes and checks them."""

from clusterwright.tools.helm.marks import (
    RELEASE_NAME,
    RELEASE_NAMESPACE,
    released_by,
)
from clusterwright.tools.helm.record import release_ref
from clusterwright.tools.manifest import Manifest, mapping, namespace_of, text
from clusterwright.tools.ref import Ref, legal

LABEL, HELM = "app.kubernetes.io/managed-by", "Helm"


def owner(live: Manifest) -> Ref | None:
    """Return the release that an object's annotations name, whatever its label says."""
    name = text(live, "metadata", "annotations", RELEASE_NAME)
    namespace = text(live, "metadata", "annotations", RELEASE_NAMESPACE) or namespace_of(live)
    named = legal("HelmRelease", name, namespace, "") if name and namespace else None
    return release_ref(namespace, name) if named else None


def owned(live: Manifest, release: Ref) -> bool:
    """Return whether Helm would take an object for one of a release."""
    return released_by(live) == release


def marked(manifest: Manifest, release: Ref) -> Manifest:
    """Return an object as Helm writes it: with the marks of its release."""
    meta = mapping(manifest, "metadata")
    annotations = mapping(meta, "annotations")
    own = {RELEASE_NAME: release.name, RELEASE_NAMESPACE: release.namespace}
    labels = {**mapping(meta, "labels"), LABEL: HELM}
    marks = {"labels": labels, "annotations": {**annotations, **own}}
    return {**manifest, "metadata": {**meta, **marks}}
