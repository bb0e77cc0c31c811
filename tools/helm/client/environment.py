"""What a run of helm sees of its surroundings: folders of our own, and no settings of the user's.

Plugins, repositories and settings of the user would make the same plan do something else on another
machine. Logins to registries are the exception: they cannot be had otherwise.
"""

import os
from collections.abc import Mapping
from pathlib import Path

from platformdirs import user_config_path

from clusterwright.tools.trust.places import cache_dir

_NOT_OURS = ("HELM_", "KUBECONFIG")
_IN_CLUSTER = "KUBERNETES_SERVICE_"
"""What makes a program in a pod take the pod's own service account."""
_PRIVATE = 0o700


def environment(kubeconfig: Path | None, driver: str) -> dict[str, str]:
    """Return the environment of a run; without a kubeconfig no cluster can be reached by it."""
    base = cache_dir() / "helm"
    base.mkdir(mode=_PRIVATE, parents=True, exist_ok=True)
    hidden = _NOT_OURS if kubeconfig else (*_NOT_OURS, _IN_CLUSTER)
    kept = {name: value for name, value in os.environ.items() if not name.startswith(hidden)}
    for part in ("cache", "config", "data"):
        (base / part).mkdir(mode=_PRIVATE, exist_ok=True)
        kept[f"HELM_{part.upper()}_HOME"] = str(base / part)
    login = login_file(os.environ)
    if login.is_file():
        kept["HELM_REGISTRY_CONFIG"] = str(login)
    kept["KUBECONFIG"] = str(kubeconfig) if kubeconfig else os.devnull
    kept |= {"HELM_DRIVER": driver, "LANG": "C", "LC_ALL": "C"}
    kept["KUBECACHEDIR"] = str(base / "kube")  # of discovery, which would go below the user's HOME
    kept["SOURCE_DATE_EPOCH"] = "0"  # a folder is packed to the same bytes each time
    return kept


def login_file(settings: Mapping[str, str]) -> Path:
    """Return where the user's helm keeps logins to registries."""
    named = settings.get("HELM_REGISTRY_CONFIG")
    return Path(named) if named else user_folder(settings) / "registry" / "config.json"


def user_folder(settings: Mapping[str, str]) -> Path:
    """Return the folder of the user's helm settings (helm/helm, pkg/helmpath/lazypath.go)."""
    if named := settings.get("HELM_CONFIG_HOME"):
        return Path(named)
    if shared := settings.get("XDG_CONFIG_HOME"):
        return Path(shared) / "helm"
    preferences = Path.home() / "Library" / "Preferences"
    return (preferences if preferences.is_dir() else user_config_path()) / "helm"
