"""The server of a machine's GPUs, over MCP."""

import json

import pytest
from mcp import Client
from mcp_types import TextContent

from clusterwright.servers.gpu_node import create_server
from clusterwright.tools.errors import NotServedError
from clusterwright.tools.gpu_node.nvml import Nvml, RawProcess
from tests.tools.gpu_node.captured import CapturedNvml, Card, broken, captured
from tests.tools.gpu_node.faults import FAULTS

pytestmark = pytest.mark.anyio


def _no_driver() -> Nvml:
    raise NotServedError("there is no driver", hint="go elsewhere")


async def test_it_offers_one_tool_that_reads_for_few_tokens() -> None:
    async with Client(create_server(opened=_no_driver)) as client:
        (tool,) = (await client.list_tools()).tools
    assert tool.name == "gpu_inspect_node"
    assert tool.annotations is not None
    assert tool.annotations.read_only_hint
    assert tool.output_schema is not None
    told = json.dumps([tool.name, tool.description, tool.input_schema], separators=(",", ":"))
    assert len(told) <= 1000  # about 250 tokens


async def test_it_names_the_node_that_it_runs_on(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NODE_NAME", "gpu-7")
    async with Client(create_server(opened=lambda: CapturedNvml(captured("load")))) as client:
        found = await client.call_tool("gpu_inspect_node", {})
    (text,) = found.content
    assert isinstance(text, TextContent)
    assert text.text.startswith("machine gpu-7: 1 GPU NVIDIA H100 80GB HBM3")
    assert found.structured_content is not None
    assert found.structured_content["rows"][0]["used_mib"] == 1011


async def test_text_and_structured_content_tell_the_same_gpu_whole() -> None:
    process = RawProcess(9, "compute", None, None, None, "a\u202eb\x1b[31m")
    server = create_server(opened=lambda: CapturedNvml(broken(processes=(process,))))
    async with Client(server) as client:
        found = await client.call_tool("gpu_inspect_node", {"gpu": "0"})
    assert found.structured_content is not None
    assert found.structured_content["gpu"]["memory"]["total"] == 81559
    assert "fabric" not in found.structured_content["gpu"]
    assert found.structured_content["processes"][0]["name"] == "ab"
    assert "fabric" in found.structured_content["not_supported"]


async def test_whatever_is_wrong_or_missing_the_answer_is_as_its_schema_says() -> None:
    sliced = broken(processes=(RawProcess(9, "MPS", None, 1, 0, None),))
    cards = (Card(), sliced, *(card for card, *_ in FAULTS.values()))
    async with Client(create_server(opened=lambda: CapturedNvml(*cards))) as client:
        for gpu in (None, *map(str, range(len(cards)))):
            found = await client.call_tool("gpu_inspect_node", {"gpu": gpu} if gpu else {})
            assert not found.is_error


async def test_without_a_driver_it_says_what_to_do() -> None:
    async with Client(create_server(opened=_no_driver)) as client:
        found = await client.call_tool("gpu_inspect_node", {})
    (text,) = found.content
    assert isinstance(text, TextContent)
    assert found.is_error
    assert text.text == "[not_served] there is no driver. Next: go elsewhere"


@pytest.mark.parametrize("wrong", [{"wait_s": 31}, {"wait_s": -1}, {"limit": 0}, {"index": 0}])
async def test_what_cannot_be_is_refused(wrong: dict[str, float]) -> None:
    async with Client(create_server(opened=_no_driver)) as client:
        found = await client.call_tool("gpu_inspect_node", dict(wrong))
    (text,) = found.content
    assert isinstance(text, TextContent)
    assert text.text.startswith("[invalid_input]")
