"""The tool that tells whether a Cluster can go to a version, and what stands in the way."""

from collections.abc import Iterator
from functools import partial
from typing import Annotated, Literal

from anyio import to_thread
from pydantic import Field

from clusterwright.tools.answer import BUDGET, Answer, longest
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
from clusterwright.tools.coverage import Gap
from clusterwright.tools.kubernetes.client.clusters import Clusters
from clusterwright.tools.kubernetes.parameters import Cluster
from clusterwright.tools.tool import Effect, Tool

Verdict = Literal["ready", "ready with warnings", "blocked"]
_ORDER = tuple(Status)


class UpgradeCheck(Answer):
    """Whether a Cluster can go to a version."""

    target: str = Field(description="As `cluster` of any tool: capi:namespace/name.")
    verdict: Verdict = Field(description="Of what was checked; see what was not.")
    current: str = Field(default="", description="The version that its control plane runs.")
    version: str = Field(description="The version that was asked about.")
    hops: tuple[str, ...] = Field(default=(), description="The control plane goes through these.")
    checks: tuple[Check, ...] = Field(default=(), description="Worst first.")
    left_out: int = Field(default=0, description="Checks that passed, for which there is no room.")
    gaps: tuple[Gap, ...] = Field(default=(), description="What could not be read.")

    def render(self) -> str:
        """Return the verdict, then a line for each check, worst first."""
        counted = ", ".join(
            f"{count} {status}"
            for status in _ORDER
            if (count := sum(one.status is status for one in self.checks))
        )
        way = f" by {', then '.join(self.hops)}" if len(self.hops) > 1 else ""
        head = f"{self.target} on {self.cluster} from {self.current or '?'} to {self.version}{way}"
        open_ = any(one.status is Status.NOT_CHECKED for one in self.checks)
        sure = ", as far as it could be checked" if open_ and self.verdict != "blocked" else ""
        lines = [f"{head}: {self.verdict}{sure} ({counted})", *(one.line() for one in self.checks)]
        lines += [f"[{self.left_out} more checks passed]"] if self.left_out else []
        lines += [f"Not read: {one.what} ({one.reason})" for one in self.gaps]
        return "\n".join(lines)


async def capi_check_upgrade(
    clusters: Clusters,
    namespace: Annotated[str, Field(max_length=300, description="Of the Cluster.")],
    name: Annotated[str, Field(max_length=300, description="Of the Cluster.")],
    version: Annotated[str, Field(max_length=60, description="Of Kubernetes, as in v1.36.3.")],
    cluster: Cluster = None,
) -> UpgradeCheck:
    """Check whether a Cluster can be upgraded to a version: what would refuse or hold it, and why.

    Reads the workload cluster too: budgets, webhooks, removed APIs, capacity.
    """
    scene = await read_scene(clusters, cluster, namespace, name, version)
    made = await to_thread.run_sync(lambda: sorted(checks(scene), key=_worst_first))
    coverage = scene.parts.estate.snapshot.coverage.gaps
    if scene.workload is not None:
        coverage = (*coverage, *scene.workload.coverage.gaps)
    answer = UpgradeCheck(
        cluster=scene.parts.estate.snapshot.cluster,
        target=f"capi:{namespace}/{name}",
        verdict=_verdict(made),
        current=str(scene.current or ""),
        version=version,
        hops=hops(scene),
        gaps=coverage,
    )
    return longest(partial(_page, answer, made), len(made), BUDGET)


TOOL = Tool(capi_check_upgrade, Effect.READ, "Check an upgrade of a workload cluster")


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


def _verdict(made: list[Check]) -> Verdict:
    found = {one.status for one in made}
    if Status.BLOCK in found:
        return "blocked"
    return "ready with warnings" if found & {Status.WARN, Status.NOT_CHECKED} else "ready"


def _page(answer: UpgradeCheck, made: list[Check], most: int) -> UpgradeCheck:
    left = len(made) - most
    return answer.model_copy(update={"checks": tuple(made[:most]), "left_out": left})
