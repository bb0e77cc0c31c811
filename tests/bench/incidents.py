"""How many composed incidents are diagnosed right, and what a diagnosis over all servers takes.

The written ones are the same each time; the fresh ones are made up from the commit that is checked
out. An incident counts only if a true cause comes first, all are told, and no symptom is told as a
cause.
"""

import os
import statistics
import subprocess
import time
from collections.abc import Iterator, Sequence
from functools import partial

import click

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
from tests.bench.figures import command
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
        yield _share("composed_top1", cluster, written)
        yield _share("composed_fresh_top1", cluster, fresh(seed_of_commit(), _FRESH))
    finally:
        if not reused:
            down(name)


def _share(name: str, cluster: Cluster, composed: Sequence[Composed]) -> Figure:
    outcomes = judge_incidents(cluster, composed, partial(click.echo, err=True))
    click.echo(f"{incident_table(outcomes)}\n{summary(outcomes)}", err=True)
    share = sum(one.right for one in outcomes) / max(len(outcomes), 1)
    return Figure(name, round(share, 3), "share", more_is_better=True)


def _seconds(cluster: Cluster, instance: Instance) -> float:
    """Return the median seconds of `clusterwright diagnose`, from its start to its exit."""
    faults = [load(one).render(1) for one in _HANDFUL]
    break_(cluster, faults)
    try:
        return round(statistics.median(_diagnose(instance) for _ in range(_RUNS)), 2)
    finally:
        remove(cluster, faults, wait=True)


def _diagnose(instance: Instance) -> float:
    arguments = ["diagnose", "--kubeconfig", str(instance.kubeconfig), "-o", "json"]
    started = time.perf_counter()
    done = subprocess.run(
        [command("clusterwright"), *arguments], stdout=subprocess.DEVNULL, check=False
    )
    seconds = time.perf_counter() - started
    if done.returncode != 1:
        raise RuntimeError(f"diagnose ended with {done.returncode}; it should have found problems")
    return seconds
