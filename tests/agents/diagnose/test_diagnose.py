"""From a hub of servers in this process to a diagnosis."""

from collections.abc import Callable, Coroutine
from typing import Any

import anyio
import pytest
from mcp.server import MCPServer
from mcp.server.mcpserver.exceptions import ToolError as McpToolError

from clusterwright.agents.diagnose import diagnose
from clusterwright.agents.diagnose.diagnosis import Diagnosis, Verdict
from clusterwright.agents.hub import connect
from clusterwright.tools.finding import Edge
from tests.agents.found import Page, edge, finding


def serving(**tools: Callable[..., Coroutine[Any, Any, Page]]) -> MCPServer:
    server = MCPServer("fake")
    for name, tool in tools.items():
        server.tool(name=name, structured_output=True)(tool)
    return server


def diagnosed(**servers: MCPServer) -> Diagnosis:
    async def run() -> Diagnosis:
        async with connect(servers) as hub:
            return await diagnose(hub, namespace="shop")

    return anyio.run(run)


async def crashes() -> Page:
    return Page(findings=[finding("pod/crash-loop", "Deployment/shop/cart")])


async def backends() -> Page:
    return Page(
        findings=[finding("service/no-ready-endpoints", "Service/shop/cart")],
        relations=[edge("Service/shop/cart", Edge.SELECTS, "Deployment/shop/cart")],
    )


async def fails() -> Page:
    raise McpToolError("[forbidden] no. Hint: ask for more")


def test_findings_of_different_servers_explain_each_other() -> None:
    diagnosis = diagnosed(
        a=serving(k8s_find_problems=crashes), b=serving(net_find_problems=backends)
    )
    assert [root.code for root in diagnosis.root_causes] == ["pod/crash-loop"]
    assert [s.code for s in diagnosis.root_causes[0].symptoms] == ["service/no-ready-endpoints"]


def test_servers_are_asked_at_the_same_time() -> None:
    arrived = 0
    everyone = anyio.Event()

    async def meets() -> Page:
        nonlocal arrived
        arrived += 1
        if arrived == 3:
            everyone.set()
        await everyone.wait()
        return Page()

    both = serving(a_find_problems=meets, b_find_problems=meets)
    assert diagnosed(one=both, two=serving(c_find_problems=meets)).verdict is Verdict.HEALTHY


def test_a_tool_that_fails_is_a_source_that_did_not_answer() -> None:
    diagnosis = diagnosed(a=serving(k8s_find_problems=crashes, x_find_problems=fails))
    told = [(s.tool, s.answered, [g.reason for g in s.gaps]) for s in diagnosis.sources]
    assert told == [
        ("k8s_find_problems", True, []),
        ("x_find_problems", False, ["no; ask for more"]),
    ]
    assert (diagnosis.verdict, diagnosis.complete) == (Verdict.PROBLEMS, False)


def test_arguments_that_a_tool_does_not_take_are_not_sent() -> None:
    assert diagnosed(a=serving(k8s_find_problems=crashes)).sources[0].answered


@pytest.mark.parametrize("namespace", ["shop", "pay"])
def test_the_namespace_is_sent_to_tools_that_take_one(namespace: str) -> None:
    async def echoes(namespace: str | None = None) -> Page:
        return Page(cluster=namespace or "none")

    async def run() -> Diagnosis:
        async with connect({"a": serving(k8s_find_problems=echoes)}) as hub:
            return await diagnose(hub, namespace=namespace)

    assert anyio.run(run).sources[0].cluster == namespace


def test_what_was_read_before_a_page_failed_is_kept_and_the_rest_is_a_gap() -> None:
    async def breaks(cursor: str | None = None) -> Page:
        if cursor:
            raise McpToolError("[unreachable] the API server went away")
        page = await crashes()
        return page.model_copy(update={"next_cursor": "2"})

    diagnosis = diagnosed(a=serving(k8s_find_problems=breaks))
    assert [root.code for root in diagnosis.root_causes] == ["pod/crash-loop"]
    assert not diagnosis.complete
    assert diagnosis.sources[0].gaps[0].what == "page 2 of k8s_find_problems"


def test_a_cursor_that_never_ends_is_given_up() -> None:
    async def endless(cursor: str | None = None) -> Page:
        return Page(next_cursor=f"{cursor}+")

    source = diagnosed(a=serving(k8s_find_problems=endless)).sources[0]
    assert source.gaps[0].reason == "there were more than 100 pages"


async def absent() -> Page:
    raise McpToolError("[not_served] 'dev' is no management cluster. Next: pass its context")


def test_what_a_cluster_does_not_serve_is_nobodys_gap() -> None:
    diagnosis = diagnosed(
        a=serving(k8s_find_problems=crashes), b=serving(capi_find_problems=absent)
    )
    assert [one.tool for one in diagnosis.sources] == ["k8s_find_problems"]
    assert diagnosis.complete


def test_a_cluster_that_serves_nothing_of_what_was_asked_is_unknown() -> None:
    diagnosis = diagnosed(b=serving(capi_find_problems=absent))
    assert diagnosis.verdict is Verdict.UNKNOWN
    assert [g.reason for s in diagnosis.sources for g in s.gaps] == [
        "'dev' is no management cluster; pass its context"
    ]
