"""What tools/list sends, in both eras: every host pays for each byte, in every conversation."""

import json
from collections.abc import Iterator

import pytest

from clusterwright.tools.manifest import Manifest
from tests.golden.compare import golden
from tests.servers.pipe import Pipe


@pytest.fixture(scope="module")
def lists() -> Iterator[dict[str, Manifest]]:
    with Pipe() as legacy, Pipe() as modern:
        legacy.initialize()
        yield {
            "2025-11-25": legacy.ask("tools/list")["result"],
            "2026-07-28": modern.ask_modern("tools/list")["result"],
        }


@pytest.mark.parametrize("era", ["2025-11-25", "2026-07-28"])
def test_golden_tool_lists_are_what_is_sent(lists: dict[str, Manifest], era: str) -> None:
    sent = json.dumps(lists[era], indent=1, sort_keys=True, ensure_ascii=False) + "\n"
    assert sent == golden(f"tools/kubernetes-{era}.json", sent)


@pytest.mark.parametrize("era", ["2025-11-25", "2026-07-28"])
@pytest.mark.parametrize("server", ["cluster-api", "helm", "prometheus", "gpu", "gpu-node"])
def test_golden_tool_lists_of_other_servers_are_what_is_sent(server: str, era: str) -> None:
    with Pipe(server=server) as pipe:
        if era == "2025-11-25":
            pipe.initialize()
        ask = pipe.ask if era == "2025-11-25" else pipe.ask_modern
        found = ask("tools/list")["result"]
    sent = json.dumps(found, indent=1, sort_keys=True, ensure_ascii=False) + "\n"
    assert sent == golden(f"tools/{server}-{era}.json", sent)


@pytest.mark.parametrize("era", ["2025-11-25", "2026-07-28"])
@pytest.mark.parametrize("name", ["agent", "core"])
def test_golden_tool_lists_of_the_agent_and_of_many_servers_are_what_is_sent(
    name: str, era: str
) -> None:
    words = ("serve", *(["agent"] if name == "agent" else []), "--access", "write")
    with Pipe(*words, server="") as pipe:
        if era == "2025-11-25":
            pipe.initialize()
        ask = pipe.ask if era == "2025-11-25" else pipe.ask_modern
        found = ask("tools/list")["result"]
    told = found if name == "agent" else {"tools": [one["name"] for one in found["tools"]]}
    sent = json.dumps(told, indent=1, sort_keys=True, ensure_ascii=False) + "\n"
    assert sent == golden(f"tools/{name}-{era}.json", sent)


def test_both_eras_offer_the_same_tools(lists: dict[str, Manifest]) -> None:
    legacy, modern = (one["tools"] for one in lists.values())
    assert [one["name"] for one in legacy] == [one["name"] for one in modern]
    assert [one["inputSchema"] for one in legacy] == [one["inputSchema"] for one in modern]


def test_every_tool_says_what_it_may_do_and_takes_no_unknown_argument(
    lists: dict[str, Manifest],
) -> None:
    for tool in lists["2025-11-25"]["tools"]:
        assert tool["annotations"]["readOnlyHint"] is True
        assert tool["annotations"]["destructiveHint"] is False
        assert tool["inputSchema"]["additionalProperties"] is False
        assert tool["outputSchema"]["type"] == "object"
        assert len(tool["description"]) <= 400


def test_every_argument_is_bounded(lists: dict[str, Manifest]) -> None:
    for tool in lists["2025-11-25"]["tools"]:
        for name, schema in tool["inputSchema"]["properties"].items():
            bounds = {"string": "maxLength", "integer": "maximum", "array": "maxItems"}
            needed = bounds.get(schema["type"])
            assert needed is None or needed in schema, f"{tool['name']}.{name}"
