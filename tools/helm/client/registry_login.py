"""The login to a registry as `helm registry login` keeps it: in a file, or with a program."""

import base64
import binascii
import os
import re
import shutil
from pathlib import Path

import orjson

from clusterwright.tools.errors import UnauthenticatedError
from clusterwright.tools.helm.client.environment import login_file
from clusterwright.tools.helm.client.process import run_process
from clusterwright.tools.manifest import Json, mapping, text

_LARGEST = 2**20
_HELPER = re.compile(r"[\w.-]{1,64}", re.ASCII)
_HELPER_SECONDS = 30.0
_ALIASES = {"docker.io": "https://index.docker.io/v1/"}


async def registry_login(host: str) -> tuple[str, str] | None:
    """Return user and password for a registry, from Helm's file or Docker's; None if there is none.

    Raises UnauthenticatedError where the program that keeps it fails.
    """
    for file in (login_file(os.environ), _docker_file()):
        kept = _read(file)
        helper = text(kept, "credHelpers", host) or text(kept, "credsStore")
        if helper:
            found = await _asked(helper, host)
            if found:
                return found
        for name in (host, f"https://{host}", _ALIASES.get(host, host)):
            written = _decoded(text(mapping(kept, "auths"), name, "auth"))
            if written:
                return written
    return None


def _docker_file() -> Path:
    named = os.environ.get("DOCKER_CONFIG")
    return (Path(named) if named else Path.home() / ".docker") / "config.json"


def _read(file: Path) -> Json:
    try:
        if not file.is_file() or file.stat().st_size > _LARGEST:
            return {}
        return orjson.loads(file.read_bytes())
    except (OSError, orjson.JSONDecodeError):
        return {}


def _decoded(auth: str) -> tuple[str, str] | None:
    try:
        user, colon, password = base64.b64decode(auth, validate=True).decode().partition(":")
    except (binascii.Error, UnicodeDecodeError):
        return None
    return (user, password) if colon else None


async def _asked(helper: str, host: str) -> tuple[str, str] | None:
    """Ask a program of Docker's credential helper protocol."""
    program = shutil.which(f"docker-credential-{helper}") if _HELPER.fullmatch(helper) else None
    if program is None:
        raise UnauthenticatedError(
            f"the login to {host} is kept by docker-credential-{helper[:64]}, which is not there",
            hint="install it, or helm registry login again",
        )
    ended = await run_process(
        [program, "get"], os.environ, seconds=_HELPER_SECONDS, given=host.encode()
    )
    if ended.timed_out:
        raise UnauthenticatedError(
            f"docker-credential-{helper} did not give the login to {host} in time",
            hint="it may be waiting for you; run it by hand",
        )
    try:
        answer = orjson.loads(ended.output)
    except orjson.JSONDecodeError:
        return None  # how it says that it has none
    user, secret = text(answer, "Username"), text(answer, "Secret")
    return (user, secret) if user and secret and ended.status == 0 else None
