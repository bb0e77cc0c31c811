"""A management cluster, a server that may change its clusters, and the API server's audit log."""

import json
import os
import time
from collections.abc import AsyncGenerator, Callable, Generator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path

from mcp import Client

from clusterwright.deploy.sandbox import Instance
from clusterwright.deploy.sandbox.audit_log import AuditedWrite, writes
from clusterwright.servers.cluster_api import create_server
from clusterwright.tools.manifest import Json, Manifest
from clusterwright.tools.trust.authority import Authority
from clusterwright.tools.trust.policy import Policy
from clusterwright.tools.trust.risk import Access
from tests.changes_by_tools import Session
from tests.management_cluster import REUSED

EVERYTHING: Json = {
    "unattended": [{"changes": "*", "clusters": ["*"], "namespaces": ["*"], "risk": "high"}],
    "settle_seconds": 0.5,
}
SECONDS = 300.0


_NUMBERS = count()


@dataclass
class Place:
    """A namespace for clusters."""

    management: Instance
    namespace: str
    state: Path
    policy: Json = field(default_factory=lambda: dict(EVERYTHING))

    def __post_init__(self) -> None:
        self.begin = self.management.audit_log.stat().st_size

    @property
    def authority(self) -> Authority:
        """What may be done here, kept apart from other tests' plans."""
        policy = Policy.model_validate(self.policy)
        return Authority(access=Access.WRITE, policy=policy, state=self.state)

    def named(self, cluster: str) -> str:
        return f"{self.namespace}/{cluster}"

    def create(self, *objects: Manifest) -> None:
        listed = {"apiVersion": "v1", "kind": "List", "items": list(objects)}
        self.management.kubectl("create", "-n", self.namespace, "-f", "-", stdin=json.dumps(listed))

    def get(self, kind: str, name: str) -> Manifest:
        found: Manifest = json.loads(self.kubectl("get", kind, name, "-o", "json"))
        return found

    def listed(self, kind: str) -> list[Manifest]:
        found: Json = json.loads(self.kubectl("get", kind, "-o", "json"))
        return list(found["items"])

    def kubectl(self, *words: str) -> str:
        return self.management.kubectl(*words, "-n", self.namespace)

    def writes(self) -> list[AuditedWrite]:
        """Return what the API server took from us since the start, our events aside."""
        found = writes(self.management.audit_log, agent="clusterwright", offset=self.begin)
        return [one for one in found if one.resource != "events"]

    def until(self, holds: Callable[[], bool]) -> None:
        """Wait until something is so."""
        deadline = time.monotonic() + SECONDS
        while not holds():
            assert time.monotonic() < deadline, self.kubectl(
                "get", "clusters,machines", "-o", "wide"
            )
            time.sleep(0.3)

    @asynccontextmanager
    async def session(self) -> AsyncGenerator[Session]:
        """Connect to a server of Cluster API that works by this place's policy."""
        server = create_server(kubeconfig=self.management.kubeconfig, authority=self.authority)
        async with Client(server) as client:
            yield Session(client, "capi")


def gpu_cluster(name: str, **more: Json) -> Manifest:
    """Return the change that makes a small cluster of the sandbox's own class."""
    return {
        "kind": "create",
        "name": name,
        "cluster_class": "default/sandbox-gpu",
        "version": "v1.35.2",
        "variables": {"accelerator": "Tesla-T4"},
        "control_plane": 1,
        "pools": {"gpu": {"class": "gpu-worker", "replicas": 2}},
        **more,
    }


@contextmanager
def place_in(management: Instance, folder: Path) -> Generator[Place]:
    """Make a namespace, and take it away with its clusters; plans are kept in a folder.

    Of a management cluster that itself goes away soon, only the workload clusters are told to.
    """
    name = f"clusters-{os.getpid()}-{next(_NUMBERS)}"
    management.kubectl("create", "namespace", name)
    state = folder / "state"
    state.mkdir(mode=0o700)
    found = Place(management, name, state)
    yield found
    for one in found.listed("clusters.cluster.x-k8s.io"):  # a paused one would never go
        patch = '{"spec":{"paused":null}}'
        found.kubectl("patch", "cluster", one["metadata"]["name"], "--type=merge", "-p", patch)
    reused = bool(os.environ.get(REUSED))
    wait = "--timeout=110s" if reused else "--wait=false"
    found.kubectl("delete", "clusters.cluster.x-k8s.io", "--all", wait)
    if reused:  # it goes only after its clusters: what deletes these needs their secrets
        management.kubectl("delete", "namespace", name, "--wait=false")
