"""Faults before `clusterwright fix`: repaired, asked about, refused, or left alone."""

from collections.abc import Sequence

import pytest

from clusterwright.deploy.sandbox import Instance
from clusterwright.deploy.sandbox.scenario.card import Domain
from clusterwright.deploy.sandbox.scenario.load import load_of
from clusterwright.deploy.sandbox.scenario.model import Scenario
from tests.e2e.diagnosed import LONGEST_WAIT
from tests.e2e.drawn import MOST_REPAIRED, drawn, seed_of_commit
from tests.e2e.mended import mended


@pytest.mark.timeout(1_500)
@pytest.mark.parametrize("domain", ["kubernetes", "helm"])
def test_fix_does_what_is_right_about_faults(sandbox: Instance, domain: Domain) -> None:
    seed = seed_of_commit()
    mended(sandbox, drawn(_repairable(domain), seed, MOST_REPAIRED[domain]), seed)


@pytest.mark.timeout(900)
def test_fix_does_what_is_right_about_faults_of_gpus(gpu_sandbox: Instance) -> None:
    seed = seed_of_commit()
    quick = [one for one in _repairable("gpu") if one.card.told_within <= LONGEST_WAIT]
    repaired = [one for one in quick if one.card.repair == "fixed"]  # few: one has its turn
    others = [one for one in quick if one not in repaired]
    chosen = [*drawn(repaired, seed, 1), *drawn(others, seed, MOST_REPAIRED["gpu"] - 1)]
    mended(gpu_sandbox, chosen, seed)


def _repairable(domain: Domain) -> Sequence[Scenario]:
    return [one for one in load_of(domain) if one.card.repair is not None]
