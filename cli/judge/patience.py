"""How long the judge waits: a workload cluster takes longer than a pod for everything."""

from dataclasses import dataclass

from clusterwright.deploy.sandbox.scenario.card import Domain


@dataclass(frozen=True, slots=True)
class Patience:
    """Seconds for each part of a trial."""

    broken: float
    """Until a fault or a trap has developed."""
    told: float
    """Until it is told: a container that crashes is up for a moment each time."""
    healed: float
    """From the cure until it is well again."""
    silent: float
    """And from then until nothing is told any more."""


PATIENCE: dict[Domain, Patience] = {
    "kubernetes": Patience(broken=240.0, told=20.0, healed=240.0, silent=90.0),
    "helm": Patience(broken=240.0, told=20.0, healed=240.0, silent=90.0),
    "prometheus": Patience(broken=240.0, told=30.0, healed=240.0, silent=90.0),
    "gpu": Patience(broken=240.0, told=20.0, healed=240.0, silent=90.0),
    "cluster_api": Patience(broken=300.0, told=30.0, healed=240.0, silent=90.0),
}
