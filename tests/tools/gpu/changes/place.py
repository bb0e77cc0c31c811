"""Real GPU nodes as far as an API server sees them, and a server that may change them."""

import json
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from mcp import Client

from clusterwright.deploy.sandbox import Instance
from clusterwright.servers.build import build
from clusterwright.tools.gpu.apply_change import TOOL as APPLY
from clusterwright.tools.gpu.changes.emptied import HELD
from clusterwright.tools.gpu.desk import Desk
from clusterwright.tools.gpu.plan_change import TOOL as PLAN
from clusterwright.tools.kubernetes.client.clusters import Clusters
from clusterwright.tools.manifest import Json, Manifest
from clusterwright.tools.trust.authority import Authority
from clusterwright.tools.trust.policy import Policy
from clusterwright.tools.trust.risk import Access
from tests.changes_by_tools import Session

EVERYTHING: Json = {
    "unattended": [{"changes": "*", "clusters": ["*"], "namespaces": ["*", ""], "risk": "high"}],
    "settle_seconds": 0.0,
    "proof_seconds": 30,
    "machine_proof_seconds": 60,
}
STEER = "gpu.sandbox.clusterwright.io/"
CONFIG, STATE = "nvidia.com/mig.config", "nvidia.com/mig.config.state"
UPGRADE = "nvidia.com/gpu-driver-upgrade-state"
OURS = frozenset(
    {
        CONFIG,
        UPGRADE,
        "nvidia.com/device-plugin.config",
        "nvidia.com/gpu.deploy.operands",
        "nvidia.com/gpu.deploy.dcgm-exporter",
        "nvidia.com/gpu.deploy.device-plugin",
    }
)
"""Labels that tests write."""


@dataclass
class Place:
    """One node of a kind of its own, and a namespace for who uses it."""

    sandbox: Instance
    node: str
    namespace: str
    state: Path
    policy: Json = field(default_factory=lambda: dict(EVERYTHING))
    access: Access = Access.WRITE
    pool: str = ""
    """Where pods that may be on several nodes may be."""

    @property
    def authority(self) -> Authority:
        policy = Policy.model_validate(self.policy)
        return Authority(access=self.access, policy=policy, state=self.state)

    @asynccontextmanager
    async def session(self, kubeconfig: Path | None = None) -> AsyncGenerator[Session]:
        """Connect to a server that works by this place's policy."""
        desk = Desk(Clusters(kubeconfig or self.sandbox.kubeconfig), self.authority)
        tools = [(PLAN, desk), (APPLY, desk)]
        async with Client(build("test", tools, title="Test", instructions="Test.")) as client:
            yield Session(client, "gpu")

    def kubectl(self, *words: str) -> str:
        return self.sandbox.kubectl(*words)

    def get(self, name: str = "") -> Manifest:
        """Return the node, or another one."""
        told = self.kubectl("get", "node", name or self.node, "-o", "json")
        found: Manifest = json.loads(told)
        return found

    def labels(self, name: str = "") -> dict[str, str]:
        found: dict[str, str] = self.get(name)["metadata"]["labels"]
        return found

    def allocatable(self, resource: str) -> str:
        found: dict[str, str] = self.get()["status"]["allocatable"]
        return found.get(resource, "0")

    def label(self, *labels: str) -> None:
        self.kubectl("label", "--overwrite", "node", self.node, *labels)

    def annotate(self, *annotations: str) -> None:
        self.kubectl("annotate", "--overwrite", "node", self.node, *annotations)

    def train(self, name: str, gpus: int, replicas: int = 1, *, here: bool = True) -> None:
        """Have a Deployment use GPUs, of the node or of its pool."""
        pool = {"node.kubernetes.io/pool": self.pool}
        where = {"kubernetes.io/hostname": self.node} if here else pool
        spec = {
            "nodeSelector": where,
            "terminationGracePeriodSeconds": 1,
            "tolerations": [{"key": "kwok.x-k8s.io/node", "operator": "Exists"}],
            "containers": [
                {
                    "name": "train",
                    "image": "registry.invalid/train:1",
                    "resources": {"limits": {"nvidia.com/gpu": gpus}},
                }
            ],
        }
        labels = {"app": name}
        made = {
            "apiVersion": "apps/v1",
            "kind": "Deployment",
            "metadata": {"name": name},
            "spec": {
                "replicas": replicas,
                "selector": {"matchLabels": labels},
                "template": {"metadata": {"labels": labels}, "spec": spec},
            },
        }
        self.create(made)
        rolled = f"deployment/{name}"
        self.kubectl("rollout", "status", rolled, "-n", self.namespace, "--timeout=30s")

    def create(self, *objects: Manifest) -> None:
        listed = {"apiVersion": "v1", "kind": "List", "items": list(objects)}
        self.sandbox.kubectl("create", "-n", self.namespace, "-f", "-", stdin=json.dumps(listed))

    def next_second(self) -> None:
        """Let a later write have a later time: the API server tells whole seconds."""
        began = int(datetime.now(UTC).timestamp())
        while int(datetime.now(UTC).timestamp()) == began:
            self.get()

    def wait(self, path: str, value: str) -> None:
        """Wait until a field of the node has a value."""
        told = f"--for=jsonpath={{{path}}}={value}"
        self.kubectl("wait", f"node/{self.node}", told, "--timeout=40s")


def restore(place: Place, before: Manifest) -> None:
    """Give a node its labels back, and wait until it advertises what it did."""
    now = place.get()
    if now["spec"].get("unschedulable") and not before["spec"].get("unschedulable"):
        place.kubectl("uncordon", place.node)
    steers = [one for one in now["metadata"]["annotations"] if one.startswith(STEER)]
    odd = [f"{one}-" for one in steers if one not in before["metadata"]["annotations"]]
    odd += [f"{HELD}-"] if HELD in now["metadata"]["annotations"] else []
    if odd:
        place.annotate(*odd)
    labels: dict[str, str] = before["metadata"]["labels"]
    mine = [one for one in now["metadata"]["labels"] if one in OURS and one not in labels]
    back = [f"{key}={value}" for key, value in labels.items() if key in OURS]
    place.label(*(f"{one}-" for one in mine), *back)
    if (state := labels.get(STATE)) and place.labels().get(STATE) != state:
        _another_manager(place)
        place.wait(".metadata.labels.nvidia\\.com/mig\\.config\\.state", state)
    given: dict[str, str] = before["status"]["allocatable"]
    for resource in ("nvidia.com/gpu", "amd.com/gpu"):
        if resource in given:
            place.wait(
                f".status.allocatable.{resource.replace('.', chr(92) + '.')}", given[resource]
            )


def _another_manager(place: Place) -> None:
    """Have the node's MIG manager begin again: it tries a layout once."""
    place.kubectl(
        "delete", "pods", "-n", "gpu-operator", "-l", "app=nvidia-mig-manager",
        f"--field-selector=spec.nodeName={place.node}", "--force", "--grace-period=0",
    )  # fmt: skip
