"""Changes of real clusters: with a class and without one, proven, undone, and refused midway."""

import base64
import json
import subprocess
from pathlib import Path

import pytest
from mcp import Client
from mcp.client import ClientRequestContext
from mcp_types import ElicitRequestParams, ElicitResult

from clusterwright.servers.cluster_api import create_server
from clusterwright.tools.manifest import Json, Manifest
from tests.changes_by_tools import Session
from tests.e2e.drawn import in_turn
from tests.tools.cluster_api.changes.place import Place, gpu_cluster

pytestmark = [pytest.mark.anyio, pytest.mark.timeout(900)]
INFRASTRUCTURE = "infrastructure.cluster.x-k8s.io"
CONTROL_PLANE = "controlplane.cluster.x-k8s.io"
BOOTSTRAP = "bootstrap.cluster.x-k8s.io"


def machines(place: Place) -> set[str]:
    return {one["metadata"]["name"] for one in place.listed("machines.cluster.x-k8s.io")}


def on_workload(place: Place, tmp_path: Path, cluster: str, *objects: Manifest) -> None:
    """Put objects on a workload cluster, as its users do."""
    secret = place.get("secret", f"{cluster}-kubeconfig")
    kubeconfig = tmp_path / f"{cluster}.kubeconfig"
    kubeconfig.write_bytes(base64.b64decode(secret["data"]["value"]))
    listed = {"apiVersion": "v1", "kind": "List", "items": list(objects)}
    subprocess.run(
        [place.management.record.kubectl, f"--kubeconfig={kubeconfig}", "apply", "-f", "-"],
        input=json.dumps(listed),
        text=True,
        check=True,
        capture_output=True,
    )


@in_turn(0, 2)
async def test_a_cluster_is_kept_by_pausing_remediation_and_restarts(place: Place) -> None:
    name = place.named("train")
    async with place.session() as session:
        await session.done(gpu_cluster(name))
        await session.done({"kind": "pause", "name": name})
        assert place.get("cluster", "train")["spec"]["paused"] is True
        plan, told = await session.plan({"kind": "delete", "name": name})
        assert not plan
        assert "is paused: its deletion would hang" in told
        await session.done({"kind": "resume", "name": name})
        place.create(_health_check("train"))
        place.until(lambda: bool(place.get("mhc", "train").get("status", {}).get("currentHealthy")))
        before = machines(place)
        sick = min(before)
        plan, told = await session.plan({"kind": "remediate", "name": name, "machine": sick})
        assert f"{sick} (node {sick}): 0 pods" in told
        assert (await session.apply(plan))[0] == "applied"
        after = machines(place)
        assert len(after) == len(before)
        assert after & before == before - {sick}
        await session.done({"kind": "restart", "name": name, "pool": "gpu"})
        assert not machines(place) & after


def _health_check(cluster: str) -> Manifest:
    label = {"cluster.x-k8s.io/cluster-name": cluster}
    return {
        "apiVersion": "cluster.x-k8s.io/v1beta2",
        "kind": "MachineHealthCheck",
        "metadata": {"name": cluster},
        "spec": {
            "clusterName": cluster,
            "selector": {"matchLabels": label},
            "checks": {"nodeStartupTimeoutSeconds": 600},
        },
    }


async def test_what_a_provider_refuses_is_not_waited_for_and_undone(place: Place) -> None:
    name = place.named("cloudy")
    place.policy["proof_seconds"] = 15
    region = {"region": "eu-north-1", "instanceType": "g4dn.xlarge"}
    pools: Json = {"gpu": {"class": "gpu-worker", "replicas": 1}}
    async with place.session() as session:
        await session.done(
            gpu_cluster(name, cluster_class="default/aws-gpu", variables=region, pools=pools)
        )
        first = machines(place)
        change = {"kind": "set_variable", "name": name}
        plan, _ = await session.plan({**change, "variables": {"instanceType": "p5.48xlarge"}})
        state, told = await session.apply(plan)
        assert state == "undone", told
        assert "InsufficientInstanceCapacity" in told
        values = place.get("cluster", "cloudy")["spec"]["topology"]["variables"]
        assert {"name": "instanceType", "value": "g4dn.xlarge"} in values
        assert first <= machines(place)  # the old machine never went
        plan, told = await session.plan({**change, "variables": {"region": "us-east-1"}})
        assert "risk high" in told
        assert "/spec/template/spec/region" in told
        assert "most refuse a region" in told


async def test_what_depends_on_a_cluster_is_accepted_and_the_plan_holds_only_for_that(
    place: Place, tmp_path: Path
) -> None:
    name = place.named("train")
    async with place.session() as session:
        await session.done(gpu_cluster(name, pools={"gpu": {"class": "gpu-worker", "replicas": 1}}))
        on_workload(place, tmp_path, "train", _balancer("web"), _claim("data"))
        plan, told = await session.plan({"kind": "delete", "name": name})
        assert not plan
        assert "load-balancers (left in the cloud, and paid for): default/web" in told
        assert "volumes (data that cannot be reached any more, disks left behind)" in told
        asked = {"kind": "delete", "name": name, "accept": ["load-balancers", "volumes"]}
        plan, told = await session.plan(asked)
        assert plan, told
        on_workload(place, tmp_path, "train", _balancer("api"))
        state, told = await session.apply(plan)
        assert state == "error"
        assert "has changed since it was made" in told
        assert place.get("cluster", "train")
        await session.done(asked)
    assert place.listed("clusters,machines") == []


