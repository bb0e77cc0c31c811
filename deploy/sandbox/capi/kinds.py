"""The kinds of the sandbox's provider, and of the clouds that it imitates.

Each infrastructure is served with the names and the contract of the original, so that what a tool
learns here holds there; behind every one of them stands the same simulated hardware.
"""

from dataclasses import dataclass
from typing import Literal

from clusterwright.tools.manifest import Manifest

INFRASTRUCTURE = "infrastructure.cluster.x-k8s.io"
CONTROL_PLANE = "controlplane.cluster.x-k8s.io"
BOOTSTRAP = "bootstrap.cluster.x-k8s.io"
Contract = Literal["v1beta1", "v1beta2"]


@dataclass(frozen=True, slots=True)
class Infrastructure:
    """One infrastructure provider: its kinds, the contract they follow, where a size is named."""

    name: str
    cluster: str
    machine: str
    version: str
    contract: Contract
    size: tuple[str, ...]
    """Where the machine's spec names the size; empty: the spec lists the hardware itself."""
    region: tuple[str, ...]
    """Where the cluster's spec names the region."""
    cluster_condition: str
    machine_condition: str
    """What turns True when the cloud has made it."""
    imitates: str
    """The original, whose names and words are used."""

    @property
    def api_version(self) -> str:
        """The apiVersion of its objects."""
        return f"{INFRASTRUCTURE}/{self.version}"


SANDBOX = Infrastructure(
    "sandbox",
    "SandboxCluster",
    "SandboxMachine",
    "v1beta1",
    "v1beta2",
    (),
    ("region",),
    "Ready",
    "Ready",
    "",
)
AWS = Infrastructure(
    "aws",
    "AWSCluster",
    "AWSMachine",
    "v1beta2",
    "v1beta1",
    ("instanceType",),
    ("region",),
    "VpcReady",
    "InstanceReady",
    "kubernetes-sigs/cluster-api-provider-aws v2.11, api/v1beta1/conditions_consts.go",
)
AZURE = Infrastructure(
    "azure",
    "AzureCluster",
    "AzureMachine",
    "v1beta1",
    "v1beta1",
    ("vmSize",),
    ("location",),
    "NetworkInfrastructureReady",
    "VMRunning",
    "kubernetes-sigs/cluster-api-provider-azure v1.26, api/v1beta1/conditions_consts.go",
)
INFRASTRUCTURES = (SANDBOX, AWS, AZURE)

CONTROL_PLANE_KIND = "SandboxControlPlane"
CONFIG_KIND = "SandboxConfig"
VERSION = "v1beta1"


def definitions() -> list[Manifest]:
    """Return the CustomResourceDefinitions of all these kinds and of their templates."""
    found: list[Manifest] = []
    for one in INFRASTRUCTURES:
        for kind in (one.cluster, one.machine):
            found += _with_template(INFRASTRUCTURE, kind, one.version, one.contract)
    found += _with_template(CONTROL_PLANE, CONTROL_PLANE_KIND, VERSION, "v1beta2", scale=True)
    return found + _with_template(BOOTSTRAP, CONFIG_KIND, VERSION, "v1beta2")


def plural(kind: str) -> str:
    """Return the plural, which Cluster API derives from a kind as kubebuilder does."""
    name = kind.lower()
    return f"{name[:-1]}ies" if name.endswith("y") else f"{name}s"


def _with_template(
    group: str, kind: str, version: str, contract: Contract, *, scale: bool = False
) -> list[Manifest]:
    return [
        _definition(group, kind, version, contract, scale=scale),
        _definition(group, f"{kind}Template", version, contract),
    ]


def _definition(
    group: str, kind: str, version: str, contract: Contract, *, scale: bool = False
) -> Manifest:
    # Without a schema of its own: which fields there are is the original's business.
    free: Manifest = {"type": "object", "x-kubernetes-preserve-unknown-fields": True}
    subresources: Manifest = {"status": {}}
    if scale:
        subresources["scale"] = {
            "labelSelectorPath": ".status.selector",
            "specReplicasPath": ".spec.replicas",
            "statusReplicasPath": ".status.replicas",
        }
    return {
        "apiVersion": "apiextensions.k8s.io/v1",
        "kind": "CustomResourceDefinition",
        "metadata": {
            "name": f"{plural(kind)}.{group}",
            "labels": {
                f"cluster.x-k8s.io/{contract}": version,
                "cluster.x-k8s.io/provider": "simulated",
            },
        },
        "spec": {
            "group": group,
            "scope": "Namespaced",
            "names": {
                "kind": kind,
                "listKind": f"{kind}List",
                "plural": plural(kind),
                "singular": kind.lower(),
                "categories": ["cluster-api"],
            },
            "versions": [
                {
                    "name": version,
                    "served": True,
                    "storage": True,
                    "subresources": subresources,
                    "schema": {
                        "openAPIV3Schema": {
                            "type": "object",
                            "properties": {"spec": free, "status": free},
                        }
                    },
                }
            ],
        },
    }
