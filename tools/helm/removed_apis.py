"""What took the place of an API version that Kubernetes removed, where it is of another group."""

from clusterwright.tools.cluster_api.upgrade_checks.removals import removed

_OLDEST, _LAST = 0, 1_000
_BEFORE = {
    "apps/v1beta1": ("Deployment", "StatefulSet", "ControllerRevision"),
    "apps/v1beta2": ("Deployment", "StatefulSet", "DaemonSet", "ReplicaSet"),
    "extensions/v1beta1": ("Deployment", "DaemonSet", "ReplicaSet", "NetworkPolicy"),
}
"""Removed in 1.16 (kubernetes.io/docs/reference/using-api/deprecation-guide)."""
_MOVED = {"Ingress": "networking.k8s.io/v1", "NetworkPolicy": "networking.k8s.io/v1"}


def removed_in(api_version: str, kind: str) -> str:
    """Return the release of Kubernetes that removed a version of a kind, as 1.25; empty if none."""
    if kind in _BEFORE.get(api_version, ()):
        return "1.16"
    found = removed(_OLDEST, _LAST)
    return next(
        (f"1.{one.minor}" for one in found if one.api_version == api_version and kind in one.kinds),
        "",
    )


def moved_to(api_version: str, kind: str) -> str:
    """Return the apiVersion of another group under which a kind went on; empty if it did not."""
    if api_version.startswith("extensions/"):
        return _MOVED.get(kind, "apps/v1" if kind in _BEFORE["extensions/v1beta1"] else "")
    return ""
