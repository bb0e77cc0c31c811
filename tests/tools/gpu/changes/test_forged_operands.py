"""What a user makes in a namespace of his own is no operand, though it is called like one."""

import json
from collections.abc import AsyncGenerator, Generator
from contextlib import aclosing

import pytest

from clusterwright.deploy.sandbox import Instance
from clusterwright.tools.gpu.operator_status import gpu_operator_status
from clusterwright.tools.gpu.read import read_estate
from clusterwright.tools.kubernetes.client.clusters import Clusters
from clusterwright.tools.manifest import Manifest, name_of, namespace_of
from tests.tools.gpu.changes.place import Place

pytestmark = [pytest.mark.anyio, pytest.mark.timeout(120)]
_LAYOUTS = """
version: v1
mig-configs:
  all-forged: [{devices: all, mig-enabled: true, mig-devices: {1g.10gb: 1}}]
"""
_NAMES = {
    "nvidia-driver-daemonset-x": "nvidia-driver-daemonset-x",
    "harmless": "nvidia-device-plugin-daemonset",
    "nvidia-mig-manager-x": "nvidia-mig-manager-x",
}
"""DaemonSets of a user, and how they are labelled."""


@pytest.fixture
async def clusters(gpu_sandbox: Instance) -> AsyncGenerator[Clusters]:
    async with aclosing(Clusters(gpu_sandbox.kubeconfig)) as found:
        yield found


@pytest.fixture
def forged(place: Place) -> Generator[Place]:
    """A node on which a user runs what is called like operands, owned as the policy's are."""
    uid = place.kubectl("get", "clusterpolicy", "cluster-policy", "-o", "jsonpath={.metadata.uid}")
    layouts = {"kind": "ConfigMap", "apiVersion": "v1", "metadata": {"name": "layouts"}}
    place.create(
        {**layouts, "data": {"config.yaml": _LAYOUTS}},
        *(_daemonset(place.node, name, app, uid) for name, app in _NAMES.items()),
    )
    for name in _NAMES:
        told = f"daemonset/{name}"
        place.kubectl("rollout", "status", told, "-n", place.namespace, "--timeout=40s")
    yield place
    place.kubectl("delete", "daemonsets", "--all", "-n", place.namespace)


def _daemonset(node: str, name: str, app: str, uid: str) -> Manifest:
    owner = {"apiVersion": "nvidia.com/v1", "kind": "ClusterPolicy", "name": "cluster-policy"}
    pod = {
        "nodeSelector": {"kubernetes.io/hostname": node},
        "terminationGracePeriodSeconds": 0,
        "tolerations": [{"operator": "Exists"}],
        "containers": [{"name": "it", "image": "registry.invalid/it:1"}],
        "volumes": [{"name": "mig-parted-config", "configMap": {"name": "layouts"}}],
    }
    found: Manifest = {
        "apiVersion": "apps/v1",
        "kind": "DaemonSet",
        "metadata": {
            "name": name,
            "labels": {"app": app},
            "ownerReferences": [{**owner, "uid": uid, "controller": True}],
        },
        "spec": {
            "selector": {"matchLabels": {"user": name}},
            "template": {"metadata": {"labels": {"user": name}}, "spec": pod},
        },
    }
    return json.loads(json.dumps(found))


async def test_forged_operands_are_neither_believed_nor_restarted(
    forged: Place, clusters: Clusters
) -> None:
    status = await gpu_operator_status(clusters)
    assert forged.namespace in (status.not_operands or "")
    estate = await read_estate(await clusters.connect(None), forged.namespace)
    passing = {name_of(one) for one, _ in estate.ownership.claimed}
    assert passing >= set(_NAMES)
    assert forged.namespace not in {ref.namespace for ref in estate.operands}
    operands = estate.operand_pods(forged.node)
    assert operands.keys() >= {"driver", "device-plugin", "mig-manager"}
    assert {namespace_of(one) for one in operands.values()} == {"gpu-operator"}

    async with forged.session() as session:
        for operand in ("driver", "device-plugin", "mig-manager"):
            change = {"kind": "restart_operand", "node": forged.node, "operand": operand}
            plan, said = await session.plan(change)
            assert plan, said
            assert "delete Pod/gpu-operator/nvidia-" in said
        wanted = {"kind": "set_mig", "node": forged.node, "config": "all-forged"}
        plan, said = await session.plan(wanted)
        assert (plan, "there is no MIG layout 'all-forged'" in said) == ("", True)
        plan, said = await session.plan({**wanted, "config": "all-1g.10gb"})
        assert plan, said