def _balancer(name: str) -> Manifest:
    spec = {"type": "LoadBalancer", "ports": [{"port": 80}], "selector": {"app": name}}
    return {"apiVersion": "v1", "kind": "Service", "metadata": {"name": name}, "spec": spec}


def _claim(name: str) -> Manifest:
    resources = {"requests": {"storage": "1Gi"}}
    return {
        "apiVersion": "v1",
        "kind": "PersistentVolumeClaim",
        "metadata": {"name": name},
        "spec": {"accessModes": ["ReadWriteOnce"], "resources": resources},
    }


def _bare(place: Place) -> list[Manifest]:
    """Return a cluster without a class, as somebody wrote it by hand."""

    def made(kind: str, group: str, version: str, spec: Json, name: str = "bare") -> Manifest:
        return {
            "apiVersion": f"{group}/{version}",
            "kind": kind,
            "metadata": {"name": name, "namespace": place.namespace},
            "spec": spec,
        }

    def to(kind: str, group: str) -> Json:
        return {"apiGroup": group, "kind": kind, "name": "bare"}

    core, label = "cluster.x-k8s.io", {"pool": "bare"}
    template: Json = {
        "clusterName": "bare",
        "version": "v1.35.2",
        "bootstrap": {"configRef": to("SandboxConfigTemplate", BOOTSTRAP)},
        "infrastructureRef": to("SandboxMachineTemplate", INFRASTRUCTURE),
    }
    gpu = {"product": "Tesla-T4", "count": 1}
    hardware = {"cpu": "8", "memory": "32Gi", "gpu": gpu}
    return [
        made("SandboxCluster", INFRASTRUCTURE, "v1beta1", {"region": "here"}),
        made("SandboxControlPlane", CONTROL_PLANE, "v1beta1", {"version": "v1.35.2"}),
        made("SandboxConfigTemplate", BOOTSTRAP, "v1beta1", {"template": {"spec": {}}}),
        made("SandboxMachineTemplate", INFRASTRUCTURE, "v1beta1", {"template": {"spec": hardware}}),
        made(
            "Cluster",
            core,
            "v1beta2",
            {
                "infrastructureRef": to("SandboxCluster", INFRASTRUCTURE),
                "controlPlaneRef": to("SandboxControlPlane", CONTROL_PLANE),
            },
        ),
        made(
            "MachineDeployment",
            core,
            "v1beta2",
            {
                "clusterName": "bare",
                "replicas": 1,
                "selector": {"matchLabels": label},
                "template": {"metadata": {"labels": label}, "spec": template},
            },
        ),
    ]


@in_turn(1, 2)
async def test_a_cluster_without_a_class_is_scaled_rotated_and_upgraded(place: Place) -> None:
    name = place.named("bare")
    place.create(*_bare(place))
    place.until(lambda: _available(place, "bare"))
    async with place.session() as session:
        scaled = await session.done({"kind": "scale", "name": name, "pool": "bare", "replicas": 2})
        assert len(machines(place)) == 2
        rotate = {"kind": "rotate_template", "name": name, "pool": "bare"}
        await session.done({**rotate, "set": {"gpu.product": "NVIDIA-H100-80GB-HBM3"}})
        products = {one["spec"]["gpu"]["product"] for one in place.listed("sandboxmachines")}
        assert products == {"NVIDIA-H100-80GB-HBM3"}
        assert len(place.listed("sandboxmachinetemplates")) == 2  # the old one stays
        arguments = {"kubeletExtraArgs": {"max-pods": "50"}}
        await session.done({**rotate, "template": "bootstrap", "set": arguments})
        assert [one["spec"] for one in place.listed("sandboxconfigs")] == [arguments] * 2
        upgrade = {"kind": "upgrade", "name": name, "version": "v1.36.3"}
        plan, told = await session.plan(upgrade)
        assert "then plan the same upgrade once more, for bare" in told
        assert (await session.apply(plan))[0] == "applied"
        await session.done(upgrade)
        running = {one["status"]["nodeInfo"]["kubeletVersion"] for one in place.listed("machines")}
        assert running == {"v1.36.3"}
        assert (await session.plan(upgrade))[1].startswith("Nothing to change")
        back, told = await session.plan({"kind": "undo", "plan": scaled})
        assert back, told
        assert (await session.apply(back))[0] == "applied"
    assert len(machines(place)) == 1


def _available(place: Place, name: str) -> bool:
    conditions = place.get("cluster", name).get("status", {}).get("conditions", [])
    told = {one["type"]: one["status"] for one in conditions}
    deployment = place.get("machinedeployment", name).get("status", {})
    return told.get("Available") == "True" and deployment.get("readyReplicas") == 1


@pytest.mark.parametrize("mode", ["auto", "legacy"])
async def test_a_person_is_asked_with_the_machines_before_them(place: Place, mode: str) -> None:
    asked: list[str] = []

    async def agrees(context: ClientRequestContext, params: ElicitRequestParams) -> ElicitResult:
        del context
        asked.append(params.message)
        return ElicitResult(action="accept", content={"approve": True})

    place.policy["unattended"] = []
    server = create_server(kubeconfig=place.management.kubeconfig, authority=place.authority)
    made = gpu_cluster(place.named("train"), pools={"gpu": {"class": "gpu-worker", "replicas": 0}})
    async with Client(server, elicitation_callback=agrees, mode=mode) as client:
        session = Session(client, "capi")
        await session.done(made)
    assert len(asked) == 1
    assert "create Cluster.cluster.x-k8s.io" in asked[0]
    assert "makes a control plane of 1, 0 in pool gpu (gpu-worker)" in asked[0]
