"""The hub against servers built with the SDK: good, failing, slow, dying, missing."""

import sys

import anyio
import pytest
from mcp.server import MCPServer
from mcp.server.mcpserver import Context
from mcp.server.mcpserver.exceptions import ToolError as McpToolError
from pydantic import BaseModel

from clusterwright.agents.hub import Target, connect
from clusterwright.agents.server_spec import parse_server
from clusterwright.tools.errors import ForbiddenError, NotFoundError, ToolError, UnreachableError


class Sum(BaseModel):
    total: int


class Product(BaseModel):
    product: int


def adder() -> MCPServer:
    server = MCPServer("adder")

    async def add(a: int, b: int) -> Sum:
        return Sum(total=a + b)

    async def refuse() -> Sum:
        raise McpToolError("[forbidden] no list of pods. Hint: ask for the role")

    async def mumble() -> Sum:
        raise McpToolError("it broke")

    async def sleep() -> Sum:
        await anyio.sleep_forever()
        return Sum(total=0)

    for tool in (add, refuse, mumble, sleep):
        server.tool(structured_output=True)(tool)
    return server


def test_a_call_returns_the_structured_content_as_a_model() -> None:
    async def run() -> Sum:
        async with connect({"adder": adder()}) as hub:
            return await hub.call("adder", "add", {"a": 2, "b": 3}, Sum)

    assert anyio.run(run) == Sum(total=5)


def test_what_a_server_says_meanwhile_is_passed_on_once_and_on_one_line() -> None:
    async def work(context: Context[object, object]) -> Sum:
        for said in ("waits for Pod/shop/cart", "waits for Pod/shop/cart", "two\n\x1b[31mlines"):
            await context.report_progress(1, 2, said)
        return Sum(total=0)

    async def run() -> list[str]:
        server = MCPServer("worker")
        server.tool(structured_output=True)(work)
        heard: list[str] = []
        async with connect({"worker": server}) as hub:
            await hub.result("worker", "work", {}, tell=heard.append)
        return heard

    assert anyio.run(run) == ["waits for Pod/shop/cart", "two lines"]


def test_the_tools_of_a_server_are_listed_by_name() -> None:
    async def run() -> list[str]:
        async with connect({"adder": adder()}) as hub:
            return sorted(await hub.tools("adder"))

    assert anyio.run(run) == ["add", "mumble", "refuse", "sleep"]


def error_of(tool: str, *, seconds: float = 10, server: Target | None = None) -> ToolError:
    async def run() -> ToolError:
        async with connect({"adder": server or adder()}, seconds=10) as hub:
            with pytest.raises(ToolError) as caught:
                await hub.call("adder", tool, {}, Sum, seconds=seconds)
            return caught.value

    return anyio.run(run)


def test_an_error_of_our_servers_comes_back_as_the_error_that_it_was() -> None:
    error = error_of("refuse")
    assert isinstance(error, ForbiddenError)
    assert (str(error), error.hint) == ("no list of pods", "ask for the role")


def test_an_error_of_any_other_server_keeps_its_words() -> None:
    assert "it broke" in str(error_of("mumble"))


def test_a_slow_tool_is_given_up_at_its_deadline() -> None:
    error = error_of("sleep", seconds=0.1)
    assert isinstance(error, UnreachableError)
    assert str(error) == "MCP server 'adder' did not answer sleep: no answer within 0.1 s"


def test_an_answer_of_another_shape_is_told_and_not_guessed() -> None:
    async def run() -> ToolError:
        async with connect({"adder": adder()}) as hub:
            with pytest.raises(ToolError) as caught:
                await hub.call("adder", "add", {"a": 1, "b": 1}, Product)
            return caught.value

    assert (
        str(anyio.run(run)) == "add of 'adder' answered in an unknown form: product: Field required"
    )


@pytest.mark.parametrize(
    ("spec", "said"),
    [
        ("/nowhere/at-all", "No such file or directory"),
        (f"{sys.executable} -c 'raise SystemExit(3)'", "Connection closed"),
        ("http://127.0.0.1:9/mcp", "connection attempts failed"),
    ],
)
def test_a_server_that_cannot_be_reached_costs_only_its_own_answers(spec: str, said: str) -> None:
    async def run() -> tuple[Sum, UnreachableError]:
        async with connect({"adder": adder(), "bad": parse_server(spec)}) as hub:
            with pytest.raises(UnreachableError) as caught:
                await hub.tools("bad")
            return await hub.call("adder", "add", {"a": 1, "b": 1}, Sum), caught.value

    total, error = anyio.run(run)
    assert total == Sum(total=2)
    assert str(error).startswith("MCP server 'bad' did not start: ")
    assert said in str(error)


DYING = """
import os
from mcp.server import MCPServer
server = MCPServer("dying")
@server.tool()
async def die() -> int:
    os._exit(1)
server.run()
"""


def test_a_server_that_dies_in_the_middle_of_a_call_is_told() -> None:
    error = error_of("die", server=parse_server(f"{sys.executable} -c '{DYING}'"))
    assert isinstance(error, UnreachableError)
    assert "Connection closed" in str(error)


def test_a_server_that_nobody_named_is_not_found() -> None:
    async def run() -> NotFoundError:
        async with connect({"adder": adder()}) as hub:
            with pytest.raises(NotFoundError) as caught:
                await hub.tools("adler")
            return caught.value

    assert anyio.run(run).hint == "connected: adder"


def test_an_error_inside_the_block_leaves_it_unwrapped() -> None:
    async def run() -> None:
        async with connect({"adder": adder()}):
            raise NotFoundError("gone")

    with pytest.raises(NotFoundError, match="gone"):
        anyio.run(run)
