"""Objects of a Helm release: its next upgrade writes them as the chart says.

Helm marks what it installs with a label and two annotations (helm/helm, pkg/action/validate.go).
"""

from collections.abc import Iterator

from clusterwright.tools.kubernetes.owners.claim import Claim, Question
from clusterwright.tools.kubernetes.owners.managed_fields import managers_of
from clusterwright.tools.manifest import labels_of, namespace_of, text
from clusterwright.tools.quotation import word
from clusterwright.tools.ref import legal

_NAME, _NAMESPACE = "meta.helm.sh/release-name", "meta.helm.sh/release-namespace"


def helm(asked: Question) -> Iterator[Claim]:
    """Yield the release of an object that the release's next upgrade would write again."""
    release = text(asked.manifest, "metadata", "annotations", _NAME)
    labelled = labels_of(asked.manifest).get("app.kubernetes.io/managed-by") == "Helm"
    if not release or not (labelled or "helm.sh/chart" in labels_of(asked.manifest)):
        return
    own_marks = any(
        manager.lower() == "helm"
        for path in asked.marks
        for operation in ("Apply", "Update")
        for manager in managers_of(asked.manifest, path, operation=operation)
    )
    if not asked.desired and not own_marks:
        return
    namespace = text(asked.manifest, "metadata", "annotations", _NAMESPACE)
    namespace = namespace or namespace_of(asked.manifest)
    named = f"{word(release)} in namespace {word(namespace)}"
    yield Claim(
        owner=f"Helm release {named}",
        shown_by=f"annotation {_NAME}",
        where=f"the values of Helm release {named}",
        server="helm",
        release=legal("HelmRelease", release, namespace, ""),
    )
