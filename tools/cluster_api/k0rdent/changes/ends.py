"""What ends with the cluster of a ClusterDeployment, and must be accepted by whoever ends it."""

from collections.abc import Sequence
from dataclasses import replace

from clusterwright.tools.cluster_api.changes.cluster_change import elsewhere
from clusterwright.tools.cluster_api.changes.dependents import (
    Dependents,
    dependents,
    require_accepted,
    require_another,
    require_movable,
)
from clusterwright.tools.cluster_api.changes.rollout import Rollout
from clusterwright.tools.cluster_api.k0rdent.changes.deployment_change import (
    cluster_here,
    clusters_here,
    nothing_made,
    require_each,
)
from clusterwright.tools.errors import RefusedError
from clusterwright.tools.kubernetes.changes.step import Scene
from clusterwright.tools.manifest import Json, Manifest
from clusterwright.tools.ref import Ref
from clusterwright.tools.trust.risk import Risk


def require_endable(scene: Scene, deployment: Manifest) -> None:
    """Raise RefusedError for a cluster whose deletion would hang, or take this one away."""
    require_each(scene, deployment, require_movable)
    require_each(scene, deployment, lambda one: require_another(scene, one))


def accepted_ends(
    scene: Scene, deployment: Manifest, accept: Sequence[str]
) -> tuple[Dependents, ...]:
    """Return what goes with a cluster; raise RefusedError unless all of it was accepted."""
    return require_accepted(Ref.of(deployment), _ends(scene, deployment), accept)


def ended(
    scene: Scene, deployment: Manifest, why: str, accept: Sequence[str]
) -> tuple[Dependents, ...]:
    """Return what goes with a cluster where another chart takes its place; nothing without a `why`.

    Raises RefusedError, which begins with it, for what must not go or was not accepted.
    """
    if not why:
        return ()
    try:
        require_endable(scene, deployment)
        return accepted_ends(scene, deployment, accept)
    except RefusedError as error:
        raise RefusedError(f"{why}; {error}", hint=error.hint) from None


def with_ends(comes: Rollout, why: str, ends: Sequence[Dependents]) -> Rollout:
    """Return what is told of machines, and before that what ends."""
    risks = ((Risk.HIGH, one.line()) for one in ends)
    return replace(
        comes, notes=(*((why,) if why else ()), *comes.notes), risks=(*risks, *comes.risks)
    )


def bound_ends(ends: Sequence[Dependents]) -> list[Json]:
    """Return what a plan holds for of that which ends."""
    return [[one.word, *one.refs] for one in ends if one.bound]


def _ends(scene: Scene, deployment: Manifest) -> list[Dependents]:
    """Return what goes with each Cluster; one that is not here was not looked at."""
    own = clusters_here(scene, deployment)
    if not own:
        _, seen = cluster_here(scene, deployment)
        return [] if nothing_made(scene, deployment) else dependents(seen)
    found = list(dependents(elsewhere(scene, Ref.of(own[0]))))
    for one in own[1:]:
        seen = elsewhere(scene, Ref.of(one))
        why = f"{Ref.of(one).namespace}/{Ref.of(one).name}: {seen.why_not}"
        found += dependents(replace(seen, why_not=why))
    return found
