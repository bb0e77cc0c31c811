"""What `--server` accepts: a URL of a streamable HTTP server, or a command line to run on stdio."""

import os
import shlex
from pathlib import Path

from mcp import StdioServerParameters
from mcp.client.stdio import get_default_environment

from clusterwright.agents.remote import Remote
from clusterwright.agents.sign_in import SignIn
from clusterwright.tools.errors import InvalidInputError

_SCHEMES = ("http://", "https://")
_INHERITED = ("KUBECONFIG",)
"""What a started server gets beside the SDK's short list (HOME, PATH and the like).

A server may be anyone's, and the environment may hold secrets: `env NAME=value command` adds more.
"""


def parse_server(spec: str, sign_in: SignIn | None = None) -> Remote | StdioServerParameters:
    """Return the server that `URL [--token-file FILE]` or a command line means.

    Raises InvalidInputError for what is neither, RefusedError for a token sent in the clear.
    """
    try:
        words = shlex.split(spec)
    except ValueError as error:
        raise InvalidInputError(
            f"--server {spec!r} is not a command line: {error}", hint="check its quotes"
        ) from error
    if words and words[0].startswith(_SCHEMES):
        return _remote(words[0], words[1:], sign_in)
    if not words or "://" in words[0]:
        raise InvalidInputError(
            f"--server {spec!r} is neither a URL nor a command line",
            hint="write http(s)://host/mcp, or a command as in 'clusterwright-kubernetes'",
        )
    inherited = {name: os.environ[name] for name in _INHERITED if name in os.environ}
    return StdioServerParameters(
        command=words[0], args=words[1:], env={**get_default_environment(), **inherited}
    )


def _remote(url: str, options: list[str], sign_in: SignIn | None) -> Remote:
    if not options:
        return Remote(url, sign_in=sign_in)
    match options:
        case ["--token-file", path]:
            return Remote(url, _token(Path(path)))
        case _:
            raise InvalidInputError(
                f"{' '.join(options)!r} after a URL is not understood",
                hint=f"write '{url} --token-file FILE'",
            )


def _token(path: Path) -> str:
    try:
        token = path.read_text(encoding="ascii").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise InvalidInputError(f"the token file {str(path)!r} cannot be read: {error}") from error
    if not token:
        raise InvalidInputError(f"the token file {str(path)!r} is empty")
    return token


def name_server(spec: str) -> str:
    """Return a short name for a server: a URL's host, or a command's last path segment."""
    words = spec.split(maxsplit=1)
    if spec.startswith(_SCHEMES):
        return words[0].partition("://")[2].partition("/")[0].rpartition("@")[2]
    return words[0].rpartition("/")[2] if words else spec
