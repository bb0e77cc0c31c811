"""What `--server` accepts: a URL of a streamable HTTP server, or a command line to run on stdio."""

import os
import shlex

from mcp import StdioServerParameters
from mcp.client.stdio import get_default_environment

from clusterwright.tools.errors import InvalidInputError

_INHERITED = ("KUBECONFIG",)
"""What a started server gets beside the SDK's short list (HOME, PATH and the like).

A server may be anyone's, and the environment may hold secrets: `env NAME=value command` adds more.
"""


def parse_server(spec: str) -> str | StdioServerParameters:
    """Return a URL as it is and a command line as parameters; raise InvalidInputError."""
    if spec.startswith(("http://", "https://")):
        return spec
    try:
        words = shlex.split(spec)
    except ValueError as error:
        raise InvalidInputError(
            f"--server {spec!r} is not a command line: {error}", hint="check its quotes"
        ) from error
    if not words or "://" in words[0]:
        raise InvalidInputError(
            f"--server {spec!r} is neither a URL nor a command line",
            hint="write http(s)://host/mcp, or a command as in 'clusterwright-kubernetes'",
        )
    inherited = {name: os.environ[name] for name in _INHERITED if name in os.environ}
    return StdioServerParameters(
        command=words[0], args=words[1:], env={**get_default_environment(), **inherited}
    )


def name_server(spec: str) -> str:
    """Return a short name for a server: a URL's host, or a command's last path segment."""
    if spec.startswith(("http://", "https://")):
        return spec.partition("://")[2].partition("/")[0].rpartition("@")[2]
    words = spec.split(maxsplit=1)
    return words[0].rpartition("/")[2] if words else spec
