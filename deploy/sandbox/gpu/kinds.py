"""CustomResourceDefinitions of what runs and queues GPU work: the originals' names, any fields.

Versions: NVIDIA gpu-operator v26.7, ROCm gpu-operator v1.5, NVIDIA's DRA driver v0.4, Kueue v0.19,
KAI v0.9, Volcano v1.12, NFD v0.18.
"""

from dataclasses import dataclass, replace

from clusterwright.deploy.sandbox.capi.definition import plural
from clusterwright.tools.manifest import Manifest

NVIDIA, AMD, DRA = "nvidia.com", "amd.com", "resource.nvidia.com"
KUEUE, KAI, VOLCANO = "kueue.x-k8s.io", "scheduling.run.ai", "scheduling.volcano.sh"
NFD = "nfd.k8s-sigs.io"
_KUEUE = ("v1beta2", "v1beta1")
Column = tuple[str, str, str]
"""Name, JSON path, type: as the originals print it."""
_STATE = (("Status", ".status.state", "string"), ("Age", ".metadata.creationTimestamp", "date"))


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind that the sandbox serves."""

    group: str
    versions: tuple[str, ...]
    """The first is stored, all are served."""
    name: str
    short: tuple[str, ...] = ()
    namespaced: bool = False
    columns: tuple[Column, ...] = (("Age", ".metadata.creationTimestamp", "date"),)

    @property
    def api_version(self) -> str:
        """The apiVersion of its objects, as they are stored."""
        return f"{self.group}/{self.versions[0]}"


def _queue(name: str, *short: str, namespaced: bool = False) -> Kind:
    return Kind(KUEUE, _KUEUE, name, short, namespaced)


KINDS = (
    Kind(NVIDIA, ("v1",), "ClusterPolicy", columns=_STATE),
    Kind(NVIDIA, ("v1alpha1",), "NVIDIADriver", ("nvd", "nvdriver"), columns=_STATE),
    Kind(NVIDIA, ("v1alpha1",), "GPUCluster", ("gc",), columns=_STATE),
    Kind(AMD, ("v1alpha1",), "DeviceConfig", ("gpue",), namespaced=True),
    Kind(DRA, ("v1beta1",), "ComputeDomain", namespaced=True),
    Kind(DRA, ("v1beta1",), "ComputeDomainClique", namespaced=True),
    Kind(NFD, ("v1alpha1",), "NodeFeatureRule", ("nfr",)),
    _queue("ClusterQueue", "cq"),
    _queue("LocalQueue", "queue", "lq", namespaced=True),
    _queue("Workload", "wl", namespaced=True),
    _queue("ResourceFlavor", "flavor", "rf"),
    _queue("AdmissionCheck"),
    _queue("Cohort"),
    _queue("Topology"),
    Kind(KAI, ("v2",), "Queue"),
    Kind(KAI, ("v2alpha2",), "PodGroup", ("pg",), namespaced=True),
    Kind(KAI, ("v1alpha2",), "BindRequest", namespaced=True),
    Kind(VOLCANO, ("v1beta1",), "Queue", ("q",)),
    Kind(VOLCANO, ("v1beta1",), "PodGroup", namespaced=True),
)


def definitions() -> list[Manifest]:
    """Return the CustomResourceDefinitions of all these kinds."""
    return [_definition(one) for one in KINDS]


def served() -> list[Kind]:
    """Return every kind in every version, each as if it were the only one."""
    return [replace(one, versions=(version,)) for one in KINDS for version in one.versions]


def _definition(kind: Kind) -> Manifest:
    names = {
        "kind": kind.name,
        "listKind": f"{kind.name}List",
        "plural": plural(kind.name),
        "singular": kind.name.lower(),
        "shortNames": list(kind.short),
    }
    return {
        "apiVersion": "apiextensions.k8s.io/v1",
        "kind": "CustomResourceDefinition",
        "metadata": {"name": f"{plural(kind.name)}.{kind.group}"},
        "spec": {
            "group": kind.group,
            "scope": "Namespaced" if kind.namespaced else "Cluster",
            "names": names,
            "versions": [_version(kind, one) for one in kind.versions],
        },
    }


def _version(kind: Kind, version: str) -> Manifest:
    free: Manifest = {"type": "object", "x-kubernetes-preserve-unknown-fields": True}
    return {
        "name": version,
        "served": True,
        "storage": version == kind.versions[0],
        "subresources": {"status": {}},
        "additionalPrinterColumns": [
            {"name": name, "jsonPath": path, "type": of_type}
            for name, path, of_type in kind.columns
        ],
        "schema": {
            "openAPIV3Schema": {"type": "object", "properties": {"spec": free, "status": free}}
        },
    }
