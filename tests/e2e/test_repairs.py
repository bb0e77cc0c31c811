"""Faults before `clusterwright fix`: repaired, asked about, refused, or left alone."""

import anyio
import pytest

from clusterwright.cli.judge.mend import mend_all, summary
from clusterwright.cli.judge.table import mended_table
from clusterwright.deploy.sandbox import Instance
from clusterwright.deploy.sandbox.scenario.card import Domain
from clusterwright.deploy.sandbox.scenario.connect import connect
from clusterwright.deploy.sandbox.scenario.lifecycle import purge
from clusterwright.deploy.sandbox.scenario.load import load_of
from tests.e2e.drawn import MOST_REPAIRED, drawn, seed_of_commit


@pytest.mark.timeout(1_500)
@pytest.mark.parametrize("domain", ["kubernetes", "helm"])
def test_fix_does_what_is_right_about_faults(sandbox: Instance, domain: Domain) -> None:
    seed = seed_of_commit()
    cluster = connect(sandbox.kubeconfig, sandbox.registry_url or None)
    faults = [one for one in load_of(domain) if one.card.repair is not None]
    faults = [one.render(seed) for one in drawn(faults, seed, MOST_REPAIRED[domain])]
    found = anyio.run(mend_all, cluster, sandbox.audit_log, faults, print)
    purge(cluster, wait=True)
    right = all(one.right for one in found)
    assert right, f"seed {seed}\n{mended_table(found)}\n{summary(found)}"
