"""The tools against real Cluster API managers, and workload clusters that are real."""

import json
import time
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import cast

import pytest
from mcp import Client
from mcp_types import CallToolResult, TextContent

from clusterwright.deploy.sandbox import Instance
from clusterwright.deploy.sandbox.capi.install_classes import CLASSES
from clusterwright.deploy.sandbox.charts.chart import lay_out
from clusterwright.deploy.sandbox.parts.binaries import ensure_binaries
from clusterwright.deploy.sandbox.parts.report import SilentReport
from clusterwright.servers import helm
from clusterwright.servers.cluster_api import create_server
from clusterwright.tools.analyzer import EventRequest, ListRequest, ReadRequest
from clusterwright.tools.cluster_api.describe_class import capi_describe_class
from clusterwright.tools.cluster_api.describe_cluster import capi_describe_cluster
from clusterwright.tools.cluster_api.find_problems import capi_find_problems
from clusterwright.tools.cluster_api.fulfil import fulfil
from clusterwright.tools.cluster_api.list_classes import capi_list_classes
from clusterwright.tools.cluster_api.list_clusters import capi_list_clusters
from clusterwright.tools.errors import NotFoundError, NotServedError
from clusterwright.tools.kubernetes.client.clusters import Clusters
from clusterwright.tools.kubernetes.list_ import k8s_list
from clusterwright.tools.manifest import Json, Manifest
from clusterwright.tools.ref import Ref
from clusterwright.tools.trust.authority import Authority
from clusterwright.tools.trust.policy import Policy
from clusterwright.tools.trust.risk import Access
from tests.management_cluster import management_cluster

pytestmark = [pytest.mark.anyio, pytest.mark.timeout(700)]
SECONDS = 300.0


def made(name: str, of: str, version: str, variables: dict[str, Json], pool: str) -> Manifest:
    named = [{"name": k, "value": v} for k, v in variables.items()]  # of an empty list, none
    return {
        "apiVersion": "cluster.x-k8s.io/v1beta2",
        "kind": "Cluster",
        "metadata": {"name": name, "namespace": "default"},
        "spec": {
            "topology": {
                "classRef": {"name": of},
                "version": version,
                "controlPlane": {"replicas": 1},
                "workers": {"machineDeployments": [{"class": pool, "name": "gpu", "replicas": 2}]},
                **({"variables": named} if named else {}),
            }
        },
    }


CLUSTERS = [
    made("train", "sandbox-gpu", "v1.35.2", {"accelerator": "Tesla-T4"}, "gpu-worker"),
    made(
        "cloudy",
        "aws-gpu",
        "v1.36.3",
        {"region": "eu-north-1", "instanceType": "p5.48xlarge"},
        "gpu-worker",
    ),
    made("memory", "in-memory", "v1.36.3", {}, "worker"),
]


@pytest.fixture(scope="module")
def management() -> Iterator[Instance]:
    """A management cluster with a cluster that works, one that a cloud refuses, one in memory."""
    with management_cluster("capi") as instance:
        content = {"apiVersion": "v1", "kind": "List", "items": CLUSTERS}
        instance.kubectl("apply", "-f", "-", stdin=json.dumps(content))
        _wait(instance)
        yield instance


def _wait(instance: Instance) -> None:
    """Wait until two are Available, and the third has been refused both machines."""
    deadline = time.monotonic() + SECONDS
    while time.monotonic() < deadline:
        found = json.loads(instance.kubectl("get", "clusters,awsmachines", "-o", "json"))["items"]
        told = [
            (one["kind"], c["type"], c["status"])
            for one in found
            for c in one.get("status", {}).get("conditions", [])
        ]
        available = told.count(("Cluster", "Available", "True"))
        if available >= len(CLUSTERS) - 1 and told.count(("AWSMachine", "Ready", "False")) > 1:
            return
        time.sleep(0.5)
    raise TimeoutError(instance.kubectl("get", "clusters,machines", "-o", "wide"))


@pytest.fixture
async def clusters(management: Instance) -> AsyncIterator[Clusters]:
    found = Clusters(management.kubeconfig)
    yield found
    await found.aclose()


