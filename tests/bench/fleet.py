"""A management cluster of three hundred workload clusters: what a scan of it has to read.

As many as start in time are real, with machines in memory, and a few are refused by a simulated
cloud. The rest are copies of their objects with other names; so that nobody reconciles these, all
that would is stopped before.
"""

import json
import os
import signal
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

from clusterwright.deploy.sandbox import Instance
from clusterwright.tools.manifest import Manifest
from tests.bench.copies import copy

CLUSTERS = 300
LEAST_REAL = 40
REFUSED = 3
"""Real ones whose machines a simulated cloud does not make; every copy of them fails alike."""
SECONDS = 300.0
_LAST_SECONDS = 240.0
_AT_ONCE = 10
_PAUSE = 2.0
_FLEETS = tuple(f"fleet-{letter}" for letter in "abcdef")
_KEPT = frozenset({"etcd", "kube-apiserver", "forwarder", "supervisor"})
_API = "cluster.x-k8s.io/v1beta2"


def gather(instance: Instance) -> int:
    """Make three hundred; return how many of them are real."""
    _apply(instance, [_object("v1", "Namespace", name) for name in _FLEETS])
    real = _start(instance)
    _freeze(instance)
    kinds = "validatingwebhookconfigurations,mutatingwebhookconfigurations"
    instance.kubectl("delete", kinds, "--all")
    copy(instance, CLUSTERS - real - REFUSED)
    return real + REFUSED


def _start(instance: Instance) -> int:
    """Make clusters, some at a time, until time is up; return how many are Available."""
    _apply(instance, [_refused(number) for number in range(REFUSED)])
    started, made = time.monotonic(), 0
    while True:
        states = {k: v for k, v in _states(instance).items() if k.startswith("real-")}
        available = sum(states.values())
        spent = time.monotonic() - started
        if spent > SECONDS and available == made:
            break
        if spent > SECONDS + _LAST_SECONDS:
            raise TimeoutError(f"{available} of {made} clusters are Available after {spent:.0f} s")
        room = min(_AT_ONCE - (made - available), CLUSTERS - REFUSED - made)
        if spent < SECONDS and room > 0:
            _apply(instance, [_real(made + number) for number in range(room)])
            made += room
        time.sleep(_PAUSE)
    if made < LEAST_REAL:
        raise RuntimeError(f"only {made} clusters started in {SECONDS:.0f} s; {LEAST_REAL} count")
    return made


def _freeze(instance: Instance) -> None:
    """Stop all programs but the API server and what it needs, as they are."""
    logs = instance.directory / "logs"
    for process in Path("/proc").glob("[0-9]*"):
        try:
            output = (process / "fd" / "1").readlink()
        except OSError:  # it ended, or it is somebody else's
            continue
        if output.parent == logs and output.suffix == ".log" and output.stem not in _KEPT:
            os.kill(int(process.name), signal.SIGSTOP)


def _states(instance: Instance) -> dict[str, bool]:
    """Return every Cluster of the fleet, and whether it is Available."""
    listed = json.loads(instance.kubectl("get", "clusters.cluster.x-k8s.io", "-A", "-o", "json"))
    return {one["metadata"]["name"]: _is_available(one) for one in listed["items"]}


def _is_available(one: Manifest) -> bool:
    conditions = one.get("status", {}).get("conditions", [])
    return any((c["type"], c["status"]) == ("Available", "True") for c in conditions)


def _real(number: int) -> Manifest:
    return _cluster(f"real-{number:03d}", number, "in-memory", "worker", [])


def _refused(number: int) -> Manifest:
    chosen = {"region": "eu-north-1", "instanceType": "p5.48xlarge"}
    variables = [{"name": name, "value": value} for name, value in chosen.items()]
    return _cluster(f"refused-{number:03d}", number, "aws-gpu", "gpu-worker", variables)


def _cluster(
    name: str, number: int, made_from: str, pool: str, variables: Sequence[Manifest]
) -> Manifest:
    topology: Manifest = {
        "classRef": {"name": made_from, "namespace": "default"},
        "version": "v1.36.3",
        "controlPlane": {"replicas": 1},
        "workers": {"machineDeployments": [{"class": pool, "name": "workers", "replicas": 3}]},
    }
    topology |= {"variables": list(variables)} if variables else {}
    found = _object(_API, "Cluster", name, _FLEETS[number % len(_FLEETS)])
    return found | {"spec": {"topology": topology}}


def _object(version: str, kind: str, name: str, namespace: str = "") -> Manifest:
    metadata = {"name": name} | ({"namespace": namespace} if namespace else {})
    return {"apiVersion": version, "kind": kind, "metadata": metadata}


def _apply(instance: Instance, objects: Iterator[Manifest] | Sequence[Manifest]) -> None:
    listed = {"apiVersion": "v1", "kind": "List", "items": list(objects)}
    instance.kubectl("apply", "-f", "-", stdin=json.dumps(listed))
