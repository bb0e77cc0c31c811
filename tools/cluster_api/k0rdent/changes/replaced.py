"""Which machines other values or another template may replace: a chart decides, so all may be."""

from dataclasses import replace

from clusterwright.tools.cluster_api.changes.pools import control_plane_of, is_classy, pools_of
from clusterwright.tools.cluster_api.changes.rollout import Rollout, is_hosted, rollout, wave_of
from clusterwright.tools.cluster_api.changes.standing import require_steady
from clusterwright.tools.cluster_api.estate import estate_of
from clusterwright.tools.cluster_api.k0rdent.changes.deployment_change import cluster_here
from clusterwright.tools.kubernetes.changes.step import Scene
from clusterwright.tools.manifest import Manifest
from clusterwright.tools.trust.risk import Risk

_DECIDES = "its chart decides which machines may be replaced; at worst all of these are"
_AT_ONCE = (
    "Flux applies the whole chart at once: pools do not wait for the control plane, unless their"
    " providers see to it"
)

VALIDATED = Rollout((), ((Risk.LOW, "k0rdent only validates it"),), 0)
"""What comes of a dry run."""


def replaced(scene: Scene, deployment: Manifest, felt: str, *, upgrades: bool = False) -> Rollout:
    """Return what is told of the machines of a ClusterDeployment; `felt` is the risk in general.

    Where a topology `upgrades` Kubernetes, its pools go one after the other. Raises RefusedError
    for a Cluster on which nothing moves.
    """
    general = (Risk.HIGH, felt)
    cluster, seen = cluster_here(scene, deployment)
    if cluster is None:
        why = f"which machines may be replaced, and what runs on them, is not known: {seen.why_not}"
        return Rollout((why,), (general,), 0)
    require_steady(cluster)
    estate = estate_of(scene.around)
    own = control_plane_of(estate, cluster)
    first = () if is_hosted(own) else (own,)
    waves = [wave_of(one) for one in (*first, *pools_of(estate, cluster))]
    comes = rollout(waves, seen, at_once=not (upgrades and is_classy(cluster)))
    if not comes.notes:
        bare = "it has no Machines here, so that nobody knows which of them may be replaced"
        return Rollout((bare,), (general,), 0)
    aside = (_AT_ONCE,) if first and not is_classy(cluster) else ()
    return replace(
        comes,
        notes=(_DECIDES, *aside, *comes.notes),
        risks=(general, *((risk, f"at worst {said}") for risk, said in comes.risks)),
    )
