"""Faults of a sandbox before `clusterwright fix`, each judged by what is right about it."""

from collections.abc import Sequence

import anyio

from clusterwright.cli.judge.mend import Mended, mend_all, summary
from clusterwright.cli.judge.table import mended_table
from clusterwright.deploy.sandbox import Instance
from clusterwright.deploy.sandbox.scenario.connect import connect
from clusterwright.deploy.sandbox.scenario.lifecycle import purge
from clusterwright.deploy.sandbox.scenario.model import Scenario


def mended(instance: Instance, faults: Sequence[Scenario], seed: int) -> list[Mended]:
    """Return what came of faults, all of which came out right."""
    cluster = connect(instance.kubeconfig, instance.registry_url or None)
    rendered = [one.render(seed) for one in faults]
    found = anyio.run(mend_all, cluster, instance.audit_log, rendered, print)
    purge(cluster, wait=True)
    right = all(one.right for one in found)
    assert right, f"seed {seed}\n{mended_table(found)}\n{summary(found)}"
    return found
