"""The same state of a cluster gives the same bytes, run for run, in processes of their own."""

import json

import pytest

from clusterwright.deploy.sandbox import Instance
from clusterwright.deploy.sandbox.scenario.connect import connect
from clusterwright.deploy.sandbox.scenario.lifecycle import break_, remove
from clusterwright.deploy.sandbox.scenario.load import load
from tests.e2e.root_causes import root_causes

STILL = ("argo-service", "ingress-backend", "ingress-port", "selector-mismatch", "target-port")
"""Faults that nothing tries again, so that no event is counted up meanwhile."""
RUNS = 10


@pytest.mark.timeout(600)
def test_ten_runs_on_the_same_state_give_the_same_bytes(sandbox: Instance) -> None:
    cluster = connect(sandbox.kubeconfig, sandbox.registry_url or None)
    faults = [load(name).render(seed=10) for name in STILL]
    own = {one.namespace for one in faults}
    try:
        break_(cluster, faults)
        answers = {_diagnosed(sandbox, own, hash_seed=run) for run in range(RUNS)}
        assert len(answers) == 1, "\n".join(sorted(answers))
        [answer] = answers
        told = {(root["code"], root["subject"]) for root in json.loads(answer)}
        truths = {(t.code, str(t.subject)) for one in faults for t in one.truth}
        assert told == truths
    finally:
        remove(cluster, faults, wait=True)


def _diagnosed(instance: Instance, namespaces: set[str], *, hash_seed: int) -> str:
    """Return what is told of some namespaces when the whole cluster is asked about."""
    roots = root_causes(instance, PYTHONHASHSEED=str(hash_seed))
    return json.dumps([one for one in roots if set(one["subject"].split("/")) & namespaces])
