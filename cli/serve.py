"""`clusterwright serve`: one MCP server, on standard input and output or over HTTP.

Hosts give a server little time to answer first, so that this file imports nothing but click, and
a server's own module only when it is asked for.
"""

import os
from functools import partial
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING

import click

from clusterwright.tools.errors import InvalidInputError, ToolError
from clusterwright.tools.loading import loading

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from mcp.server import MCPServer

    from clusterwright.tools.trust.authority import Authority

SERVERS = ("kubernetes", "cluster_api", "helm", "prometheus", "gpu")
"""What can be served, each a module of that name in clusterwright.servers."""
_TOKEN_VARIABLE = "CLUSTERWRIGHT_TOKEN"  # noqa: S105 - the name of a variable
_PATH = click.Path(path_type=Path)


def serve(
    server: str,
    *,
    context: str | None,
    kubeconfig: Path | None,
    http: str | None,
    token_file: Path | None,
    allowed_host: tuple[str, ...],
    access: str,
    policy: Path | None,
) -> None:
    """Serve one domain's tools over MCP, on standard input and output or over HTTP."""
    _check_http(http, token_file, allowed_host)
    with loading():
        import anyio

        module = import_module(f"clusterwright.servers.{server}")
    try:
        authority = _authority(access, policy)
        _tell_unfinished(authority)
        made = module.create_server(kubeconfig=kubeconfig, context=context, authority=authority)
        anyio.run(_on_pipes if http is None else _over_http(http, token_file, allowed_host), made)
    except ToolError as error:
        raise click.UsageError(f"{error}; {error.hint}" if error.hint else str(error)) from error


def _serve_gpu_node(
    *, http: str | None, token_file: Path | None, allowed_host: tuple[str, ...]
) -> None:
    """Serve the GPUs of this machine, as NVML tells of them, over MCP on pipes or HTTP."""
    _check_http(http, token_file, allowed_host)
    with loading():
        import anyio

        from clusterwright.servers.gpu_node import create_server
    try:
        made = create_server()
        anyio.run(_on_pipes if http is None else _over_http(http, token_file, allowed_host), made)
    except ToolError as error:
        raise click.UsageError(f"{error}; {error.hint}" if error.hint else str(error)) from error


def _check_http(http: str | None, token_file: Path | None, allowed_host: tuple[str, ...]) -> None:
    if http is None and (token_file or allowed_host):
        raise click.UsageError("--token-file and --allowed-host are for --http")


async def _on_pipes(server: "MCPServer") -> None:
    from clusterwright.servers.stdio import serve_stdio

    await serve_stdio(server)


def _over_http(
    address: str, token_file: Path | None, names: tuple[str, ...]
) -> "Callable[[MCPServer], Awaitable[None]]":
    from clusterwright.servers.access import Access
    from clusterwright.servers.address import parse_address
    from clusterwright.servers.http import serve_http

    access = Access(_token(token_file), names)
    return partial(serve_http, address=parse_address(address), access=access)


def _authority(access: str, policy: Path | None) -> "Authority":
    from clusterwright.tools.trust.authority import Authority
    from clusterwright.tools.trust.places import config_dir
    from clusterwright.tools.trust.risk import Access

    if policy is None and not (config_dir() / "policy.yaml").is_file():
        return Authority(access=Access(access))  # as mostly: nothing else to load
    from clusterwright.cli.authority import authority_of

    return authority_of(Access(access), policy)


def _tell_unfinished(authority: "Authority") -> None:
    """Say on standard error which plans were cut short; a look at file names is all it takes."""
    for plan in authority.unfinished():
        click.echo(
            f"plan {plan} may have been cut short: `clusterwright plans` tells, and how to go on",
            err=True,
        )


def _token(path: Path | None) -> str | None:
    """Return the token that HTTP clients must send, never from an argument that `ps` shows."""
    if path is None:
        return os.environ.get(_TOKEN_VARIABLE)
    try:
        return path.read_text(encoding="ascii").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise InvalidInputError(
            f"the token file {str(path)!r} cannot be read: {error}",
            hint="write the token alone into it, readable by you only",
        ) from error


_OF_CLUSTERS = (
    click.Option(
        ["--context", "-c"], metavar="NAME", help="A kubeconfig context; default: the current."
    ),
    click.Option(["--kubeconfig"], type=_PATH, help="Default: $KUBECONFIG, else ~/.kube/config."),
    click.Option(
        ["--access"],
        type=click.Choice(["read", "plan", "write"]),
        default="plan",
        show_default=True,
        help="How far it may go: read only, plan changes by dry run, or apply approved plans.",
    ),
    click.Option(
        ["--policy"],
        type=_PATH,
        help="A file that says what may be applied unattended; default: policy.yaml of yours.",
    ),
)
_OF_HTTP = (
    click.Option(
        ["--http"],
        metavar="[HOST:]PORT",
        help="Serve over HTTP at /mcp; HOST is 127.0.0.1 if left out, PORT 0 any that is free.",
    ),
    click.Option(
        ["--token-file"],
        type=_PATH,
        help=f"Ask HTTP clients for the bearer token in this file; default: ${_TOKEN_VARIABLE}.",
    ),
    click.Option(
        ["--allowed-host"],
        metavar="NAME",
        multiple=True,
        help="A name by which HTTP clients reach this server, beside localhost. Repeatable.",
    ),
)

_OPTIONS = (*_OF_CLUSTERS, *_OF_HTTP)

command = click.Command(
    "serve",
    params=[click.Argument(["server"], type=click.Choice(SERVERS)), *_OPTIONS],
    callback=serve,
    help=serve.__doc__,
)


def _script(server: str) -> click.Command:
    """Return the command that serves one domain, for hosts that take no subcommand."""
    name = f"clusterwright-{server.replace('_', '-')}"
    return click.Command(
        name, params=[*_OPTIONS], callback=partial(serve, server), help=serve.__doc__
    )


kubernetes = _script("kubernetes")
cluster_api = _script("cluster_api")
helm = _script("helm")
prometheus = _script("prometheus")
gpu = _script("gpu")
gpu_node = click.Command(
    "clusterwright-gpu-node",
    params=[*_OF_HTTP],
    callback=_serve_gpu_node,
    help=_serve_gpu_node.__doc__,
)
