"""MCP clients side by side: the only way in which the agent reaches a cluster.

A server that cannot be reached, does not answer in time or answers nonsense raises a ToolError at
the call, and never anything else, so that one bad server costs its own answers only.
"""

import re
from collections.abc import AsyncGenerator, Callable, Generator, Mapping
from contextlib import asynccontextmanager, contextmanager
from functools import partial
from importlib.metadata import version
from typing import Any, TypeVar, cast

import anyio
import httpx2
from mcp import Client, MCPError, StdioServerParameters
from mcp.client.auth import OAuthFlowError
from mcp.client.session import ElicitationFnT
from mcp.server import MCPServer
from mcp.shared.dispatcher import ProgressFnT
from mcp_types import CallToolResult, Implementation, TextContent, Tool
from pydantic import BaseModel, ValidationError

from clusterwright.agents.remote import Remote
from clusterwright.tools.errors import NotFoundError, ToolError, UnreachableError
from clusterwright.tools.excerpt import one_line
from clusterwright.tools.neutral import neutral, neutral_json
from clusterwright.tools.redaction import redact_json, redact_text

CONNECT_SECONDS = 20.0
CALL_SECONDS = 60.0
_MOST_PAGES = 200
_FOREIGN = (
    MCPError,
    OSError,  # a missing command, a refused socket, and TimeoutError
    httpx2.HTTPError,
    anyio.BrokenResourceError,
    anyio.ClosedResourceError,
    ValidationError,  # a message of the protocol that is none
    OAuthFlowError,  # a sign-in that the server's issuer, or our own checks, did not let through
    RuntimeError,  # the SDK's word for content that breaks the tool's own schema
)
_LONGEST_ERROR = 600
_PREFIX = re.compile(r"Error executing tool \S+: ")  # what the SDK's servers put before a sentence
_SPELLED = re.compile(
    r"\[(?P<code>[a-z_]+)\] (?P<said>.*?)(?:\s*(?:Next|Hint): (?P<hint>.*))?", re.DOTALL
)

Target = MCPServer | StdioServerParameters | Remote
A = TypeVar("A", bound=BaseModel)


class Hub:
    """Connected servers by name, and why the others are not."""

    def __init__(self, links: Mapping[str, "_Link"]) -> None:
        """Take links that have either connected or failed."""
        self._links = links

    @property
    def servers(self) -> tuple[str, ...]:
        """The names of all servers that were asked for, connected or not."""
        return tuple(self._links)

    async def tools(self, server: str, *, seconds: float = CALL_SECONDS) -> dict[str, Tool]:
        """Return a server's tools by name."""
        client = self._client(server)
        found: dict[str, Tool] = {}
        cursor: str | None = None
        with _translated(server, "tools/list", seconds), anyio.fail_after(seconds):
            for _ in range(_MOST_PAGES):
                page = await client.list_tools(cursor=cursor)
                found |= {tool.name: tool for tool in page.tools}
                cursor = page.next_cursor
                if not cursor:
                    break
        return found

    async def call(
        self,
        server: str,
        tool: str,
        arguments: Mapping[str, Any],
        answer: type[A],
        *,
        seconds: float = CALL_SECONDS,
    ) -> A:
        """Call a tool and return its structured content as `answer`; raise ToolError."""
        result = await self.result(server, tool, arguments, seconds=seconds)
        try:
            return answer.model_validate(neutral_json(redact_json(result.structured_content)))
        except ValidationError as error:
            raise ToolError(
                f"{tool} of {server!r} answered in an unknown form: {_first_problem(error)}",
                hint="use a server of the same version as this agent",
            ) from error

    async def result(
        self,
        server: str,
        tool: str,
        arguments: Mapping[str, Any],
        *,
        seconds: float = CALL_SECONDS,
        tell: Callable[[str], None] | None = None,
    ) -> CallToolResult:
        """Call a tool and return what it answers, as it is; raise ToolError if it failed.

        `tell` hears what the server says meanwhile, each time that it is something else.
        """
        client = self._client(server)
        follow = _follower(tell) if tell else None
        with _translated(server, tool, seconds), anyio.fail_after(seconds):
            result = await client.call_tool(tool, dict(arguments), progress_callback=follow)
        if result.is_error:
            raise _error_of(text_of(result))
        return result

    def _client(self, server: str) -> Client:
        link = self._links.get(server)
        if link is None:
            known = ", ".join(self._links) or "none"
            raise NotFoundError(f"no server {server!r} is connected", hint=f"connected: {known}")
        if link.client is None:
            raise UnreachableError(
                f"MCP server {server!r} did not start: {link.failure}",
                hint="run its command by hand, or check its URL",
            )
        return link.client


