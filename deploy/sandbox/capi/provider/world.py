"""What the provider knows: the objects as they are now, and the workload clusters that run."""

from collections.abc import Callable
from dataclasses import dataclass, field

from clusterwright.deploy.sandbox.capi.clouds.cloud import Asked, Cloud
from clusterwright.deploy.sandbox.capi.provider.api import Api
from clusterwright.deploy.sandbox.capi.provider.contract import CLUSTER_LABEL, is_provisioned, owner
from clusterwright.deploy.sandbox.capi.provider.events import Events
from clusterwright.deploy.sandbox.capi.provider.kubelet import Kubelet
from clusterwright.deploy.sandbox.capi.provider.settings import Settings
from clusterwright.deploy.sandbox.capi.provider.store import Store
from clusterwright.deploy.sandbox.capi.provider.workload import Workload
from clusterwright.tools.manifest import (
    Manifest,
    labels_of,
    name_of,
    namespace_of,
    number,
    text,
)

CAPI = "cluster.x-k8s.io/v1beta2"
Key = tuple[str, str]
"""Namespace and name of a Cluster."""


def key_of(manifest: Manifest) -> Key:
    """Return which Cluster an object belongs to, by its label."""
    return namespace_of(manifest), labels_of(manifest).get(CLUSTER_LABEL, "")


def port_of(infrastructure: Manifest) -> int:
    """Return the port of a cluster's endpoint; 0 while it has none."""
    return number(infrastructure, "spec", "controlPlaneEndpoint", "port")


@dataclass
class Node:
    """What was done to the node of one machine."""

    joined: bool = False
    initialized: bool = False
    kubelet: Kubelet = field(default_factory=Kubelet)


@dataclass
class World:
    """The objects, and the workload clusters that run."""

    api: Api
    settings: Settings
    store: Store
    events: Events
    say: Callable[[str], None]
    """Writes a line to the log."""
    clouds: tuple[Cloud, ...]
    workloads: dict[Key, Workload] = field(default_factory=dict[Key, Workload])
    serving: set[Key] = field(default_factory=set[Key])
    nodes: dict[str, Node] = field(default_factory=dict[str, Node])
    """By the uid of the machine's infrastructure."""
    said: dict[str, str] = field(default_factory=dict[str, str])
    """What was last written to the log about an object, by its uid."""

    def say_once(self, one: Manifest, line: str) -> None:
        """Write a line about an object to the log, unless it was the last one."""
        uid = text(one, "metadata", "uid")
        if self.said.get(uid) != line:
            self.said[uid] = line
            self.say(f"{one.get('kind')} {namespace_of(one)}/{name_of(one)}: {line}")

    def cluster_of(self, manifest: Manifest) -> Manifest:
        """Return the Cluster of an object; an empty one when there is none."""
        return self.store.find(CAPI, "Cluster", *key_of(manifest))

    def machine_of(self, manifest: Manifest) -> Manifest:
        """Return the Machine that owns an object; an empty one when there is none."""
        name = owner(manifest, "Machine")
        return self.store.find(CAPI, "Machine", namespace_of(manifest), name) if name else {}

    def infrastructure_of(self, key: Key) -> Manifest:
        """Return the infrastructure object of a Cluster; an empty one when there is none."""
        for one in self.infrastructures():
            if key_of(one) == key:
                return one
        return {}

    def infrastructures(self) -> list[Manifest]:
        """Return the infrastructure objects of all Clusters."""
        kinds = (cloud.cluster for cloud in self.clouds)
        return [one for kind in kinds for one in self.store.all(kind.api_version, kind.name)]

    def asked(self, cloud: Cloud, cluster: Manifest, machine: Manifest | None = None) -> Asked:
        """Return what is asked of a cloud, with how much of the region's quotas is in use."""
        asked = self._bare(cloud, cluster, machine)
        used: dict[str, int] = {}
        region = cloud.region_of(asked)
        for other, needs in self._made(cloud, but=text(machine or cluster, "metadata", "uid")):
            if other == region:
                for quota, amount in needs.items():
                    used[quota] = used.get(quota, 0) + amount
        return Asked(asked.cluster, asked.find, used, asked.machine, asked.hosts)

    def _made(self, cloud: Cloud, *, but: str) -> list[tuple[str, dict[str, int]]]:
        """Return the region and the needs of each thing that a cloud has made."""
        found: list[tuple[str, dict[str, int]]] = []
        for one in self.store.all(cloud.cluster.api_version, cloud.cluster.name):
            if text(one, "metadata", "uid") != but and port_of(one):
                region = cloud.region_of(self._bare(cloud, one, None))
                found.append((region, dict(cloud.cluster_needs)))
        for one in self.store.all(cloud.machine.api_version, cloud.machine.name):
            if text(one, "metadata", "uid") != but and is_provisioned(one):
                asked = self._bare(cloud, self.infrastructure_of(key_of(one)), one)
                found.append((cloud.region_of(asked), dict(cloud.needs_of(asked))))
        return found

    def _bare(self, cloud: Cloud, cluster: Manifest, machine: Manifest | None) -> Asked:
        hosts: list[Manifest] = []
        if cloud.takes_hosts:
            kind = cloud.others[0]
            found = self.store.all(kind.api_version, kind.name)
            hosts = [one for one in found if namespace_of(one) == namespace_of(cluster)]
            hosts.sort(key=name_of)
        return Asked(cluster, self.store.find, {}, machine or {}, hosts)
