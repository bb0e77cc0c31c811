"""Ask every server for its problems, all at once, and keep what each one answered or why not."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import anyio
from mcp_types import Tool

from clusterwright.agents.hub import Hub
from clusterwright.agents.problems import SUFFIX, Problems
from clusterwright.tools.coverage import Coverage, Gap
from clusterwright.tools.errors import ToolError
from clusterwright.tools.finding import Finding, Relation

_MOST_PAGES = 100


@dataclass(frozen=True)
class Answered:
    """What one problems tool said, or, with `failed`, why it said nothing."""

    server: str
    tool: str
    cluster: str = ""
    findings: tuple[Finding, ...] = ()
    relations: tuple[Relation, ...] = ()
    coverage: Coverage = field(default_factory=Coverage)
    offers: frozenset[str] = frozenset()
    failed: bool = False


async def gather(hub: Hub, *, cluster: str | None, namespace: str | None) -> list[Answered]:
    """Return what each problems tool answered, in the order of the servers and tools."""
    answers: dict[str, list[Answered]] = {name: [] for name in hub.servers}

    async def ask(server: str) -> None:
        answers[server] = await _ask(hub, server, {"cluster": cluster, "namespace": namespace})

    async with anyio.create_task_group() as tasks:
        for server in hub.servers:
            tasks.start_soon(ask, server)
    return [one for server in hub.servers for one in answers[server]]


async def _ask(hub: Hub, server: str, wanted: Mapping[str, str | None]) -> list[Answered]:
    try:
        tools = await hub.tools(server)
    except ToolError as error:
        return [_failure(server, "", error)]
    found = sorted(name for name in tools if name.endswith(SUFFIX))
    if not found:
        reason = f"offers no tool named *{SUFFIX}; it has {', '.join(sorted(tools)) or 'none'}"
        return [_failure(server, "", ToolError(reason))]
    answers: dict[str, Answered] = {}

    async def ask(name: str) -> None:
        try:
            answers[name] = await _drain(hub, server, tools[name], wanted, frozenset(tools))
        except ToolError as error:
            answers[name] = _failure(server, name, error)

    async with anyio.create_task_group() as tasks:
        for name in found:
            tasks.start_soon(ask, name)
    return [answers[name] for name in found]


async def _drain(
    hub: Hub, server: str, tool: Tool, wanted: Mapping[str, str | None], offers: frozenset[str]
) -> Answered:
    """Call a problems tool until it gives no cursor; only with arguments that it knows."""
    known = tool.input_schema.get("properties", {})
    arguments: dict[str, Any] = {k: v for k, v in wanted.items() if v and k in known}
    findings: list[Finding] = []
    relations: list[Relation] = []
    for _ in range(_MOST_PAGES):
        page = await hub.call(server, tool.name, arguments, Problems)
        findings += page.findings
        relations += page.relations
        if not page.cursor:
            break
        arguments["cursor"] = page.cursor
    else:
        raise ToolError(f"{tool.name} of server {server!r} gave more than {_MOST_PAGES} pages")
    return Answered(
        server,
        tool.name,
        page.cluster,
        tuple(findings),
        tuple(dict.fromkeys(relations)),
        page.coverage,
        offers,
    )


def _failure(server: str, tool: str, error: ToolError) -> Answered:
    reason = f"{error}; {error.hint}" if error.hint else str(error)
    gap = Gap(what=tool or f"server {server}", reason=reason)
    return Answered(server, tool, coverage=Coverage(gaps=(gap,)), failed=True)
