"""Whether the version may be asked for at all, and by which hops it would be reached.

Rules: cluster-api core/webhooks/admission/cluster.go (validateTopologyVersionUpdate) and
controlplane/kubeadm/webhooks/admission/kubeadmcontrolplane.go (validateVersion).
"""

from clusterwright.tools.cluster_api.class_variables import has_hops_planned
from clusterwright.tools.cluster_api.upgrade_checks.check import Check, Status, check, passed
from clusterwright.tools.cluster_api.upgrade_checks.scene import Scene
from clusterwright.tools.cluster_api.version import Version, plan
from clusterwright.tools.manifest import texts
from clusterwright.tools.ref import Ref

_NAME = "version"


def hops(scene: Scene) -> tuple[str, ...]:
    """Return the versions that the control plane goes through, the goal last; none if unknown."""
    start = scene.current
    if start is None or start >= scene.goal:
        return ()
    listed = _listed(scene)
    if listed:
        return plan(listed, start, scene.goal)
    return () if has_hops_planned(scene.made_from) else (scene.asked,)


def allowed(scene: Scene) -> Check:
    """Return whether Cluster API takes the version."""
    start, goal = scene.current, scene.goal
    own = Ref.of(scene.parts.cluster)
    if start is None:
        return check(_NAME, Status.NOT_CHECKED, "its control plane tells no version yet", [own])
    if goal == start:
        return check(_NAME, Status.WARN, f"it runs {start} already", [own])
    if goal < start:
        said = f"{goal} is older than {start}, and a Cluster cannot be downgraded"
        return check(_NAME, Status.BLOCK, said, [own], "make another Cluster of the older version")
    return _forward(scene, start)


def _forward(scene: Scene, start: Version) -> Check:
    goal, own = scene.goal, Ref.of(scene.parts.cluster)
    if goal.major != start.major:
        return check(_NAME, Status.BLOCK, f"{goal} is another major version than {start}", [own])
    listed = _listed(scene)
    if listed:
        return _of_class(scene, start, listed)
    if goal.minor > start.minor + 1 and not has_hops_planned(scene.made_from):
        between = ", ".join(f"{start.major}.{n}" for n in range(start.minor + 1, goal.minor))
        said = f"from {start} to {goal} skips {between}, and minors are upgraded one by one"
        todo = f"upgrade to a {start.major}.{start.minor + 1} first"
        if scene.topology:
            todo += ", or list the versions in between in the class (spec.kubernetesVersions)"
        return check(_NAME, Status.BLOCK, said, [own], todo)
    return passed(_NAME, f"{start} to {goal} skips no minor")


def _of_class(scene: Scene, start: Version, listed: list[str]) -> Check:
    """Return whether a class that lists its versions has this one, with all minors before it."""
    refs = [Ref.of(scene.made_from)] if scene.made_from else []
    if scene.asked not in listed:
        newer = [one for one in listed if (found := Version.of(one)) and found > start]
        said = f"the class does not list {scene.asked}"
        todo = f"ask for one that it lists: {', '.join(newer) or 'none is newer'}"
        return check(_NAME, Status.BLOCK, said, refs, todo)
    way = hops(scene)
    minors = [found.minor for found in map(Version.of, way) if found]
    wanted = list(range(start.minor + 1, scene.goal.minor + 1))
    if [one for one in wanted if one not in minors]:
        return check(_NAME, Status.BLOCK, "the versions of the class leave out a minor", refs)
    return passed(_NAME, f"the class lists it; the control plane goes {', then '.join(way)}")


def _listed(scene: Scene) -> list[str]:
    return texts(scene.made_from, "spec", "kubernetesVersions")
