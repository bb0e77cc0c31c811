"""Break a sandbox, look whether it is broken, heal it, and clean up: many scenarios at once."""

from collections.abc import Iterable, Sequence

from clusterwright.deploy.sandbox.scenario.errors import NeedsNodeError
from clusterwright.deploy.sandbox.scenario.kubectl import Cluster
from clusterwright.deploy.sandbox.scenario.model import CLUSTER_SCOPED, MARK, Rendered
from clusterwright.deploy.sandbox.scenario.progress import Report, silent
from clusterwright.deploy.sandbox.scenario.run import Run, run_all, unmet_of
from clusterwright.tools.manifest import texts
from clusterwright.tools.ref import Ref

BREAK_SECONDS = 120.0
HEAL_SECONDS = 120.0


def break_(
    cluster: Cluster,
    scenarios: Sequence[Rendered],
    *,
    report: Report = silent,
    seconds: float = BREAK_SECONDS,
) -> None:
    """Apply all scenarios, then wait until each fault or trap has really developed.

    Raises NeedsNodeError before anything is applied, NotDevelopedError after `seconds`.
    """
    needy = [one.name for one in scenarios if one.card.needs == "node"]
    if needy and not cluster.has_node:
        raise NeedsNodeError(
            f"this sandbox has no real node, which {', '.join(needy)} need",
            hint="on Linux as root `clusterwright sandbox up` starts one; or choose a scenario "
            "that `clusterwright sandbox scenarios` lists without need of a node",
        )
    images = sorted({image for one in scenarios for image in one.images})
    if images:
        cluster.push(images)
    run_all(cluster, [Run(one, one.stages) for one in scenarios], seconds=seconds, report=report)


def is_developed(cluster: Cluster, rendered: Rendered) -> bool:
    """Return whether the fault or the trap is there at this moment."""
    return not unmet_of(cluster, rendered, rendered.developed)


def heal(
    cluster: Cluster,
    scenarios: Iterable[Rendered],
    *,
    report: Report = silent,
    seconds: float = HEAL_SECONDS,
) -> None:
    """Apply the cure of each fault, then wait until each is well; traps are left as they are."""
    runs = [Run(one, (one.cure,)) for one in scenarios if one.has_cure]
    run_all(cluster, runs, seconds=seconds, report=report)


def is_healed(cluster: Cluster, rendered: Rendered) -> bool:
    """Return whether the conditions of the cure hold at this moment."""
    return not unmet_of(cluster, rendered, rendered.healed)


def remove(cluster: Cluster, scenarios: Iterable[Rendered], *, wait: bool = False) -> None:
    """Delete everything that the scenarios made, broken or healed.

    With `wait`, return once it is gone; a name can be used again only then.
    """
    chosen = tuple(scenarios)
    for rendered in chosen:
        everything = (*rendered.objects, *rendered.cure.apply)
        for manifest in everything:
            if texts(manifest, "metadata", "finalizers"):
                cluster.release(Ref.of(manifest))
        for ref in {Ref.of(one) for one in everything if one["kind"] in CLUSTER_SCOPED}:
            cluster.delete(ref)
    if wait:
        for rendered in chosen:
            cluster.delete(Ref("Namespace", rendered.namespace), wait=True)


def purge(cluster: Cluster) -> tuple[Ref, ...]:
    """Delete what scenarios of any seed have left, and return the namespaces and the like."""
    label = ",".join(f"{key}={value}" for key, value in MARK.items())
    found = tuple(Ref.of(one) for one in cluster.marked(CLUSTER_SCOPED, label))
    for namespace in (ref.name for ref in found if ref.kind == "Namespace"):
        for held in cluster.get(["ConfigMap"], namespace):
            if texts(held, "metadata", "finalizers"):
                cluster.release(Ref.of(held))
    for ref in found:
        cluster.delete(ref)
    return found
