"""Several servers behind one connection: which tools it has, and that no two share a name."""

import pytest
from mcp import Client
from mcp.server import MCPServer

from clusterwright.cli import agent
from clusterwright.servers import cluster_api, gpu, helm, kubernetes, prometheus
from clusterwright.servers.build import Offer
from clusterwright.servers.core import CORE, MOST
from clusterwright.servers.many import together, toolsets
from clusterwright.tools.errors import InvalidInputError
from clusterwright.tools.kubernetes.client.clusters import Clusters
from clusterwright.tools.trust.authority import Authority
from clusterwright.tools.trust.risk import Access

pytestmark = pytest.mark.anyio


def offers(access: Access = Access.WRITE) -> dict[str, Offer]:
    """Return what all servers offer, by the names that a person types."""
    at = (Clusters(), Authority(access=access))
    return {
        "agent": agent.offer(*at),
        "kubernetes": kubernetes.offer(*at),
        "cluster_api": cluster_api.offer(*at),
        "helm": helm.offer(*at),
        "prometheus": prometheus.offer(*at),
        "gpu": gpu.offer(*at),
    }


async def names(server: MCPServer) -> list[str]:
    """Return the tools that a client sees."""
    async with Client(server) as client:
        return [one.name for one in (await client.list_tools()).tools]


async def test_the_core_is_there_as_a_whole_and_no_more_than_a_model_can_choose_from() -> None:
    found = await names(together(offers(), ["core"]))
    assert sorted(found) == sorted(CORE)
    assert len(found) <= MOST


@pytest.mark.parametrize("access", [Access.READ, Access.PLAN])
async def test_below_write_the_core_is_smaller(access: Access) -> None:
    found = await names(together(offers(access), ["core"]))
    assert found
    assert not [one for one in found if one.startswith("apply") or one.endswith("apply_change")]
    assert ("plan_fix" in found) is (access is Access.PLAN)


async def test_the_agent_comes_first_and_servers_in_their_order() -> None:
    found = await names(together(offers(), ["gpu:read", "agent"]))
    assert found[:4] == ["diagnose", "explain", "plan_fix", "apply_fix"]
    assert {one.partition("_")[0] for one in found[4:]} == {"gpu"}
    assert not [one for one in found[4:] if one.endswith("_change")]


async def test_reading_and_changing_are_all_of_a_server() -> None:
    whole = await names(together(offers(), ["helm"]))
    assert await names(together(offers(), ["helm:read", "helm:change"])) == whole
    changing = await names(together(offers(), ["helm:change"]))
    assert changing == ["helm_plan_change", "helm_apply_change"]


async def test_a_toolset_adds_to_the_core() -> None:
    found = await names(together(offers(), ["core", "prometheus"]))
    assert {"prom_rules", "diagnose", "k8s_get"} <= set(found)
    assert len(found) == len(set(found))


async def test_what_changes_monitoring_and_gpus_is_beside_the_core_if_asked_for() -> None:
    changing = {
        f"{domain}_{verb}_change" for domain in ("prom", "gpu") for verb in ("plan", "apply")
    }
    assert not changing & set(await names(together(offers(), ["core"])))
    beside = await names(together(offers(), ["core", "prometheus:change", "gpu:change"]))
    assert set(beside) == changing | set(CORE)


async def test_all_tools_have_names_of_their_own() -> None:
    everything = offers()
    found = await names(together(everything, list(everything)))
    assert len(found) == len(set(found)) == sum(len(one.tools) for one in everything.values())


async def test_resources_of_all_servers_are_there() -> None:
    async with Client(together(offers(), ["core"])) as client:
        listed = (await client.list_resource_templates()).resource_templates
    assert [one.uri_template for one in listed] == [
        "clusterwright://findings{?namespace,cluster}",
        "clusterwright://report{?namespace,cluster}",
        "capi://{namespace}/{name}/progress{?cluster}",
    ]


async def test_a_model_is_told_in_few_words_where_to_start() -> None:
    async with Client(together(offers(), ["core"])) as client:
        told = client.instructions or ""
    assert "Start with diagnose" in told
    assert len(told) < 2_000
    async with Client(together(offers(), ["helm", "gpu"])) as client:
        assert "diagnose" not in (client.instructions or "")


def test_a_toolset_that_there_is_not_is_refused_with_those_there_are() -> None:
    with pytest.raises(InvalidInputError, match="no toolset 'kubernets'") as error:
        together(offers(), ["kubernets"])
    assert "kubernetes:read" in error.value.hint


@pytest.mark.parametrize("chosen", [["gpu:change"], ["core", "agent:change"]])
def test_a_toolset_without_a_tool_is_refused_and_names_what_keeps_it_empty(
    chosen: list[str],
) -> None:
    with pytest.raises(InvalidInputError, match=f"'{chosen[-1]}' has no tools here") as error:
        together(offers(Access.READ), chosen)
    assert "--access read" in error.value.hint
    together(offers(Access.PLAN), chosen)


def test_two_tools_of_one_name_are_refused() -> None:
    offered = offers()["kubernetes"]
    twice = {"kubernetes": offered, "other": offered}
    with pytest.raises(InvalidInputError, match="k8s_describe, k8s_events"):
        together(twice, ["kubernetes", "other"])


def test_each_server_has_three_toolsets() -> None:
    assert toolsets(["helm"]) == ("core", "helm", "helm:read", "helm:change")
