"""What must not be done to clusters is refused with the reason, and nothing at all is written."""

import json

import pytest
from mcp import Client
from mcp_types import TextContent

from clusterwright.servers.kubernetes import create_server as create_kubernetes
from clusterwright.tools.manifest import Json, Manifest
from tests.tools.cluster_api.changes.place import Place, gpu_cluster

pytestmark = [pytest.mark.anyio, pytest.mark.timeout(1200)]

CREATIONS: dict[str, tuple[Manifest, tuple[str, ...]]] = {
    "wrong type": (
        {"variables": {"accelerator": "Tesla-T4", "acceleratorCount": "2"}},
        ('acceleratorCount is "2"', "must be of type integer, not string", "maximum 8"),
    ),
    "wrong choice": (
        {"variables": {"accelerator": "T4"}},
        ('accelerator is "T4"', 'must be one of "Tesla-T4", "NVIDIA-A100-SXM4-40GB"'),
    ),
    "too many": (
        {"variables": {"accelerator": "Tesla-T4", "acceleratorCount": 9}},
        ("acceleratorCount is 9", "must be at most 8"),
    ),
    "unknown variable": (
        {"variables": {"accelerator": "Tesla-T4", "acceleratorcount": 1}},
        ("no variable 'acceleratorcount'", "did you mean acceleratorCount?"),
    ),
    "missing variable": (
        {"variables": {}},
        ("the variable accelerator must be given", "one of"),
    ),
    "unknown class": (
        {"cluster_class": "default/sandbox-cpu"},
        ("no ClusterClass default/sandbox-cpu", "default/sandbox-gpu", "default/in-memory"),
    ),
    "unknown pool class": (
        {"pools": {"gpu": {"class": "cpu-worker"}}},
        ("no class of pools 'cpu-worker'", "it has gpu-worker"),
    ),
    "wrong value of a pool": (
        {"pools": {"gpu": {"class": "gpu-worker", "variables": {"acceleratorCount": True}}}},
        ("of pool gpu", "must be of type integer, not boolean"),
    ),
    "even control plane": ({"control_plane": 2}, ("etcd needs an odd number", "use 1 or 3")),
    "no version": ({"version": "1.36"}, ("'1.36' is no Kubernetes version", "v1.36.3")),
    "no such field": ({"pools": {"gpu": {"size": 3}}}, ("pools.gpu.class: Field required",)),
}


@pytest.mark.parametrize("case", CREATIONS)
async def test_what_a_class_does_not_take_is_refused_by_name(place: Place, case: str) -> None:
    different, said = CREATIONS[case]
    async with place.session() as session:
        plan, told = await session.plan({**gpu_cluster(place.named("train")), **different})
    assert not plan
    assert all(words in told for words in said), told
    assert place.writes() == []


async def test_a_namespace_that_is_not_there_is_named_with_the_nearest(place: Place) -> None:
    async with place.session() as session:
        plan, told = await session.plan(gpu_cluster(f"{place.namespace}x/train"))
    assert not plan
    assert f"no namespace '{place.namespace}x'" in told
    assert place.namespace in told.partition("Next")[2]
    assert place.writes() == []


CLASS = """
{"apiVersion": "cluster.x-k8s.io/v1beta2", "kind": "ClusterClass", "metadata": {"name": "vault"},
 "spec": {
  "infrastructure": {"templateRef": {"apiVersion": "infrastructure.cluster.x-k8s.io/v1beta2",
   "kind": "AWSClusterTemplate", "name": "vault"}},
  "controlPlane": {"templateRef": {"apiVersion": "controlplane.cluster.x-k8s.io/v1beta1",
   "kind": "SandboxControlPlaneTemplate", "name": "vault"}},
  "variables": [{"name": "identity", "required": true, "schema": {"openAPIV3Schema":
   {"type": "string", "default": "cloud"}}}],
  "patches": [{"name": "identity", "definitions": [{"selector": {
   "apiVersion": "infrastructure.cluster.x-k8s.io/v1beta2", "kind": "AWSClusterTemplate",
   "matchResources": {"infrastructureCluster": true}},
   "jsonPatches": [{"op": "replace", "path": "/spec/template/spec/identityRef/name",
    "valueFrom": {"variable": "identity"}}]}]}]}}
"""


def _template(kind: str, api: str, spec: Json) -> Manifest:
    return {
        "apiVersion": api,
        "kind": kind,
        "metadata": {"name": "vault"},
        "spec": {"template": {"spec": spec}},
    }


