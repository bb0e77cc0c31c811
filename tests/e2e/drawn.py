"""Which scenarios a run of the tests judges: as many as its domain has time for, drawn by the seed.

Each run draws others; `make scenarios` and `make repairs` judge all of them.
"""

import os
import random
from collections.abc import Sequence
from typing import TypeVar

from clusterwright.deploy.sandbox.scenario.card import Domain
from clusterwright.deploy.sandbox.scenario.model import Scenario

ALL = "CLUSTERWRIGHT_ALL_SCENARIOS"
"""Set in the environment: judge every one."""
MOST = {"cluster_api": 14}
"""Of a domain: what takes about four minutes on two cores; others judge all that they have."""
MOST_REPAIRED: dict[Domain, int] = {"kubernetes": 28, "helm": 16}
_S = TypeVar("_S", bound=Scenario)


def drawn(scenarios: Sequence[_S], seed: int, most: int) -> list[_S]:
    """Return at most so many, in their order; faults and traps keep their share."""
    if len(scenarios) <= most or os.environ.get(ALL):
        return list(scenarios)
    dice = random.Random(seed)
    chosen: list[_S] = []
    for kind in ("fault", "trap"):
        own = [one for one in scenarios if one.card.kind == kind]
        chosen += dice.sample(own, round(most * len(own) / len(scenarios)))
    return [one for one in scenarios if one in chosen]
