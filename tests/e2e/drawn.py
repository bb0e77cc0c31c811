"""Which scenarios a run of the tests judges: as many as there is time for, drawn by the commit.

Each commit draws others, so that in the long run all are judged, and the same commit the same, so
that what failed can be seen again. `make scenarios` and `make repairs` judge all of them.
"""

import os
import random
import subprocess
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import TypeVar

import pytest

from clusterwright.deploy.sandbox.scenario.card import Domain
from clusterwright.deploy.sandbox.scenario.load import load
from clusterwright.deploy.sandbox.scenario.model import Scenario

ALL = "CLUSTERWRIGHT_ALL_SCENARIOS"
"""Set in the environment: judge every one."""
MOST: dict[Domain, int] = {
    "kubernetes": 18,
    "cluster_api": 9,
    "helm": 14,
    "prometheus": 12,
    "gpu": 10,
}
"""Of a domain: what takes at most four minutes on two cores."""
MOST_REPAIRED: dict[Domain, int] = {"kubernetes": 8, "helm": 5, "gpu": 4}
SEEDS = 1_000_000
_ROOT = Path(__file__).parents[2]
_S = TypeVar("_S", bound=Scenario)


def seed_of_commit() -> int:
    """Return the seed of what is checked out; any, where that is no commit."""
    command = ["git", "-C", str(_ROOT), "rev-parse", "HEAD"]
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=20, check=True)
    except (OSError, subprocess.SubprocessError):
        return random.randrange(SEEDS)
    return int(done.stdout.strip(), 16) % SEEDS


def has_turn(one: int, of: int) -> bool:
    """Return whether this commit has the turn of a test that shares its time with others."""
    return bool(os.environ.get(ALL)) or seed_of_commit() % of == one


def in_turn(one: int, of: int) -> pytest.MarkDecorator:
    """Return the mark of a long test that takes turns with others, commit by commit."""
    return pytest.mark.skipif(not has_turn(one, of), reason="another commit has its turn")


def drawn(scenarios: Sequence[_S], seed: int, most: int) -> list[_S]:
    """Return at most so many, in their order; faults and traps keep their share.

    One fault of each family of findings comes first, for as long as there is room.
    """
    if len(scenarios) <= most or os.environ.get(ALL):
        return list(scenarios)
    dice = random.Random(seed)
    faults = [one for one in scenarios if one.card.kind == "fault"]
    traps = [one for one in scenarios if one.card.kind == "trap"]
    share = round(most * len(faults) / len(scenarios))
    chosen = _of_each_family(faults, dice)[:share]
    chosen += dice.sample([one for one in faults if one not in chosen], share - len(chosen))
    chosen += dice.sample(traps, most - share)
    return [one for one in scenarios if one in chosen]


def _of_each_family(faults: Sequence[_S], dice: random.Random) -> list[_S]:
    """Return one fault of each family, in a random order of these."""
    families: dict[str, list[_S]] = {}
    for one in faults:
        families.setdefault(family(one), []).append(one)
    found = [dice.choice(families[name]) for name in sorted(families)]
    return dice.sample(found, len(found))


def family(fault: Scenario) -> str:
    """Return what a fault is about, as its finding's code begins: pod, service, rule, gpu."""
    return _family(fault.name)


@cache
def _family(name: str) -> str:
    return load(name).render(0).truth[0].code.partition("/")[0]