async def test_a_credential_that_does_not_exist_is_refused_before_anything_is_made(
    place: Place,
) -> None:
    identity = {"kind": "Secret", "name": "nobody"}
    place.create(
        _template(
            "AWSClusterTemplate",
            "infrastructure.cluster.x-k8s.io/v1beta2",
            {"region": "us-east-1", "identityRef": identity},
        ),
        _template("SandboxControlPlaneTemplate", "controlplane.cluster.x-k8s.io/v1beta1", {}),
        json.loads(CLASS),
    )
    place.until(lambda: bool(place.get("clusterclass", "vault").get("status", {}).get("variables")))
    asked: Manifest = {
        "kind": "create",
        "name": place.named("train"),
        "cluster_class": "vault",
        "version": "v1.35.2",
    }
    async with place.session() as session:
        plan, told = await session.plan(asked)
        assert not plan
        assert f"credential Secret/{place.namespace}/cloud" in told, told
        assert "does not exist" in told
        assert place.writes() == []
        secret = {"apiVersion": "v1", "kind": "Secret", "metadata": {"name": "cloud"}}
        place.create({**secret, "stringData": {"password": "pa55word-of-the-cloud"}})
        plan, told = await session.plan(asked)
        assert plan, told
        assert "pa55word" not in told
    assert place.writes() == []


async def test_a_cluster_that_works_is_not_broken_by_what_is_asked_of_it(place: Place) -> None:
    """One cluster for many refusals, because it takes a while to make one."""
    name = place.named("train")
    async with place.session() as session:
        await session.done(gpu_cluster(name))
        place.begin = place.management.audit_log.stat().st_size
        deployment = place.listed("machinedeployments")[0]["metadata"]["name"]
        machine = place.listed("machines")[0]["metadata"]["name"]
        for asked, said in _refused(name, machine):
            plan, told = await session.plan(asked)
            assert not plan, told
            assert all(words in told for words in said), (asked, told)
        owned = f"MachineDeployment.cluster.x-k8s.io/{place.namespace}/{deployment}"
        for change in (
            {"kind": "patch", "object": owned, "set": {"spec.replicas": 5}},
            {"kind": "scale", "object": owned, "replicas": 5},
            {"kind": "delete", "object": owned},
        ):
            told = await _by_kubernetes(place, change)
            assert "the topology of Cluster train" in told, told
            assert f"spec.topology of Cluster train in namespace {place.namespace}" in told
        told = await _by_kubernetes(
            place,
            {"kind": "delete", "object": f"Cluster.cluster.x-k8s.io/{place.namespace}/train"},
        )
        assert "capi_plan_change" in told
    assert place.writes() == []


def _refused(name: str, machine: str) -> list[tuple[Manifest, tuple[str, ...]]]:
    of: Manifest = {"name": name}
    return [
        (gpu_cluster(name), ("there is a Cluster", "already")),
        ({"kind": "upgrade", **of, "version": "v1.37.1"}, ("would skip v1.36", "v1.36.x first")),
        ({"kind": "upgrade", **of, "version": "v1.34.9"}, ("does not go back to v1.34.9",)),
        ({"kind": "upgrade", **of, "version": "v1.35.1"}, ("does not go back to v1.35.1",)),
        (
            {"kind": "scale", **of, "pool": "control-plane", "replicas": 2},
            ("control plane of 2 members", "odd", "use 1 or 3"),
        ),
        (
            {"kind": "scale", **of, "pool": "control-plane", "replicas": 0},
            ("without a control plane there is no cluster",),
        ),
        (
            {"kind": "scale", **of, "pool": "cpu", "replicas": 2},
            ("no pool 'cpu'", "control-plane, gpu"),
        ),
        (
            {"kind": "set_variable", **of, "variables": {"accelerator": 4}},
            ("accelerator is 4", "of type string, not integer"),
        ),
        (
            {"kind": "set_variable", **of, "variables": {"accelerator": None}},
            ("the variable accelerator must be given",),
        ),
        (
            {"kind": "set_variable", **of, "pool": "gpu", "variables": {"size": "big"}},
            ("of pool gpu", "no variable 'size'"),
        ),
        (
            {"kind": "rotate_template", **of, "pool": "gpu", "set": {"cpu": "32"}},
            ("belong to its topology", "set_variable"),
        ),
        (
            {"kind": "remediate", **of, "machine": machine},
            ("no MachineHealthCheck selects", machine),
        ),
        ({"kind": "remediate", **of, "machine": "nobody"}, ("no machine 'nobody'", machine)),
        (
            {"kind": "delete", **of, "accept": ["everything"]},
            ("'everything' is nothing to accept",),
        ),
        ({"kind": "pause", "name": "trian"}, ("names no workload cluster", "namespace/name")),
        ({"kind": "pause", "name": f"{name}s"}, ("has no workload cluster", name)),
        ({"kind": "scale", **of, "replicas": 2}, ("pool: Field required",)),
    ]


async def _by_kubernetes(place: Place, change: Manifest) -> str:
    server = create_kubernetes(kubeconfig=place.management.kubeconfig, authority=place.authority)
    async with Client(server) as client:
        result = await client.call_tool("k8s_plan_change", {"changes": [change]})
    assert result.is_error, result
    return "\n".join(one.text for one in result.content if isinstance(one, TextContent))
