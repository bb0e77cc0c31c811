"""CustomResourceDefinitions of kinds that imitate others: the original's names, any fields."""

from dataclasses import dataclass
from typing import Literal

from clusterwright.tools.manifest import Manifest

INFRASTRUCTURE = "infrastructure.cluster.x-k8s.io"
CONTROL_PLANE = "controlplane.cluster.x-k8s.io"
BOOTSTRAP = "bootstrap.cluster.x-k8s.io"
Contract = Literal["v1beta1", "v1beta2"]
"""Of Cluster API: which fields of a status it reads, and how conditions are spelled."""


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind that the sandbox serves."""

    name: str
    group: str = INFRASTRUCTURE
    version: str = "v1beta1"
    contract: Contract | None = None
    """None where Cluster API reads nothing of it, as of an identity."""
    templated: bool = False
    """There is a kind of templates beside it, which ClusterClasses refer to."""
    scaled: bool = False
    namespaced: bool = True

    @property
    def api_version(self) -> str:
        """The apiVersion of its objects."""
        return f"{self.group}/{self.version}"

    def definitions(self) -> list[Manifest]:
        """Return the definitions of the kind and of its templates."""
        found = [_definition(self, self.name)]
        return [*found, _definition(self, f"{self.name}Template")] if self.templated else found


def plural(kind: str) -> str:
    """Return the plural, which Cluster API derives from a kind as kubebuilder does."""
    name = kind.lower()
    if name.endswith("y"):
        return f"{name[:-1]}ies"
    return f"{name}es" if name.endswith("s") else f"{name}s"


def _definition(kind: Kind, name: str) -> Manifest:
    labels = {f"cluster.x-k8s.io/{kind.contract}": kind.version} if kind.contract else {}
    return {
        "apiVersion": "apiextensions.k8s.io/v1",
        "kind": "CustomResourceDefinition",
        "metadata": {
            "name": f"{plural(name)}.{kind.group}",
            "labels": labels | {"cluster.x-k8s.io/provider": "simulated"},
        },
        "spec": {
            "group": kind.group,
            "scope": "Namespaced" if kind.namespaced else "Cluster",
            "names": {
                "kind": name,
                "listKind": f"{name}List",
                "plural": plural(name),
                "singular": name.lower(),
                "categories": ["cluster-api"],
            },
            "versions": [_version(kind, scaled=kind.scaled and name == kind.name)],
        },
    }


def _version(kind: Kind, *, scaled: bool) -> Manifest:
    # Without a schema of its own: which fields there are is the original's business.
    free: Manifest = {"type": "object", "x-kubernetes-preserve-unknown-fields": True}
    subresources: Manifest = {"status": {}}
    if scaled:
        subresources["scale"] = {
            "labelSelectorPath": ".status.selector",
            "specReplicasPath": ".spec.replicas",
            "statusReplicasPath": ".status.replicas",
        }
    return {
        "name": kind.version,
        "served": True,
        "storage": True,
        "subresources": subresources,
        "schema": {
            "openAPIV3Schema": {"type": "object", "properties": {"spec": free, "status": free}}
        },
    }
