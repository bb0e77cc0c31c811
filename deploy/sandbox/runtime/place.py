"""The addresses and files of one instance: decided once, before anything starts."""

import socket
from dataclasses import dataclass, replace
from pathlib import Path

NODE_ADDRESS = "10.90.0.1"
"""An alias on the loopback device of the instance's own network; nothing outside leads to it."""
SIMULATED_ADDRESS = "10.90.0.2"
POD_CIDR = "10.89.0.0/24"
SIMULATED_POD_CIDR = "10.91.0.0/16"
SERVICE_CIDR = "10.96.0.0/16"
FIRST_SERVICE_ADDRESS = "10.96.0.1"
NODE_NAME = "real-1"
REGISTRY_HOST = "registry.sandbox.internal"
REGISTRY_PORT = 5000
PRIVATE_HOST = "private.sandbox.internal"
PRIVATE_PORT = 5001
CONTAINERD_SOCKET = "/run/containerd.sock"
KUBELET_ROOT = "/run/kubelet"
"""Where the kubelet, which makes sockets below it, finds its folder."""
_PORTS = (
    "api",
    "etcd",
    "etcd_peer",
    "controllers",
    "scheduler",
    "kwok",
    "etcd_metrics",
    "simulated_kubelets",
    "prometheus",
    "alertmanager",
    "operator",
    "exporter",
    "metrics_server",
    "gpu_kubelets",
)


@dataclass(frozen=True, slots=True)
class Place:
    """Where an instance listens and keeps its files.

    Inside namespaces of its own the ports are the usual ones; on the host's loopback they are
    whatever is free.
    """

    name: str
    files: Path
    isolated: bool
    api: int = 6443
    etcd: int = 2379
    etcd_peer: int = 2380
    controllers: int = 10257
    scheduler: int = 10259
    kwok: int = 10247
    etcd_metrics: int = 2381
    simulated_kubelets: int = 10250
    prometheus: int = 9090
    alertmanager: int = 9093
    operator: int = 8080
    exporter: int = 9400
    metrics_server: int = 4443
    gpu_kubelets: int = 10251
    managers: tuple[int, ...] = tuple(range(9450, 9458))
    """Of Cluster API: a webhook and a health port for each."""
    workloads: tuple[int, ...] = ()
    """Of workload clusters' API servers: the same inside and outside, so that one kubeconfig serves
    both. Empty without Cluster API."""
    monitored: bool = False
    """Whether Prometheus and what belongs to it run."""
    gpu: bool = False
    """Whether GPU nodes and their operators are simulated."""

    @property
    def address(self) -> str:
        """The address under which programs of the instance find the API server."""
        return NODE_ADDRESS if self.isolated else "127.0.0.1"

    @property
    def simulated_address(self) -> str:
        """The address of simulated nodes; on loopback none that would lead off the machine."""
        return SIMULATED_ADDRESS if self.isolated else "127.0.0.1"

    def file(self, name: str) -> str:
        """Return the path of one of the instance's files."""
        return str(self.files / name)


def isolated(
    name: str, files: Path, *, workloads: tuple[int, ...] = (), monitored: bool = False
) -> Place:
    """Return the place of an instance with a network of its own."""
    return Place(name, files, isolated=True, workloads=workloads, monitored=monitored)


def on_loopback(
    name: str, files: Path, *, workloads: tuple[int, ...] = (), monitored: bool = False
) -> Place:
    """Return the place of an instance on the host's loopback, on ports that are free now."""
    here = Place(name, files, isolated=False, workloads=workloads, monitored=monitored)
    free = _free_ports(len(_PORTS) + len(here.managers))
    return replace(
        here, **dict(zip(_PORTS, free, strict=False)), managers=tuple(free[len(_PORTS) :])
    )


def _free_ports(count: int) -> list[int]:
    sockets = [socket.socket() for _ in range(count)]
    try:
        for one in sockets:
            one.bind(("127.0.0.1", 0))
        return [one.getsockname()[1] for one in sockets]
    finally:
        for one in sockets:
            one.close()
