"""Ask every server for its problems, all at once, and keep what each one answered or why not."""

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import anyio
from mcp_types import Tool

from clusterwright.agents.hub import Hub
from clusterwright.agents.problems import SUFFIX, Problems
from clusterwright.tools.coverage import Coverage, Gap
from clusterwright.tools.errors import NotServedError, ToolError, UnreachableError
from clusterwright.tools.excerpt import one_line
from clusterwright.tools.finding import Finding, Relation

Offers = Mapping[str, Mapping[str, Tool]]
"""The tools of servers, by name."""

_MOST_PAGES = 100
_LONGEST_REASON = 1_000
_SECONDS = 120.0
"""What one problems tool may take for all of its pages."""
_ODD = "in a form that this agent does not know"
_PROBLEMS_A_PAGE = 100
"""No model reads this: a page may be as large as an answer can be, and show all evidence."""


@dataclass(frozen=True)
class Answered:
    """What one problems tool said, or, with `failed`, why it said nothing.

    What may hide findings, as a page that did not come, has failed as a part beside what it said.
    """

    server: str
    tool: str
    cluster: str = ""
    findings: tuple[Finding, ...] = ()
    relations: tuple[Relation, ...] = ()
    coverage: Coverage = field(default_factory=Coverage)
    offers: frozenset[str] = frozenset()
    failed: bool = False
    absent: bool = False
    """Failed because the cluster does not serve what the tool is about."""


async def gather(
    hub: Hub,
    *,
    cluster: str | None,
    namespace: str | None,
    heard: Callable[[str], None] | None = None,
    known: Offers | None = None,
    seconds: float = math.inf,
) -> list[Answered]:
    """Return what each problems tool answered, in the order of the servers and tools.

    What a cluster does not serve is nobody's gap; it is left out as long as anything else answers.

    Args:
        hub: whose servers are asked.
        cluster: as tools take it; None: the one that each server is pinned to.
        namespace: None: all.
        heard: is told of each server that has answered, or failed to.
        known: the tools of servers that were asked for them already.
        seconds: what all of it may take; a server that takes longer has not answered.
    """
    answers: dict[str, list[Answered]] = {}
    wanted = {"cluster": cluster, "namespace": namespace}

    async def ask(server: str) -> None:
        """Keep what one server answered."""
        answers[server] = await _ask(hub, server, wanted, known or {})
        if heard is not None:
            heard(server)

    with anyio.move_on_after(seconds):
        async with anyio.create_task_group() as tasks:
            for server in hub.servers:
                tasks.start_soon(ask, server)
    late = UnreachableError(f"did not answer within {seconds:g} s")
    found = [
        one
        for server in hub.servers
        for one in answers.get(server) or [failure(server, "", late, cluster or "")]
    ]
    return [one for one in found if not one.absent] or found


async def _ask(
    hub: Hub, server: str, wanted: Mapping[str, str | None], known: Offers
) -> list[Answered]:
    cluster = wanted["cluster"] or ""
    try:
        tools = known.get(server) or await hub.tools(server)
    except ToolError as error:
        return [failure(server, "", error, cluster)]
    found = sorted(name for name in tools if name.endswith(SUFFIX))
    if not found:
        reason = f"offers no tool named *{SUFFIX}; it has {', '.join(sorted(tools)) or 'none'}"
        return [failure(server, "", ToolError(reason), cluster)]
    answers: dict[str, list[Answered]] = {}

    async def ask(name: str) -> None:
        """Keep what one tool answered."""
        try:
            answers[name] = await _drain(hub, server, tools[name], wanted, frozenset(tools))
        except ToolError as error:
            answers[name] = [failure(server, name, error, cluster)]

    async with anyio.create_task_group() as tasks:
        for name in found:
            tasks.start_soon(ask, name)
    return [one for name in found for one in answers[name]]


async def _drain(
    hub: Hub, server: str, tool: Tool, wanted: Mapping[str, str | None], offers: frozenset[str]
) -> list[Answered]:
    """Call a problems tool, with the arguments that it knows, until it gives no cursor.

    The first page must come; when a later one does not, what was read is kept and the rest is a
    gap. What may hide findings is told once more, as a part that failed.
    """
    known = tool.input_schema.get("properties", {})
    asked = {**wanted, "limit": _PROBLEMS_A_PAGE}
    arguments: dict[str, Any] = {k: v for k, v in asked.items() if v and k in known}
    end = anyio.current_time() + _SECONDS
    pages = [await hub.call(server, tool.name, arguments, Problems)]
    unread: list[Gap] = []
    while cursor := pages[-1].cursor:
        what = f"page {len(pages) + 1} of {tool.name}"
        if len(pages) == _MOST_PAGES:
            unread.append(Gap(what=what, reason=f"there were more than {_MOST_PAGES} pages"))
            break
        if anyio.current_time() > end:
            unread.append(Gap(what=what, reason=f"the pages before took more than {_SECONDS:g} s"))
            break
        try:
            pages.append(
                await hub.call(server, tool.name, {**arguments, "cursor": cursor}, Problems)
            )
        except ToolError as error:
            unread.append(Gap(what=what, reason=_reason(error)))
            break
    unread += _odd(sum(page.odd for page in pages), f"findings of {tool.name}")
    parts = _odd(sum(page.odd_parts for page in pages), f"parts of findings of {tool.name}")
    told = [gap for page in pages for gap in page.coverage.gaps]
    last = pages[-1]
    whole = Answered(
        server,
        tool.name,
        last.cluster,
        tuple(finding for page in pages for finding in page.findings),
        tuple(dict.fromkeys(relation for page in pages for relation in page.relations)),
        last.coverage.model_copy(update={"gaps": tuple(dict.fromkeys([*told, *parts, *unread]))}),
        offers,
    )
    if not unread:
        return [whole]
    hidden = Coverage(gaps=tuple(unread))
    part = f"part of {tool.name}"
    return [whole, Answered(server, part, last.cluster, coverage=hidden, failed=True)]


def _odd(count: int, what: str) -> list[Gap]:
    return [Gap(what=f"{count} {what}", reason=_ODD)] if count else []


def failure(
    server: str, tool: str, error: ToolError, cluster: str = "", *, what: str = ""
) -> Answered:
    """Return what is kept of a server, or of one of its tools, that did not answer."""
    gap = Gap(what=what or tool or f"server {server}", reason=_reason(error))
    absent = isinstance(error, NotServedError)
    coverage = Coverage(gaps=(gap,))
    return Answered(server, tool, cluster, coverage=coverage, failed=True, absent=absent)


def _reason(error: ToolError) -> str:
    return one_line(f"{error}; {error.hint}" if error.hint else str(error), _LONGEST_REASON)
