"""MCP over streamable HTTP, for clients on other machines and for many of them at once.

Without a token it listens on this machine only. What the Host and Origin headers may name is
checked in either case, or a web page could reach us under a name of its own (DNS rebinding). No
session is kept, so that any replica may answer any request. A client that closes its request
cancels the work.
"""

import socket
import sys
from ipaddress import IPv4Address

import uvicorn
from mcp.server import MCPServer
from mcp.server.streamable_http import EventStore
from mcp.server.transport_security import TransportSecuritySettings
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route
from starlette.types import ASGIApp

from clusterwright.servers.access import LOCAL_NAMES, Access, RequireToken
from clusterwright.servers.address import Address
from clusterwright.tools.errors import InvalidInputError

PATH = "/mcp"
HEALTH = "/healthz"
_RETRY_MS = 500
_BACKLOG = 2_048
_STOP_SECONDS = 5
"""What requests in progress get when the server is told to stop."""


async def serve_http(
    server: MCPServer, address: Address, access: Access, *, sessions: EventStore | None = None
) -> None:
    """Serve until SIGINT or SIGTERM, after one line on standard error that tells the URL.

    Raises RefusedError where `access` does not suit the address, and InvalidInputError where the
    address cannot be listened on.
    """
    app = http_app(server, address, access, sessions=sessions)
    with _listen(address) as listening:
        config = uvicorn.Config(
            app,
            log_config=None,  # as all of ours: warnings, on standard error
            access_log=False,
            server_header=False,
            timeout_graceful_shutdown=_STOP_SECONDS,
        )
        port: int = listening.getsockname()[1]
        url = f"http://{address.name}:{port}{PATH}"
        sys.stderr.write(f"{server.name} listens on {url}\n")
        await uvicorn.Server(config).serve(sockets=[listening])


def http_app(
    server: MCPServer, address: Address, access: Access, *, sessions: EventStore | None = None
) -> ASGIApp:
    """Return the application that serves `server` at /mcp, and /healthz to whoever asks.

    With `sessions`, clients of 2025-11-25 get a session: a server needs it to ask its client
    back, and the client is then bound to this process. Raises RefusedError as `serve_http`.
    """
    access.check(address)
    served = server.streamable_http_app(
        streamable_http_path=PATH,
        stateless_http=sessions is None,
        event_store=sessions,
        retry_interval=None if sessions is None else _RETRY_MS,
        transport_security=_names(address, access),
    )
    app = Starlette(
        routes=[Route(HEALTH, _healthy), *served.routes],
        lifespan=lambda _: server.session_manager.run(),
    )
    return app if access.token is None else RequireToken(app, access.token, free=HEALTH)


def _names(address: Address, access: Access) -> TransportSecuritySettings:
    """Return the names that a request may carry as Host and Origin.

    With any port: behind a tunnel, the one that a client sees is not ours. Local names always: this
    machine reaches us by them at 0.0.0.0 as well, and a tunnel ends in one.
    """
    names = [*access.names, address.name, *LOCAL_NAMES]
    origins = [f"{scheme}://{name}" for name in names for scheme in ("http", "https")]
    return TransportSecuritySettings(
        allowed_hosts=[*names, *(f"{name}:*" for name in names)],
        allowed_origins=[*origins, *(f"{origin}:*" for origin in origins)],
    )


def _listen(address: Address) -> socket.socket:
    """Return a socket that listens.

    It names its protocol, or asyncio would not see that it is TCP, and leave Nagle's algorithm on:
    an answer then waits 40 ms for the acknowledgement of its own headers.
    """
    family = socket.AF_INET if isinstance(address.host, IPv4Address) else socket.AF_INET6
    listening = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    try:
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listening.bind((str(address.host), address.port))
        listening.listen(_BACKLOG)
    except OSError as error:
        listening.close()
        raise InvalidInputError(
            f"cannot listen on {address}: {error.strerror}",
            hint="choose another port; 0 takes any that is free",
        ) from error
    return listening


async def _healthy(_: Request) -> JSONResponse:
    return JSONResponse({"status": "ok"})
