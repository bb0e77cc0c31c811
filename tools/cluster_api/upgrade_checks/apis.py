"""Whether anything uses API versions that the new release no longer serves."""

from clusterwright.tools.cluster_api.upgrade_checks.check import (
    Check,
    Status,
    check,
    passed,
    unknown,
)
from clusterwright.tools.cluster_api.upgrade_checks.removals import removed
from clusterwright.tools.cluster_api.upgrade_checks.scene import Scene, Used

_NAME = "removed APIs"
METRIC = "apiserver_requested_deprecated_apis"
"""What was asked for since the API server began (k8s.io/apiserver, endpoints/metrics)."""


def removed_apis(scene: Scene) -> Check:
    """Return whether clients ask for, or manifests name, what stops being served."""
    start, goal = scene.current, scene.goal
    if start is None:
        return unknown(_NAME, "the version that runs is not known")
    gone = removed(start.minor, goal.minor)
    asked = [one for one in scene.used if one.how == METRIC]
    stored = [one for one in scene.used if one.how != METRIC]
    if asked:
        said = f"clients ask for {_spelled(asked)}, which {goal.line} does not serve ({METRIC})"
        todo = "find them in the audit log (annotation k8s.io/deprecated) and update them first"
        return check(_NAME, Status.BLOCK, said, [r for one in stored for r in one.objects], todo)
    if stored:
        refs = [ref for one in stored for ref in one.objects]
        said = f"objects were applied as {_spelled(stored)}, which {goal.line} does not serve"
        todo = "change the manifests and charts that they come from"
        return check(_NAME, Status.WARN, said, refs, todo)
    if scene.unseen:
        return unknown(_NAME, f"nothing found, but {'; '.join(scene.unseen)}")
    kinds = sum(len(one.kinds) for one in gone)
    if not kinds:
        return passed(_NAME, f"{goal.line} serves all that is stored in {start.line}")
    return passed(_NAME, f"nothing uses any of the {kinds} kinds that {goal.line} stops serving")


def _spelled(used: list[Used]) -> str:
    names = dict.fromkeys(f"{one.resource} of {one.group}/{one.version}" for one in used)
    return ", ".join(list(names)[:5])
