"""Which machines other values or another template may replace: a chart decides, so all may be."""

from collections.abc import Iterator, Sequence
from dataclasses import replace

from clusterwright.tools.cluster_api.changes.cluster_change import elsewhere
from clusterwright.tools.cluster_api.changes.pools import (
    Pool,
    control_plane_of,
    is_classy,
    pools_of,
)
from clusterwright.tools.cluster_api.changes.rollout import (
    Rollout,
    Wave,
    is_hosted,
    rollout,
    wave_of,
)
from clusterwright.tools.cluster_api.changes.standing import require_steady
from clusterwright.tools.cluster_api.estate import MACHINE, Estate, by_name, estate_of
from clusterwright.tools.cluster_api.k0rdent.changes.deployment_change import (
    cluster_here,
    clusters_here,
    require_each,
)
from clusterwright.tools.kubernetes.changes.step import Scene
from clusterwright.tools.manifest import Manifest, name_of
from clusterwright.tools.ref import Ref
from clusterwright.tools.trust.risk import Risk

_DECIDES = "its chart decides which machines may be replaced; at worst all of these are"
_AT_ONCE = (
    "Flux applies the whole chart at once: pools do not wait for the control plane, unless their"
    " providers see to it"
)

VALIDATED = Rollout((), ((Risk.LOW, "k0rdent only validates it"),), 0)
"""What comes of a dry run."""


_CLUSTERS = 3
"""Clusters of one release that are told one by one."""


class _Rest(Pool):
    """The Machines of a Cluster that are of no pool: of a MachineSet alone, or of nobody."""

    @property
    def role(self) -> str:
        """What they are called in a sentence."""
        return "machines of no pool"


class _Left(Wave):
    """How those go: nothing says it, so that nothing is said to serve meanwhile."""

    def how(self) -> str:
        """Return how they are replaced."""
        return "replaced as their owner sees fit, at worst all at once"


def replaced(scene: Scene, deployment: Manifest, felt: str, *, upgrades: bool = False) -> Rollout:
    """Return what is told of the machines of a ClusterDeployment; `felt` is the risk in general.

    Where a topology `upgrades` Kubernetes, its pools go one after the other. Raises RefusedError
    for a Cluster on which nothing moves.
    """
    general = (Risk.HIGH, felt)
    require_each(scene, deployment, require_steady)
    own = clusters_here(scene, deployment)
    if not own:
        _, seen = cluster_here(scene, deployment)
        why = f"which machines may be replaced, and what runs on them, is not known: {seen.why_not}"
        return Rollout((why,), (general,), 0)
    parts = {Ref.of(one): _of(scene, one, upgrades=upgrades) for one in own}
    notes: list[str] = []
    for ref, part in list(parts.items())[:_CLUSTERS]:
        notes += [f"of {ref}:", *part.notes] if len(own) > 1 else part.notes
    if len(own) > _CLUSTERS:
        notes.append(f"and {len(own) - _CLUSTERS} more Clusters")
    risks = dict.fromkeys(risk for part in parts.values() for risk in part.risks)
    return Rollout(tuple(notes), (general, *risks), max(one.turns for one in parts.values()))


def _of(scene: Scene, cluster: Manifest, *, upgrades: bool) -> Rollout:
    """Return what is told of the machines of one Cluster."""
    estate, seen = estate_of(scene.around), elsewhere(scene, Ref.of(cluster))
    own, pools = control_plane_of(estate, cluster), pools_of(estate, cluster)
    first = () if is_hosted(own) else (own,)
    waves = [*(wave_of(one) for one in (*first, *pools)), *_left(estate, cluster, (own, *pools))]
    comes = rollout(waves, seen, at_once=not (upgrades and is_classy(cluster)))
    if not comes.notes:
        bare = "it has no Machines here, so that nobody knows which of them may be replaced"
        return Rollout((bare,), (), 0)
    aside = (_AT_ONCE,) if first and not is_classy(cluster) else ()
    return replace(
        comes,
        notes=(_DECIDES, *aside, *comes.notes),
        risks=tuple((risk, f"at worst {said}") for risk, said in comes.risks),
    )


def _left(estate: Estate, cluster: Manifest, pools: Sequence[Pool]) -> Iterator[Wave]:
    """Yield the Machines of a Cluster that are in none of its pools."""
    known = {name_of(machine) for one in pools for machine in one.machines}
    left = tuple(by_name(m for m in estate.of(MACHINE, cluster) if name_of(m) not in known))
    if left:
        yield _Left(_Rest("", None, {}, (), {}, left), 0, len(left))
