"""Every fault before `clusterwright fix`: repaired, asked about, refused, or left alone."""

import random

import anyio
import pytest

from clusterwright.cli.judge.mend import mend_all, summary
from clusterwright.cli.judge.table import mended_table
from clusterwright.deploy.sandbox import Instance
from clusterwright.deploy.sandbox.scenario.connect import connect
from clusterwright.deploy.sandbox.scenario.lifecycle import purge
from clusterwright.deploy.sandbox.scenario.load import load_of

_SEEDS = 1_000_000


@pytest.mark.timeout(1_500)
def test_fix_does_what_is_right_about_every_fault(sandbox: Instance) -> None:
    seed = random.randrange(_SEEDS)
    cluster = connect(sandbox.kubeconfig, sandbox.registry_url or None)
    faults = [one.render(seed) for one in load_of("kubernetes") if one.card.repair is not None]
    found = anyio.run(mend_all, cluster, sandbox.audit_log, faults, print)
    purge(cluster, wait=True)
    right = all(one.right for one in found)
    assert right, f"seed {seed}\n{mended_table(found)}\n{summary(found)}"
