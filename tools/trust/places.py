"""Where a user's state, settings and caches are kept."""

import os
from pathlib import Path

from platformdirs import user_cache_path, user_config_path, user_state_path

_STATE, _CONFIG = "CLUSTERWRIGHT_STATE_DIR", "CLUSTERWRIGHT_CONFIG_DIR"
_CACHE = "CLUSTERWRIGHT_CACHE_DIR"
_PRIVATE = 0o700


def state_dir() -> Path:
    """Return the folder of plans and audit ($CLUSTERWRIGHT_STATE_DIR), made if it is not there."""
    named = os.environ.get(_STATE)
    return _made(Path(named) if named else user_state_path("clusterwright") / "changes")


def config_dir() -> Path:
    """Return the folder of policy and keys ($CLUSTERWRIGHT_CONFIG_DIR), made if it is not there."""
    named = os.environ.get(_CONFIG)
    return _made(Path(named) if named else user_config_path("clusterwright"))


def cache_dir() -> Path:
    """Return the folder of what can be had again ($CLUSTERWRIGHT_CACHE_DIR), made if need be."""
    named = os.environ.get(_CACHE)
    return _made(Path(named) if named else user_cache_path("clusterwright") / "tools")


def _made(folder: Path) -> Path:
    folder.mkdir(mode=_PRIVATE, parents=True, exist_ok=True)
    return folder
