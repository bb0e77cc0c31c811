"""All checks of an upgrade, and what they come to."""

from collections.abc import Iterator, Sequence

from anyio import to_thread

from clusterwright.tools.cluster_api.check_upgrade import UpgradeCheck, Verdict
from clusterwright.tools.cluster_api.upgrade_checks.admission import webhooks
from clusterwright.tools.cluster_api.upgrade_checks.allowed import allowed, hops
from clusterwright.tools.cluster_api.upgrade_checks.apis import removed_apis
from clusterwright.tools.cluster_api.upgrade_checks.capacity import capacity
from clusterwright.tools.cluster_api.upgrade_checks.check import Check, Status, unknown
from clusterwright.tools.cluster_api.upgrade_checks.control_plane import quorum
from clusterwright.tools.cluster_api.upgrade_checks.drains import drains
from clusterwright.tools.cluster_api.upgrade_checks.images import images
from clusterwright.tools.cluster_api.upgrade_checks.reading import read_scene
from clusterwright.tools.cluster_api.upgrade_checks.scene import Scene
from clusterwright.tools.cluster_api.upgrade_checks.settled import machines, settled
from clusterwright.tools.cluster_api.upgrade_checks.skew import skew
from clusterwright.tools.cluster_api.upgrade_checks.supported import kubeadm, supported
from clusterwright.tools.kubernetes.client.clusters import Clusters

_ORDER = tuple(Status)


async def check(
    clusters: Clusters, cluster: str | None, namespace: str, name: str, version: str
) -> tuple[UpgradeCheck, Sequence[Check]]:
    """Return an answer that shows no check yet, and the checks, worst first."""
    scene = await read_scene(clusters, cluster, namespace, name, version)
    made = await to_thread.run_sync(lambda: sorted(checks(scene), key=_worst_first))
    gaps = scene.parts.estate.snapshot.coverage.gaps
    if scene.workload is not None:
        gaps = (*gaps, *scene.workload.coverage.gaps)
    answer = UpgradeCheck(
        cluster=scene.parts.estate.snapshot.cluster,
        target=f"capi:{namespace}/{name}",
        verdict=_verdict(made),
        current=str(scene.current or ""),
        version=version,
        hops=hops(scene),
        gaps=gaps,
    )
    return answer, made


def checks(scene: Scene) -> Iterator[Check]:
    """Yield every check, in the order in which they are made."""
    yield allowed(scene)
    yield from settled(scene)
    yield machines(scene)
    yield skew(scene)
    yield quorum(scene)
    yield supported(scene)
    trap = kubeadm(scene)
    if trap is not None:
        yield trap
    yield images(scene)
    yield from capacity(scene)
    if scene.workload is None:
        said = f"not read, nor its webhooks, budgets, pods and APIs: {scene.unread}"
        yield unknown("workload cluster", said)
        return
    yield from webhooks(scene.workload)
    yield from drains(scene, scene.workload)
    yield removed_apis(scene)


def _worst_first(one: Check) -> int:
    return _ORDER.index(one.status)


def _verdict(made: Sequence[Check]) -> Verdict:
    found = {one.status for one in made}
    if Status.BLOCK in found:
        return "blocked"
    return "ready with warnings" if found & {Status.WARN, Status.NOT_CHECKED} else "ready"
