"""Clusters to ask for, and what became of them."""

import base64
import json
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from clusterwright.deploy.sandbox import Instance
from clusterwright.tools.manifest import Json, Manifest, items, labels_of, text

SECONDS = 400.0


@dataclass(frozen=True, slots=True)
class Pool:
    """A pool of workers, with variables of its own."""

    name: str
    replicas: int = 1
    variables: Mapping[str, Json] = field(default_factory=dict[str, Json])


def asked(
    name: str,
    of: str,
    pools: Sequence[Pool] = (),
    variables: Mapping[str, Json] | None = None,
    version: str = "v1.36.3",
) -> Manifest:
    """Return a Cluster of a class."""
    topology: Manifest = {
        "classRef": {"name": of},
        "version": version,
        "controlPlane": {"replicas": 1},
        "variables": _named(variables or {}),
        "workers": {"machineDeployments": [_pool(pool) for pool in pools]} if pools else {},
    }
    return {
        "apiVersion": "cluster.x-k8s.io/v1beta2",
        "kind": "Cluster",
        "metadata": {"name": name, "namespace": "default"},
        "spec": {"topology": {k: v for k, v in topology.items() if v}},
    }


def _pool(pool: Pool) -> Manifest:
    found: Manifest = {"class": "gpu-worker", "name": pool.name, "replicas": pool.replicas}
    if pool.variables:
        found["variables"] = {"overrides": _named(pool.variables)}
    return found


def _named(variables: Mapping[str, Json]) -> list[Manifest]:
    return [{"name": name, "value": value} for name, value in variables.items()]


def apply(instance: Instance, *manifests: Manifest) -> None:
    if not manifests:
        return
    content = {"apiVersion": "v1", "kind": "List", "items": list(manifests)}
    instance.kubectl("apply", "--server-side", "-f", "-", stdin=json.dumps(content))


def listed(instance: Instance, kinds: str, *arguments: str) -> list[Manifest]:
    return items(
        json.loads(instance.kubectl("get", kinds, "-A", "-o", "json", *arguments)), "items"
    )


def wait_for(what: str, look: Callable[[], str], seconds: float = SECONDS) -> None:
    """Wait until `look` returns nothing that is missing any more."""
    deadline = time.monotonic() + seconds
    while missing := look():
        if time.monotonic() > deadline:
            raise TimeoutError(f"{what}: {missing}")
        time.sleep(0.5)


def told(one: Manifest) -> dict[str, str]:
    """Return the conditions of an object as status/reason."""
    return {
        text(c, "type"): f"{text(c, 'status')}/{text(c, 'reason')}"
        for c in items(one, "status", "conditions")
    }


def message(one: Manifest, kind: str) -> str:
    return next(
        (text(c, "message") for c in items(one, "status", "conditions") if c.get("type") == kind),
        "",
    )


def cluster_of(one: Manifest) -> str:
    return labels_of(one).get("cluster.x-k8s.io/cluster-name", "")


def pool_of(one: Manifest) -> str:
    return labels_of(one).get("topology.cluster.x-k8s.io/deployment-name", "")


def available(instance: Instance, *names: str) -> str:
    """Return which Clusters are not Available."""
    found = {one["metadata"]["name"]: told(one) for one in listed(instance, "clusters")}
    return " ".join(
        name for name in names if found.get(name, {}).get("Available") != "True/Available"
    )


def gone(instance: Instance, *names: str) -> str:
    """Return which Clusters are still there."""
    there = {one["metadata"]["name"] for one in listed(instance, "clusters")}
    return " ".join(sorted(there & set(names)))


def workload(instance: Instance, name: str) -> list[str]:
    """Return the arguments with which kubectl reaches a workload cluster."""
    secret = json.loads(
        instance.kubectl("get", "secret", f"{name}-kubeconfig", "-n", "default", "-o", "json")
    )
    file = instance.directory / f"{name}.test-kubeconfig"
    file.write_bytes(base64.b64decode(secret["data"]["value"]))
    return [f"--kubeconfig={file}"]


def words_of_events(instance: Instance) -> str:
    """Return every Warning event as one text."""
    return "\n".join(
        f"{text(one, 'involvedObject', 'kind')}/{text(one, 'involvedObject', 'name')}"
        f" {text(one, 'reason')}: {text(one, 'message')}"
        for one in listed(instance, "events", "--field-selector=type=Warning")
    )
