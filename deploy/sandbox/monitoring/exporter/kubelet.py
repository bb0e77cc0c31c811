"""What the kubelet of a simulated node would answer: resources, containers, itself."""

from collections import defaultdict

from clusterwright.deploy.sandbox.monitoring.exporter.annotations import USAGE, said
from clusterwright.deploy.sandbox.monitoring.exporter.exposition import Exposition, labelled
from clusterwright.deploy.sandbox.monitoring.exporter.meters import Meters
from clusterwright.deploy.sandbox.monitoring.exporter.usage import ContainerUsage, usage_of
from clusterwright.deploy.sandbox.monitoring.exporter.world import World
from clusterwright.tools.manifest import Manifest, instant, items, name_of, namespace_of, text
from clusterwright.tools.quantity import quantities

_PERIODS = 10.0
"""CFS periods of 100 ms in a second."""
_USED = 0.3
"""Of a claim's space, unless it says otherwise."""


class Kubelets:
    """Answers for every simulated node."""

    def __init__(self, world: World, meters: Meters) -> None:
        """Take what tells of pods, and the counters."""
        self._world = world
        self._meters = meters

    def series(self, node_name: str, path: str, out: Exposition) -> bool:
        """Add what one of a kubelet's paths answers; return whether there is that node and path."""
        node = self._world.get("Node", "", node_name)
        answers = {
            "metrics": self._itself,
            "metrics/resource": self._resources,
            "metrics/cadvisor": self._containers,
        }
        if node is None or path not in answers:
            return False
        pods = [one for one in self._world.all("Pod") if text(one, "spec", "nodeName") == node_name]
        answers[path](node, pods, out)
        return True

    def _resources(self, node: Manifest, pods: list[Manifest], out: Exposition) -> None:
        born = instant(node, "metadata", "creationTimestamp")
        used = [one for pod in pods for one in usage_of(pod)]
        cpu = 0.1 + sum(one.cpu for one in used)
        total = self._meters.count(("node", name_of(node)), born, cpu)
        out.add("node_cpu_usage_seconds_total", "", total, "counter")
        out.add("node_memory_working_set_bytes", "", 2.0**30 + sum(one.memory for one in used))
        totals: dict[str, tuple[str, float, float]] = {}
        for one in used:
            labels = labelled(container=one.container, namespace=one.namespace, pod=one.pod)
            seconds = self._seconds(one)
            out.add("container_cpu_usage_seconds_total", labels, seconds, "counter")
            out.add("container_memory_working_set_bytes", labels, one.memory)
            started = one.started.timestamp() if one.started else 0.0
            out.add("container_start_time_seconds", labels, started)
            _, so_far, memory = totals.get(one.uid, ("", 0.0, 0.0))
            pod_labels = labelled(namespace=one.namespace, pod=one.pod)
            totals[one.uid] = pod_labels, so_far + seconds, memory + one.memory
        for labels, seconds, memory in totals.values():
            out.add("pod_cpu_usage_seconds_total", labels, seconds, "counter")
            out.add("pod_memory_working_set_bytes", labels, memory)
        out.add("resource_scrape_error", "", 0)

    def _containers(self, node: Manifest, pods: list[Manifest], out: Exposition) -> None:
        capacity = quantities(node, "status", "capacity")
        out.add("machine_cpu_cores", "", capacity.get("cpu", 0.0))
        out.add("machine_memory_bytes", "", capacity.get("memory", 0.0))
        for pod in pods:
            throttled = said(pod, f"{USAGE}throttled-ratio", 0.0)
            for one in usage_of(pod):
                self._container(one, throttled, out)

    def _container(self, one: ContainerUsage, throttled: float, out: Exposition) -> None:
        labels = labelled(
            container=one.container,
            id=f"/kubepods/pod{one.uid}/{one.container}",
            image=one.image,
            name=one.container,
            namespace=one.namespace,
            pod=one.pod,
        )
        out.add(
            "container_cpu_usage_seconds_total",
            f'{labels},cpu="total"',
            self._seconds(one),
            "counter",
        )
        for metric in ("working_set_bytes", "rss", "usage_bytes"):
            out.add(f"container_memory_{metric}", labels, one.memory)
        out.add("container_spec_memory_limit_bytes", labels, one.limits.get("memory", 0.0))
        if "cpu" in one.limits:
            out.add("container_spec_cpu_quota", labels, one.limits["cpu"] * 100_000)
            out.add("container_spec_cpu_period", labels, 100_000)
            for metric, rate in (("", _PERIODS), ("_throttled", _PERIODS * throttled)):
                key = (one.uid, one.container, f"cfs{metric}")
                name = f"container_cpu_cfs{metric}_periods_total"
                out.add(name, labels, self._meters.count(key, one.started, rate), "counter")

    def _itself(self, node: Manifest, pods: list[Manifest], out: Exposition) -> None:
        out.add("kubelet_node_name", labelled(node=name_of(node)), 1)
        running = [one for one in pods if text(one, "status", "phase") == "Running"]
        out.add("kubelet_running_pods", "", len(running))
        containers = sum(len(items(one, "spec", "containers")) for one in running)
        out.add("kubelet_running_containers", labelled(container_state="running"), containers)
        claims: dict[tuple[str, str], Manifest] = defaultdict(dict)
        for pod in running:
            for volume in items(pod, "spec", "volumes"):
                name = text(volume, "persistentVolumeClaim", "claimName")
                claim = self._world.get("PersistentVolumeClaim", namespace_of(pod), name)
                if claim:
                    claims[namespace_of(pod), name] = claim
        for (namespace, name), claim in claims.items():
            _volume(namespace, name, claim, out)

    def _seconds(self, one: ContainerUsage) -> float:
        return self._meters.count((one.uid, one.container, "cpu"), one.started, one.cpu)


def _volume(namespace: str, name: str, claim: Manifest, out: Exposition) -> None:
    labels = labelled(namespace=namespace, persistentvolumeclaim=name)
    capacity = quantities(claim, "status", "capacity").get("storage", 0.0)
    used = said(claim, f"{USAGE}used-ratio", _USED) * capacity
    out.add("kubelet_volume_stats_capacity_bytes", labels, capacity)
    out.add("kubelet_volume_stats_used_bytes", labels, used)
    out.add("kubelet_volume_stats_available_bytes", labels, capacity - used)
    out.add("kubelet_volume_stats_inodes", labels, 1_000_000)
    out.add("kubelet_volume_stats_inodes_used", labels, 1_000)
    out.add("kubelet_volume_stats_inodes_free", labels, 999_000)
