"""Break a sandbox, look whether it is broken, heal it, and clean up: many scenarios at once."""

from collections.abc import Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial

from clusterwright.deploy.sandbox.scenario.card import Domain
from clusterwright.deploy.sandbox.scenario.clusters import remove_clusters
from clusterwright.deploy.sandbox.scenario.errors import (
    NeedsClusterApiError,
    NeedsGpuError,
    NeedsNodeError,
    NeedsPrometheusError,
)
from clusterwright.deploy.sandbox.scenario.kubectl import Cluster
from clusterwright.deploy.sandbox.scenario.left import end_left
from clusterwright.deploy.sandbox.scenario.metrics import SOMEBODY, end_silences
from clusterwright.deploy.sandbox.scenario.model import (
    CLUSTER_SCOPED,
    CLUSTER_SCOPED_OF_GPU,
    MARK,
    Rendered,
)
from clusterwright.deploy.sandbox.scenario.progress import Report, silent
from clusterwright.deploy.sandbox.scenario.run import Run, run_all, unmet_of
from clusterwright.tools.manifest import text, texts
from clusterwright.tools.ref import Ref

BREAK_SECONDS: dict[Domain, float] = {
    "kubernetes": 120.0,
    "cluster_api": 300.0,
    "helm": 120.0,
    "prometheus": 120.0,
    "gpu": 120.0,
}
HEAL_SECONDS: dict[Domain, float] = {
    "kubernetes": 120.0,
    "cluster_api": 240.0,
    "helm": 120.0,
    "prometheus": 120.0,
    "gpu": 120.0,
}
"""Patience for each domain: a workload cluster takes a minute until anything can break in it."""
_PAUSES: dict[Domain, float] = {
    "kubernetes": 0.5,
    "cluster_api": 2.0,
    "helm": 0.5,
    "prometheus": 1.0,
    "gpu": 0.5,
}
"""Seconds from one look at a scenario's conditions to the next."""
_THREADS = 4
_HELD_KINDS = ("ConfigMap",)
"""Kinds to which a scenario gives finalizers of its own."""


def break_(
    cluster: Cluster,
    scenarios: Sequence[Rendered],
    *,
    report: Report = silent,
    seconds: float | None = None,
    pause: float | None = None,
) -> None:
    """Apply all scenarios, then wait until each fault or trap has really developed.

    Raises NeedsNodeError and NeedsClusterApiError before anything is applied, NotDevelopedError
    after `seconds`, by default what the slowest domain takes; `pause` lies between two looks.
    """
    _check_needs(cluster, scenarios)
    images = sorted({image for one in scenarios for image in one.images})
    if images:
        cluster.push(images)
    runs = [Run(one, one.stages) for one in scenarios]
    _run(cluster, runs, BREAK_SECONDS, seconds, report, pause)


def _check_needs(cluster: Cluster, scenarios: Sequence[Rendered]) -> None:
    needy = [one.name for one in scenarios if one.card.needs == "node"]
    if needy and not cluster.has_node:
        raise NeedsNodeError(
            f"this sandbox has no real node, which {', '.join(needy)} need",
            hint="on Linux as root `clusterwright sandbox up` starts one; or choose a scenario "
            "that `clusterwright sandbox scenarios` lists without need of a node",
        )
    needy = [one.name for one in scenarios if one.card.needs == "cluster-api"]
    if needy and not cluster.has_cluster_api:
        raise NeedsClusterApiError(
            f"this sandbox runs without Cluster API, which {', '.join(needy)} need",
            hint="`clusterwright sandbox up NAME --capi` starts one that has it",
        )
    needy = [one.name for one in scenarios if one.card.needs == "prometheus"]
    if needy and not cluster.has_prometheus:
        raise NeedsPrometheusError(
            f"this sandbox runs without Prometheus, which {', '.join(needy)} need",
            hint="`clusterwright sandbox up NAME --prometheus` starts one that has it",
        )
    needy = [one.name for one in scenarios if one.card.needs == "gpu"]
    if needy and not cluster.has_gpu:
        raise NeedsGpuError(
            f"this sandbox runs without GPU pools, which {', '.join(needy)} need",
            hint="`clusterwright sandbox up NAME --gpu` starts one that has them",
        )