async def test_the_cluster_in_trouble_comes_first_with_the_words_of_the_cloud(
    clusters: Clusters,
) -> None:
    answer = await capi_list_clusters(clusters)
    assert answer.total == len(CLUSTERS)
    assert answer.unhealthy == 1
    assert answer.clusters[0].cluster == "capi:default/cloudy"
    assert "AWSMachine" in answer.clusters[0].cause
    assert "InsufficientInstanceCapacity" in answer.clusters[0].cause
    assert {one.state for one in answer.clusters[1:]} == {"Available"}
    assert answer.gaps == ()


async def test_the_one_problem_is_found_and_nothing_else(clusters: Clusters) -> None:
    answer = await capi_find_problems(clusters)
    assert [one.code for one in answer.findings] == ["machine/no-capacity"]
    finding = answer.findings[0]
    assert finding.subject.kind == "MachineDeployment"
    assert len(finding.members) + finding.more_members == 2
    assert answer.coverage.complete


async def test_nodes_of_a_workload_cluster_are_evidence_and_one_that_is_not_there_costs_nothing(
    clusters: Clusters,
) -> None:
    train, trian = (Ref("Cluster", n, "default", "cluster.x-k8s.io") for n in ("train", "trian"))
    asked = [ListRequest(train, "Node"), ListRequest(trian, "Node")]
    connection = await clusters.connect()
    found = await fulfil(clusters, connection, [*asked, EventRequest(train), ReadRequest(train)])
    assert list(found.lists) == [asked[0]]
    assert len(found.lists[asked[0]]) == 2
    assert found.objects[ReadRequest(train)] is not None
    assert EventRequest(train) in found.events
    assert found.left_out == 0


async def test_pods_are_counted_where_they_run_and_what_cannot_be_read_is_told(
    clusters: Clusters,
) -> None:
    answer = await capi_describe_cluster(clusters, "default", "train", pods=True, conditions=True)
    pool = next(one for one in answer.tree.children if one.role == "pool")
    assert pool.children[0].pods is not None
    assert answer.gaps == ()
    answer = await capi_describe_cluster(clusters, "default", "cloudy", conditions=True)
    machine = next(one for one in answer.tree.children if one.role == "pool").children[0]
    assert machine.conditions[0].startswith("Available: False")
    assert "InfrastructureReady: False InstanceProvisionFailed" in answer.render()


async def test_the_tree_leads_down_to_nodes_that_are_there(clusters: Clusters) -> None:
    answer = await capi_describe_cluster(clusters, "default", "train")
    assert answer.variables["accelerator"] == "Tesla-T4"
    pool = next(one for one in answer.tree.children if one.role == "pool")
    assert pool.status == "True"
    machine = pool.children[0]
    assert machine.members == 2
    nodes = await k8s_list(clusters, "Node", cluster="capi:default/train")
    assert nodes.total == 2
    assert nodes.common | {"age": ""} == {
        "state": "Ready",
        "version": "v1.35.2",
        "gpus": "1",
        "age": "",
    }
    assert machine.node in {row[0] for row in nodes.rows}


async def test_the_tree_says_what_clusterctl_says(management: Instance, clusters: Clusters) -> None:
    for name in ("train", "cloudy", "memory"):
        answer = await capi_describe_cluster(clusters, "default", name)
        drawn = management.clusterctl("describe", "cluster", name, "--namespace=default")
        for branch in (answer.tree, *answer.tree.children):
            line = next(one for one in drawn.splitlines() if f"/{branch.ref.name}" in one)
            said = f"{branch.status} {branch.reason}".strip()
            assert said in " ".join(line.split()), (name, branch.ref)


