"""Where a user's state, settings and caches are kept."""

import os
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

from platformdirs import user_cache_path, user_config_path, user_state_path

from clusterwright.tools.errors import RefusedError

STATE, CONFIG = "CLUSTERWRIGHT_STATE_DIR", "CLUSTERWRIGHT_CONFIG_DIR"
_CACHE = "CLUSTERWRIGHT_CACHE_DIR"
_PRIVATE = 0o700


def state_dir() -> Path:
    """Return the folder of plans and audit ($CLUSTERWRIGHT_STATE_DIR), which may not be there."""
    named = os.environ.get(STATE)
    return Path(named) if named else user_state_path("clusterwright") / "changes"


def config_dir() -> Path:
    """Return the folder of policy and keys ($CLUSTERWRIGHT_CONFIG_DIR), which may not be there."""
    named = os.environ.get(CONFIG)
    return Path(named) if named else user_config_path("clusterwright")


def cache_dir() -> Path:
    """Return the folder of what can be had again ($CLUSTERWRIGHT_CACHE_DIR), made if need be."""
    named = os.environ.get(_CACHE)
    return made(Path(named) if named else user_cache_path("clusterwright") / "tools", _CACHE)


def made(folder: Path, variable: str) -> Path:
    """Return a folder, made for the user only if it is not there; `variable` names another."""
    with keeping(folder, variable):
        folder.mkdir(mode=_PRIVATE, parents=True, exist_ok=True)
    return folder


@contextmanager
def keeping(folder: Path, variable: str) -> Generator[None]:
    """Raise RefusedError, which names the variable, where a folder cannot be made or written."""
    try:
        yield
    except OSError as error:
        raise RefusedError(
            f"nothing can be kept in {str(folder)!r}: {error.strerror or error}",
            hint=f"let {variable} name a folder that you may write",
        ) from error
