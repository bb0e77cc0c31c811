"""How many composed incidents are diagnosed right, and what a diagnosis over all servers takes.

The written ones are the same each time; the fresh ones are made up from the commit that is checked
out. An incident counts only if all servers answered, a true cause comes first, all are told, no
symptom is told as a cause, and symptoms are told under their own. One that cannot be judged counts
as wrong.

Symptoms take seconds to show, so a diagnosis is asked for again until it is right or patience ends;
`composed_first_answer` and `composed_fresh_first_answer` count what was right at once.
"""

import os
import statistics
from collections.abc import Iterator, Sequence
from functools import partial
from typing import Any

import click

from clusterwright.cli.judge.incident_outcome import Outcome
from clusterwright.cli.judge.incident_table import incident_table, summary
from clusterwright.cli.judge.incidents import judge_incidents
from clusterwright.deploy.sandbox import Instance, down, find, runs, up
from clusterwright.deploy.sandbox.incident.compose import Composed, compose
from clusterwright.deploy.sandbox.incident.generate import fresh
from clusterwright.deploy.sandbox.incident.load import load_incidents
from clusterwright.deploy.sandbox.scenario.connect import connect
from clusterwright.deploy.sandbox.scenario.kubectl import Cluster
from clusterwright.deploy.sandbox.scenario.lifecycle import break_, remove
from clusterwright.deploy.sandbox.scenario.load import load
from tests.bench.figure import Figure
from tests.bench.figures import diagnose
from tests.e2e.drawn import seed_of_commit

REUSED = "CLUSTERWRIGHT_BENCH_FULL"
"""Names a sandbox with all parts to measure on, which is then left as it is."""
_FRESH = 40
_RUNS = 5
_HANDFUL = ("bad-image", "missing-configmap", "selector-mismatch", "crash-with-log", "quota")


def incidents() -> Iterator[Figure]:
    """Yield the shares that are right, and the median seconds of five new processes."""
    reused = os.environ.get(REUSED)
    name = reused or "bench-full"
    running = reused and runs(name)
    instance = find(name) if running else up(name, cluster_api=True, prometheus=True, gpu=True)
    cluster = connect(instance.kubeconfig, instance.registry_url or None)
    try:
        yield Figure("diagnose_all_servers_s", _seconds(cluster, instance), "s")
        written = [compose(one, 1) for one in load_incidents()]
        yield from _judged("composed", cluster, written)
        yield from _judged("composed_fresh", cluster, fresh(seed_of_commit(), _FRESH))
    finally:
        if not reused:
            down(name)


def _judged(name: str, cluster: Cluster, composed: Sequence[Composed]) -> Iterator[Figure]:
    outcomes = judge_incidents(cluster, composed, partial(click.echo, err=True))
    click.echo(f"{incident_table(outcomes)}\n{summary(outcomes)}", err=True)
    yield from shares(name, outcomes, len(composed))


def shares(name: str, outcomes: Sequence[Outcome], total: int) -> Iterator[Figure]:
    """Yield how many of all were right in the end, and at the first answer."""
    right = {
        "top1": sum(one.right for one in outcomes),
        "first_answer": sum(bool(one.first_answer) for one in outcomes),
    }
    for what, count in right.items():
        yield Figure(f"{name}_{what}", round(count / total, 3), "share", more_is_better=True)


def _seconds(cluster: Cluster, instance: Instance) -> float:
    """Return the median seconds of `clusterwright diagnose`, from its start to its exit."""
    faults = [load(one).render(1) for one in _HANDFUL]
    break_(cluster, faults)
    try:
        return round(statistics.median(_diagnose(instance) for _ in range(_RUNS)), 2)
    finally:
        remove(cluster, faults, wait=True)


def _diagnose(instance: Instance) -> float:
    seconds, told = diagnose(instance)
    if silent := unanswered(told):
        raise RuntimeError(f"not all servers answered: {', '.join(silent)}")
    return seconds


def unanswered(diagnosis: dict[str, Any]) -> list[str]:
    """Return the servers that had no part in a diagnosis; one of none is of no use either."""
    sources = diagnosis["sources"]
    return [one["server"] for one in sources if not one["answered"]] if sources else ["any"]