async def test_a_class_tells_what_it_takes_and_who_uses_it(clusters: Clusters) -> None:
    listed = await capi_list_classes(clusters)
    own = [one for one in listed.classes if one.kind == "ClusterClass"]
    assert {one.name for one in own} == {f"default/{name}" for name in CLASSES}
    assert {one.name: one.clusters for one in own if one.clusters} == {
        "default/aws-gpu": 1,
        "default/in-memory": 1,
        "default/sandbox-gpu": 1,
    }
    answer = await capi_describe_class(clusters, "default", "sandbox-gpu")
    accelerator, count = answer.variables[:2]
    assert accelerator.choices[0] == '"Tesla-T4"'
    assert count.limits == {"minimum": "0", "maximum": "8"}
    assert answer.used_by == ("capi:default/train",)
    assert answer.pools == ("gpu-worker",)
    with pytest.raises(NotFoundError) as raised:
        await capi_describe_class(clusters, "default", "gpu")
    assert "default/sandbox-gpu" in raised.value.hint


async def test_over_the_protocol_text_and_structure_tell_the_same(management: Instance) -> None:
    async with Client(create_server(kubeconfig=management.kubeconfig)) as client:
        answer = await client.call_tool("capi_list_clusters", {})
        named = {"namespace": "default", "name": "train"}
        one = await client.call_tool("capi_describe_cluster", named)
    structured = cast("Manifest", answer.structured_content)
    assert [row["class_name"] for row in structured["clusters"]] == [
        "aws-gpu",
        "in-memory",
        "sandbox-gpu",
    ]
    assert all(name in _text(answer) for name in ("aws-gpu", "in-memory", "sandbox-gpu"))
    assert "class sandbox-gpu" in _text(one)
    assert "accelerator=Tesla-T4" in _text(one)


def _text(answer: CallToolResult) -> str:
    return "\n".join(one.text for one in answer.content if isinstance(one, TextContent))


async def test_a_cluster_that_is_not_there_is_answered_with_those_that_are(
    clusters: Clusters,
) -> None:
    with pytest.raises(NotFoundError) as raised:
        await capi_describe_cluster(clusters, "default", "trian")
    assert "default/train" in raised.value.hint
    with pytest.raises(NotFoundError) as raised:
        await clusters.connect("capi:default/trian")
    assert "default/train" in raised.value.hint


async def test_a_cluster_without_cluster_api_is_told_so(sandbox: Instance) -> None:
    other = Clusters(sandbox.kubeconfig)
    with pytest.raises(NotServedError, match="no management cluster"):
        await capi_find_problems(other)
    await other.aclose()


async def test_a_chart_is_installed_on_a_workload_cluster_and_its_release_read_there(
    management: Instance, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    program = ensure_binaries(["helm"], SilentReport())["helm"]
    monkeypatch.setenv("CLUSTERWRIGHT_HELM", str(program))
    charts = tmp_path / "charts"
    charts.mkdir()
    lay_out("operator", "", charts)
    monkeypatch.setenv("CLUSTERWRIGHT_CONFIG_DIR", str(tmp_path))
    told = {"repositories": [{"name": "shelf", "path": str(charts)}]}
    (tmp_path / "charts.yaml").write_text(json.dumps(told))
    policy = Policy.model_validate(
        {
            "unattended": [
                {"changes": "*", "clusters": ["*"], "namespaces": ["*", ""], "risk": "high"}
            ],
            "settle_seconds": 0,
        }
    )
    state = tmp_path / "state"
    state.mkdir(mode=0o700)
    authority = Authority(access=Access.WRITE, policy=policy, state=state)
    target = "capi:default/train"
    install = {
        "kind": "install",
        "release": "default/pools",
        "chart": "shelf/operator",
        "values": {"replicaCount": 0},
    }
    server = helm.create_server(kubeconfig=management.kubeconfig, authority=authority)
    async with Client(server) as client:

        async def call(tool: str, **arguments: Json) -> Manifest:
            result = await client.call_tool(tool, arguments)
            assert not result.is_error, result.content
            return cast("Manifest", result.structured_content)

        planned = await call("helm_plan_change", changes=[install], cluster=target)
        applied = await call("helm_apply_change", plan_id=planned["plan_id"])
        assert applied["state"] == "applied", applied
        found = await call("helm_get_release", name="default/pools", cluster=target)
        assert found["cluster"] == target
        here = await call("helm_list_releases")
        assert here["total"] == 0
