"""The objects of monitoring, as kube-prometheus names them (github.com/prometheus-operator)."""

from importlib.resources import files
from typing import TYPE_CHECKING

import yaml

from clusterwright.deploy.sandbox.parts.binaries import ALERTMANAGER_VERSION, PROMETHEUS_VERSION
from clusterwright.deploy.sandbox.runtime.place import Place
from clusterwright.tools.manifest import Manifest, items

if TYPE_CHECKING:
    from collections.abc import Iterator

OBJECTS = (
    "namespaces",
    "access",
    "prometheus",
    "alertmanager",
    "control-plane",
    "nodes",
    "exporters",
    "applications",
    "metrics-server",
)
"""In the order in which one thing needs another; each is a file of this folder."""
RULES = (
    "general",
    "workloads",
    "autoscaling",
    "resources",
    "storage",
    "kubelet",
    "control-plane",
    "monitoring",
    "gpu",
)
"""PrometheusRule objects, each a file of the folder `rules`."""
_VERSIONS = {"Prometheus": PROMETHEUS_VERSION, "Alertmanager": ALERTMANAGER_VERSION}
_HERE = "clusterwright.deploy.sandbox.monitoring"


def installed(place: Place) -> list[Manifest]:
    """Return everything that is installed, for an instance in that place."""
    found = [*_read("objects", OBJECTS), *_read("rules", RULES)]
    for one in found:
        if one["kind"] in _VERSIONS:
            one["spec"]["version"] = f"v{_VERSIONS[one['kind']]}"
    found = [*_beside_the_operator(found)] if place.gpu else found
    return found if place.isolated else [*_on_loopback(found, place)]


def _beside_the_operator(found: list[Manifest]) -> "Iterator[Manifest]":
    """Leave the nodes that the GPU operator looks after to its own dcgm-exporter."""
    for one in found:
        if (one["kind"], one["metadata"]["name"]) == ("DaemonSet", "nvidia-dcgm-exporter"):
            labels = {"app": "nvidia-dcgm-exporter", "nodes": "plain"}
            one["metadata"] |= {"name": "plain-dcgm-exporter", "labels": {"nodes": "plain"}}
            one["spec"]["selector"]["matchLabels"] = labels
            one["spec"]["template"]["metadata"]["labels"] = labels
            pools = {"key": "node.kubernetes.io/pool", "operator": "DoesNotExist"}
            terms = {"nodeSelectorTerms": [{"matchExpressions": [pools]}]}
            node = {"requiredDuringSchedulingIgnoredDuringExecution": terms}
            one["spec"]["template"]["spec"]["affinity"] = {"nodeAffinity": node}
        yield one


def rules(name: str) -> Manifest:
    """Return one of `RULES`."""
    return next(_read("rules", (name,)))


def _read(folder: str, names: tuple[str, ...]) -> "Iterator[Manifest]":
    for name in names:
        path = files(_HERE).joinpath(folder, f"{name}.yaml")
        yield from yaml.safe_load_all(path.read_text(encoding="utf-8"))


def _on_loopback(found: list[Manifest], place: Place) -> "Iterator[Manifest]":
    """Replace what needs the network of a node: nothing routes the addresses of Services here."""
    yield from _read("objects", ("on-loopback",))
    for one in found:
        if one["kind"] == "Service" and one["metadata"]["name"] == "metrics-server":
            yield one | {"spec": _external(one, place.metrics_server)}
            continue
        if one["kind"] == "APIService":
            one["spec"]["service"]["port"] = place.metrics_server
        yield one


def _external(service: Manifest, port: int) -> Manifest:
    ports = [{**one, "port": port} for one in items(service, "spec", "ports")]
    return {"type": "ExternalName", "externalName": "localhost", "ports": ports}
