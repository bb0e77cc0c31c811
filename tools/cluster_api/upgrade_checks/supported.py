"""Which Kubernetes versions a release of Cluster API is made for, and one trap of kubeadm's.

Sources: cluster-api docs/book/src/reference/versions.md (core provider; as of v1.14) and
docs/book/src/user/troubleshooting.md ("kubeadm join fails after upgrading to Kubernetes patch
releases").
"""

from clusterwright.tools.cluster_api.upgrade_checks.check import (
    Check,
    Status,
    check,
    passed,
    unknown,
)
from clusterwright.tools.cluster_api.upgrade_checks.scene import Scene
from clusterwright.tools.manifest import text

_WORKLOAD: dict[int, tuple[int, int]] = {12: (29, 36), 13: (30, 36), 14: (31, 36)}
"""By minor of Cluster API 1.x, the oldest and the newest minor of Kubernetes 1.x."""
_FROM_PATCH = {(12, 35): 1, (12, 36): 8, (13, 36): 1}
"""Pairs that are supported from a patch of Cluster API on."""
_NARROWED = {33: 12, 34: 8, 35: 5, 36: 1}
"""By minor of Kubernetes, the patch since which kubeadm's kubelet client may do less. Later patches
and minors keep that (kubernetes/kubernetes#138957)."""
_BOUND = {11: 11, 12: 8, 13: 2}
"""By minor of Cluster API, the patch since which it creates the binding that this takes."""
_UNKNOWN = "nothing tells which release of Cluster API this is"


def supported(scene: Scene) -> Check:
    """Return whether the release of Cluster API is made for the version."""
    core = scene.release
    if core is None:
        return unknown("Cluster API", _UNKNOWN, "compare with its support matrix yourself")
    refs, release = [core[0]], core[1]
    span = _WORKLOAD.get(release.minor)
    if span is None:
        return unknown("Cluster API", f"{release} is not in the table of 1.12 to 1.14")
    oldest, newest = span
    least = _FROM_PATCH.get((release.minor, scene.goal.minor), 0)
    if not oldest <= scene.goal.minor <= newest:
        said = f"{release} supports Kubernetes 1.{oldest} to 1.{newest}"
        return check("Cluster API", Status.WARN, said, refs, "upgrade Cluster API first")
    if release.patch < least:
        said = f"Kubernetes {scene.goal.line} takes Cluster API v1.{release.minor}.{least}"
        said += f", and this is {release}"
        return check("Cluster API", Status.WARN, said, refs, "upgrade Cluster API first")
    return passed("Cluster API", f"{release} supports Kubernetes {scene.goal.line}")


def kubeadm(scene: Scene) -> Check | None:
    """Return whether `kubeadm join` would fail for lack of a binding; None without kubeadm."""
    one, goal = scene.parts.control_plane, scene.goal
    first = _NARROWED.get(goal.minor)
    narrowed = goal.minor > max(_NARROWED) or (first is not None and goal.patch >= first)
    if text(one, "kind") != "KubeadmControlPlane":
        return None
    if not narrowed:
        return passed("kubeadm", f"{goal} has no known trap")
    need = f"{goal} takes the ClusterRoleBinding kubeadm:apiserver-kubelet-client"
    core = scene.release
    if core is None:
        return unknown("kubeadm", f"{need}, which Cluster API creates since 1.13.2; {_UNKNOWN}")
    ref, release = core
    least = _BOUND.get(release.minor)
    if release.minor < min(_BOUND) or (least is not None and release.patch < least):
        said = f"{need}, which {release} does not create: kubeadm join would hang"
        todo = "upgrade Cluster API to 1.13.2, 1.12.8 or 1.11.11, or create that binding"
        return check("kubeadm", Status.BLOCK, said, [ref], todo)
    return passed("kubeadm", f"{release} creates the binding that {goal} takes")
