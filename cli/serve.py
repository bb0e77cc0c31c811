"""`clusterwright serve`: MCP servers behind one connection: standard input and output, or HTTP.

Hosts give a server little time to answer first, so that this file imports nothing but click, and
a server's own module only when it is asked for.
"""

import os
from functools import partial
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING

import click

from clusterwright.cli.usage import usage
from clusterwright.tools.errors import InvalidInputError, ToolError
from clusterwright.tools.loading import loading

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Sequence
    from types import ModuleType

    from mcp.server import MCPServer

    from clusterwright.tools.trust.authority import Authority

SERVERS = ("agent", "kubernetes", "cluster_api", "helm", "prometheus", "gpu")
"""What can be served, each a module of that name: that of the agent here, the others in servers."""
_TOKEN_VARIABLE = "CLUSTERWRIGHT_TOKEN"  # noqa: S105 - the name of a variable
_PATH = click.Path(path_type=Path)


def serve(
    server: tuple[str, ...],
    *,
    context: str | None,
    kubeconfig: Path | None,
    http: str | None,
    token_file: Path | None,
    allowed_host: tuple[str, ...],
    access: str,
    policy: Path | None,
    toolset: tuple[str, ...] = (),
    all_tools: bool = False,
) -> None:
    """Serve tools over MCP, on standard input and output or over HTTP, all on one connection.

    One SERVER has all of its tools. Of several, or of all if none is named, there is the core: 25
    tools at most. --toolset chooses others: a server's name (all of its tools), NAME:read or
    NAME:change, and core.
    """
    _check_http(http, token_file, allowed_host)
    if all_tools and toolset:
        raise click.UsageError("either --toolset or --all-tools")
    with loading():
        import anyio

        modules = {one: _module(one) for one in _named(server, toolset)}
    try:
        authority = _authority(access, policy)
        _tell_unfinished(authority)
        if len(server) == 1 and not toolset:
            module = modules[server[0]]
            made = module.create_server(kubeconfig=kubeconfig, context=context, authority=authority)
        else:
            chosen = tuple(modules) if all_tools else toolset or ("core",)
            made = _together(modules, chosen, kubeconfig, context, authority)
        anyio.run(_on_pipes if http is None else _over_http(http, token_file, allowed_host), made)
    except ToolError as error:
        raise usage(error) from error


def _named(servers: tuple[str, ...], toolsets: tuple[str, ...]) -> "Sequence[str]":
    """Return the servers that are to be loaded, in the order in which they are told."""
    if servers:
        return tuple(dict.fromkeys(servers))
    of = {one.partition(":")[0] for one in toolsets}
    return [one for one in SERVERS if one in of] if of and of <= set(SERVERS) else SERVERS


def _module(server: str) -> "ModuleType":
    package = "cli" if server == "agent" else "servers"
    return import_module(f"clusterwright.{package}.{server}")


def _together(
    modules: "dict[str, ModuleType]",
    toolsets: "Sequence[str]",
    kubeconfig: Path | None,
    context: str | None,
    authority: "Authority",
) -> "MCPServer":
    """Return one server with tools of several, which share their connections to clusters."""
    from clusterwright.servers.many import together
    from clusterwright.tools.kubernetes.client.clusters import Clusters

    clusters = Clusters(kubeconfig, context)
    offers = {name: one.offer(clusters, authority) for name, one in modules.items()}
    return together(offers, toolsets)


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
        raise usage(error) from error


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
_HELP = {"help_option_names": ["-h", "--help"]}
"""Of commands that stand alone; the others have it from their group."""

_OF_TOOLS = (
    click.Option(
        ["--toolset"],
        metavar="NAME",
        multiple=True,
        help="Tools to have instead of the core: core, SERVER, SERVER:read, SERVER:change."
        " Repeatable.",
    ),
    click.Option(["--all-tools"], is_flag=True, help="Every tool of the servers."),
)

command = click.Command(
    "serve",
    params=[
        click.Argument(["server"], type=click.Choice(SERVERS), nargs=-1),
        *_OF_TOOLS,
        *_OPTIONS,
    ],
    callback=serve,
    help=serve.__doc__,
)


def _script(server: str) -> click.Command:
    """Return the command that serves one domain, for hosts that take no subcommand."""
    name = f"clusterwright-{server.replace('_', '-')}"
    return click.Command(
        name,
        params=[*_OPTIONS],
        callback=partial(serve, (server,)),
        help=f"Serve all tools of `clusterwright serve {server}` over MCP, on standard input and"
        " output or over HTTP.",
        context_settings=_HELP,
    )


agent = _script("agent")
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
    context_settings=_HELP,
)
