"""How clients listen to resources in both eras, and what a server may honestly claim to offer."""

from typing import TYPE_CHECKING, Any

from mcp import MCPError
from mcp.server import MCPServer, ServerRequestContext
from mcp.server.context import CallNext, HandlerResult
from mcp.server.mcpserver.exceptions import ResourceNotFoundError
from mcp.server.subscriptions import ListenHandler, ResourceUpdated, SubscriptionBus
from mcp_types import (
    INVALID_PARAMS,
    METHOD_NOT_FOUND,
    EmptyResult,
    SubscribeRequestParams,
    SubscriptionsListenRequestParams,
    SubscriptionsListenResult,
    UnsubscribeRequestParams,
)

from clusterwright.servers.watching import Watching

if TYPE_CHECKING:
    from mcp.server.lowlevel import Server

_Request = ServerRequestContext[Watching, Any]


class Listen(ListenHandler):
    """Serves `subscriptions/listen`, and has watched what is listened to."""

    def __init__(self, bus: SubscriptionBus) -> None:
        """Take where changes are published."""
        super().__init__(bus)
        self._changes = bus

    async def __call__(
        self, ctx: _Request, params: SubscriptionsListenRequestParams
    ) -> SubscriptionsListenResult:
        """Serve one stream; watch its resources as long as it is open."""
        uris = [str(one) for one in params.notifications.resource_subscriptions or ()]
        async with ctx.lifespan_context.all(uris, self._publish):
            return await super().__call__(ctx, params)

    async def _publish(self, uri: str) -> None:
        await self._changes.publish(ResourceUpdated(uri=uri))


def serve_listeners(server: MCPServer, bus: SubscriptionBus) -> None:
    """Have a server whose lifespan is a `Watching` tell what changes, in both eras."""
    low: Server[Any] = vars(server)["_lowlevel_server"]  # the SDK has no public way to these
    listen = Listen(bus)
    low.add_request_handler("subscriptions/listen", SubscriptionsListenRequestParams, listen)
    low.add_request_handler("resources/subscribe", SubscribeRequestParams, _subscribe)
    low.add_request_handler("resources/unsubscribe", UnsubscribeRequestParams, _unsubscribe)


async def _subscribe(ctx: _Request, params: SubscribeRequestParams) -> EmptyResult:
    if ctx.request is not None:  # over HTTP, where we keep no session to tell anything through
        raise MCPError(
            METHOD_NOT_FOUND,
            "this connection has no way to be told of changes. Next: use the protocol 2026-07-28"
            " and its subscriptions/listen, or read the resource again",
        )
    try:
        await ctx.lifespan_context.subscribe(str(params.uri), ctx.session.send_resource_updated)
    except ResourceNotFoundError as error:
        raise MCPError(INVALID_PARAMS, str(error), data={"uri": str(params.uri)}) from error
    return EmptyResult()


async def _unsubscribe(ctx: _Request, params: UnsubscribeRequestParams) -> EmptyResult:
    await ctx.lifespan_context.unsubscribe(str(params.uri))
    return EmptyResult()


class Honest:
    """Takes out of what a server claims what it does not have, or cannot do on this connection."""

    def __init__(self, server: MCPServer, *, changes: bool) -> None:
        """Say with `changes` whether its lists of tools, prompts and resources ever change."""
        self._server = server
        self._changes = changes

    async def __call__(
        self, ctx: ServerRequestContext[Any, Any], call_next: CallNext
    ) -> HandlerResult:
        """Let a request through; correct the answer to those that ask for capabilities."""
        result = await call_next(ctx)
        if ctx.method not in {"initialize", "server/discover"} or not isinstance(result, dict):
            return result
        claimed: dict[str, Any] = result["capabilities"]
        server = self._server
        if not [*await server.list_resources(), *await server.list_resource_templates()]:
            claimed.pop("resources", None)
        if not await server.list_prompts():
            claimed.pop("prompts", None)
        if not self._changes:
            for one in ("tools", "prompts", "resources"):
                claimed.get(one, {}).pop("listChanged", None)
        if ctx.method == "initialize" and ctx.request is not None:
            claimed.get("resources", {}).pop("subscribe", None)
        return result
