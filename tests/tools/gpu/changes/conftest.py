"""A GPU node and a namespace for a test, which find both as they were when it ends."""

import json
import os
from collections.abc import Generator
from itertools import count
from pathlib import Path

import pytest

from clusterwright.deploy.sandbox import Instance
from clusterwright.deploy.sandbox.gpu.objects import policy
from tests.tools.gpu.changes.place import Place, restore

_NUMBERS = count()


def _place(sandbox: Instance, node: str, folder: Path) -> Generator[Place]:
    name = f"gpu-changes-{os.getpid()}-{next(_NUMBERS)}"
    sandbox.kubectl("create", "namespace", name)
    state = folder / f"state-{node}"
    state.mkdir(mode=0o700)
    found = Place(sandbox, node, name, state)
    before = found.get()
    try:
        yield found
    finally:
        sandbox.kubectl("delete", "deployments,pdb", "--all", "-n", name, "--wait=false")
        sandbox.kubectl("delete", "pods", "--all", "-n", name, "--force", "--grace-period=0")
        sandbox.kubectl("delete", "namespace", name, "--wait=false")
        restore(found, before)


@pytest.fixture
def place(gpu_sandbox: Instance, tmp_path: Path) -> Generator[Place]:
    """A node with eight H100s."""
    yield from _place(gpu_sandbox, "gpu-h100-1", tmp_path)


@pytest.fixture
def small(gpu_sandbox: Instance, tmp_path: Path) -> Generator[Place]:
    """A node with four T4s, which have no MIG."""
    yield from _place(gpu_sandbox, "gpu-t4-1", tmp_path)


@pytest.fixture
def amd(gpu_sandbox: Instance, tmp_path: Path) -> Generator[Place]:
    """A node with eight MI300X."""
    yield from _place(gpu_sandbox, "gpu-mi300x-1", tmp_path)


@pytest.fixture(scope="module")
def plugin_configs(gpu_sandbox: Instance) -> Generator[None]:
    """Configurations of the device plugin, which the ClusterPolicy names."""
    data = {
        "whole": "version: v1\n",
        "shared-4": _sharing("timeSlicing", 4),
        "renamed": _sharing("timeSlicing", 2, renameByDefault=True),
        "mps": _sharing("mps", 2),
        "broken": "version: [v1\n",
    }
    made = {
        "apiVersion": "v1",
        "kind": "ConfigMap",
        "metadata": {"name": "plugin-configs", "namespace": "gpu-operator"},
        "data": data,
    }
    gpu_sandbox.kubectl("apply", "-f", "-", stdin=json.dumps(made))
    _use(gpu_sandbox, {"name": "plugin-configs", "default": "whole"})
    yield
    _use(gpu_sandbox, policy()["devicePlugin"]["config"])
    gpu_sandbox.kubectl("delete", "configmap", "plugin-configs", "-n", "gpu-operator")


def _sharing(way: str, replicas: int, **more: bool) -> str:
    resources = [{"name": "nvidia.com/gpu", "replicas": replicas}]
    return json.dumps({"version": "v1", "sharing": {way: {**more, "resources": resources}}})


def _use(sandbox: Instance, config: dict[str, str]) -> None:
    patch = json.dumps({"spec": {"devicePlugin": {"config": config}}})
    sandbox.kubectl("patch", "clusterpolicy", "cluster-policy", "--type=merge", "-p", patch)