def _run(
    cluster: Cluster,
    runs: Sequence[Run],
    patience: dict[Domain, float],
    seconds: float | None,
    report: Report,
    pause: float | None = None,
) -> None:
    """Take all runs to their end, at the pace of their domains."""
    domains: set[Domain] = {run.rendered.card.domain for run in runs} or {"kubernetes"}
    limit = max(patience[one] for one in domains) if seconds is None else seconds
    usual = max(_PAUSES[one] for one in domains)
    run_all(cluster, runs, seconds=limit, report=report, pause=pause or usual)


def is_developed(cluster: Cluster, rendered: Rendered) -> bool:
    """Return whether the fault or the trap is there at this moment."""
    return not unmet_of(cluster, rendered, rendered.developed)


def heal(
    cluster: Cluster,
    scenarios: Iterable[Rendered],
    *,
    report: Report = silent,
    seconds: float | None = None,
) -> None:
    """Apply the cure of each fault, then wait until each is well; traps are left as they are."""
    runs = [Run(one, (one.cure,)) for one in scenarios if one.has_cure]
    _run(cluster, runs, HEAL_SECONDS, seconds, report)


def is_healed(cluster: Cluster, rendered: Rendered) -> bool:
    """Return whether the conditions of the cure hold at this moment."""
    return not unmet_of(cluster, rendered, rendered.healed)


def remove(cluster: Cluster, scenarios: Sequence[Rendered], *, wait: bool = False) -> None:
    """Delete everything that the scenarios made, broken or healed.

    With `wait`, return once it is gone; a name can be used again only then. For the end of
    workload clusters it waits in any case.
    """
    end_left(cluster, [one.namespace for one in scenarios])
    for by in {one.by for rendered in scenarios for one in rendered.silences}:
        end_silences(cluster, by)
    made = [one for rendered in scenarios for one in rendered.made]
    held = [Ref.of(one) for one in made if texts(one, "metadata", "finalizers")]
    kinds = CLUSTER_SCOPED | CLUSTER_SCOPED_OF_GPU
    outside = {Ref.of(one) for one in made if text(one, "kind") in kinds}
    if cluster.has_cluster_api:
        own = [one for one in scenarios if one.card.domain == "cluster_api"]
        remove_clusters(cluster, [one.namespace for one in own])
    _delete_all(cluster, held, sorted(outside), wait=wait)


def purge(cluster: Cluster, *, wait: bool = False) -> tuple[Ref, ...]:
    """Delete what scenarios of any seed have left, and return what it was."""
    label = ",".join(f"{key}={value}" for key, value in MARK.items())
    kinds = CLUSTER_SCOPED | CLUSTER_SCOPED_OF_GPU if cluster.has_gpu else CLUSTER_SCOPED
    outside = sorted(Ref.of(one) for one in cluster.marked(kinds, label))
    namespaces = [ref.name for ref in outside if ref.kind == "Namespace"]
    end_left(cluster, namespaces)
    if cluster.has_prometheus:
        end_silences(cluster, SOMEBODY)
    inside = [one for name in namespaces for one in cluster.get(_HELD_KINDS, name)]
    held = [Ref.of(one) for one in inside if texts(one, "metadata", "finalizers")]
    if cluster.has_cluster_api:
        remove_clusters(cluster, namespaces)
    _delete_all(cluster, held, outside, wait=wait)
    return tuple(outside)


def _delete_all(
    cluster: Cluster, held: Sequence[Ref], outside: Sequence[Ref], *, wait: bool
) -> None:
    """Delete at once what lies outside of any namespace; namespaces take the rest with them.

    Nodes go last: a pod ends only with the help of its node.
    """
    nodes = [one for one in outside if one.kind == "Node"]
    others = [one for one in outside if one.kind != "Node"]
    with ThreadPoolExecutor(_THREADS) as threads:
        list(threads.map(cluster.release, held))
        for stage in (others, nodes):
            list(threads.map(cluster.delete, stage))
            if wait:
                list(threads.map(partial(cluster.delete, wait=True), stage))