def _follower(tell: Callable[[str], None]) -> ProgressFnT:
    """Return what hears a call's progress, and passes on what a server says and has not just said.

    What it says is data, as its answers are.
    """
    last: list[str] = []

    async def follow(progress: float, total: float | None, message: str | None) -> None:
        del progress, total
        said = one_line(neutral(redact_text(message or "")))
        if said and last != [said]:
            last[:] = [said]
            tell(said)

    return follow


@asynccontextmanager
async def connect(
    servers: Mapping[str, Target],
    *,
    seconds: float = CONNECT_SECONDS,
    on_question: ElicitationFnT | None = None,
) -> AsyncGenerator[Hub]:
    """Connect to all servers at once and yield a Hub; those that fail say so when called.

    `on_question` answers what servers ask in the middle of a call (elicitation); without it, they
    are told that nobody here answers.
    """
    stop = anyio.Event()
    links = {name: _Link(target, seconds, on_question) for name, target in servers.items()}
    raised: ToolError | None = None
    async with anyio.create_task_group() as tasks:
        for link in links.values():
            tasks.start_soon(link.hold, stop)
        for link in links.values():
            await link.settled.wait()
        try:
            yield Hub(links)
        except ToolError as error:  # raised again below, not wrapped in a group by the task group
            raised = error
        finally:
            stop.set()
    if raised is not None:
        raise raised


class _Link:
    """One client, entered and exited in a task of its own, as its cancel scopes demand."""

    def __init__(self, target: Target, seconds: float, on_question: ElicitationFnT | None) -> None:
        self.client: Client | None = None
        self.failure = "it was not started"
        self.settled = anyio.Event()
        self._target = target
        self._seconds = seconds
        self._on_question = on_question

    async def hold(self, stop: anyio.Event) -> None:
        """Connect, stay connected until `stop`, disconnect."""
        try:
            with anyio.fail_after(self._seconds) as scope:
                async with self._made(partial(_without_deadline, scope)) as client:
                    _without_deadline(scope)
                    self.client = client
                    self.settled.set()
                    await stop.wait()
        except* (ToolError, *_FOREIGN) as group:
            self.client = None
            self.failure = _sentence(_first(group), self._seconds)
        finally:
            self.settled.set()

    def _made(self, on_wait: Callable[[], None]) -> Client:
        target = self._target
        return Client(
            target.connect(on_wait) if isinstance(target, Remote) else target,
            client_info=Implementation(name="clusterwright", version=version("clusterwright")),
            elicitation_callback=self._on_question,
        )


def _without_deadline(scope: anyio.CancelScope) -> None:
    """Let what began within a time go on without one."""
    scope.deadline = float("inf")


@contextmanager
def _translated(server: str, what: str, seconds: float) -> Generator[None]:
    """Turn what the SDK and its transports raise into an UnreachableError."""
    try:
        yield
    except _FOREIGN as error:
        raise UnreachableError(
            f"MCP server {server!r} did not answer {what}: {_sentence(error, seconds)}",
            hint="its own log (stderr) tells more",
        ) from error


def _first(group: BaseExceptionGroup[BaseException]) -> BaseException:
    """Return the error itself: task groups wrap it, and theirs nest."""
    found = group.exceptions[0]
    nested = isinstance(found, BaseExceptionGroup)
    return _first(cast("BaseExceptionGroup[BaseException]", found)) if nested else found


def _first_problem(error: ValidationError) -> str:
    problem = error.errors(include_url=False)[0]
    where = ".".join(str(part) for part in problem["loc"]) or "the answer"
    return one_line(f"{where}: {problem['msg']}")


def _sentence(error: BaseException, seconds: float) -> str:
    if isinstance(error, TimeoutError):
        return f"no answer within {seconds:g} s"
    if isinstance(error, ValidationError):
        return f"it does not speak MCP as it should: {_first_problem(error)}"
    if isinstance(error, OAuthFlowError):
        said = one_line(str(error), _LONGEST_ERROR)
        return (
            f"it asks for authorization, and no sign-in came about ({said});"
            " with a token, write 'URL --token-file FILE'"
        )
    if isinstance(error, OSError) and error.strerror and error.filename:
        return f"{error.strerror}: {error.filename}"
    return one_line(str(error), _LONGEST_ERROR) or type(error).__name__


def text_of(result: CallToolResult) -> str:
    """Return the text of an answer."""
    return "\n".join(c.text for c in result.content if isinstance(c, TextContent))


def _error_of(said: str) -> ToolError:
    """Return the error that a server of ours spelled as text, or any other server's as it is."""
    sentence = one_line(redact_text(_PREFIX.sub("", said.strip(), count=1)), _LONGEST_ERROR)
    match = _SPELLED.fullmatch(sentence)
    if match is None:
        return ToolError(sentence or "the tool failed and gave no reason")
    kinds = {kind.code: kind for kind in ToolError.__subclasses__()}
    kind = kinds.get(match["code"], ToolError)
    return kind(match["said"].rstrip("."), hint=match["hint"] or "")
