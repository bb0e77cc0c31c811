"""Judge scenarios: break them in a sandbox, ask the real MCP server, compare with the truth.

It breaks scenarios of Kubernetes, and those of Helm, together where they stay in a namespace and
one by one where they are of cluster scope, waits until each has developed, and calls the problems
tools. Then it heals, and calls until nothing is reported any more. Those of Cluster API go their
own way each, a few at a time, since a workload cluster costs memory and a state of one passes. What
it made is removed in the end, however it ends.
"""

from collections.abc import Awaitable, Callable, Sequence
from functools import partial

import anyio
from anyio import to_thread

from clusterwright.agents.hub import Hub, Target, connect
from clusterwright.cli.judge.patience import PATIENCE
from clusterwright.cli.judge.report import JudgeReport, Row
from clusterwright.cli.judge.table import table
from clusterwright.cli.judge.trial import Trial, ask, cure, develop, listen, settle
from clusterwright.deploy.sandbox.scenario.card import Domain, Needs
from clusterwright.deploy.sandbox.scenario.kubectl import Cluster
from clusterwright.deploy.sandbox.scenario.lifecycle import remove
from clusterwright.deploy.sandbox.scenario.model import Rendered, Scenario
from clusterwright.tools.errors import ToolError

Say = Callable[[str], None]
Look = Callable[[Hub, Rendered], Awaitable[None]]


_TOGETHER: tuple[Domain, ...] = ("kubernetes", "helm", "prometheus", "gpu")
_APART_AT_ONCE = 6
"""Workload clusters that develop at a time: 300 MB each, and half a minute of a processor."""


async def _nothing(_hub: Hub, _rendered: Rendered) -> None:
    """Look at nothing more."""


def judge(
    cluster: Cluster,
    scenarios: Sequence[Scenario],
    seed: int,
    say: Say,
    look: Look = _nothing,
) -> JudgeReport:
    """Return how every scenario came out; `say` is told what is going on.

    `look` may look further at each that has developed, before it is healed.

    Those that need what this sandbox lacks are left out, and this is said.
    """
    able = [one for one in scenarios if is_able(cluster, one.card.needs)]
    if len(able) < len(scenarios):
        left_out = ", ".join(one.name for one in scenarios if one not in able)
        say(
            "not judged, for want of a real node, Cluster API, Prometheus or GPUs in this sandbox:"
            f" {left_out}"
        )
    rendered = [scenario.render(seed) for scenario in able]
    return anyio.run(_judge, cluster, rendered, say, look)


def is_able(cluster: Cluster, needs: Needs) -> bool:
    """Return whether a sandbox has what a scenario needs."""
    match needs:
        case "node":
            return cluster.has_node
        case "cluster-api":
            return cluster.has_cluster_api
        case "prometheus":
            return cluster.has_prometheus and cluster.has_node
        case "gpu":
            return cluster.has_gpu
        case "control-plane":
            return True


async def _judge(
    cluster: Cluster, rendered: Sequence[Rendered], say: Say, look: Look
) -> JudgeReport:
    rows: list[Row] = []
    try:
        say("removing what an earlier run may have left")
        await to_thread.run_sync(partial(remove, cluster, rendered, wait=True))
        of = {domain: [one for one in rendered if one.card.domain == domain] for domain in PATIENCE}
        for domain in _TOGETHER:
            if of[domain]:
                servers = await to_thread.run_sync(_servers, domain, cluster)
                rows += await _together(cluster, servers, of[domain], say, look)
        if of["cluster_api"]:
            rows += await _apart(cluster, of["cluster_api"], say, look)
    finally:
        with anyio.CancelScope(shield=True):
            await to_thread.run_sync(remove, cluster, rendered)
    return JudgeReport(rows)


def _servers(domain: Domain, cluster: Cluster) -> dict[str, Target]:
    """Return the servers that are asked about scenarios of a domain: a release has pods too."""
    from clusterwright.servers import gpu, helm, kubernetes, prometheus

    found: dict[str, Target] = {
        "kubernetes": kubernetes.create_server(kubeconfig=cluster.kubeconfig)
    }
    if domain == "helm":
        found["helm"] = helm.create_server(kubeconfig=cluster.kubeconfig)
    if domain == "prometheus":
        found["prometheus"] = prometheus.create_server(kubeconfig=cluster.kubeconfig)
    if domain == "gpu":
        found["gpu"] = gpu.create_server(kubeconfig=cluster.kubeconfig)
    return found


async def _together(
    cluster: Cluster,
    servers: dict[str, Target],
    rendered: Sequence[Rendered],
    say: Say,
    look: Look,
) -> list[Row]:
    together = [one for one in rendered if one.card.scope == "namespaced"]
    alone = [one for one in rendered if one.card.scope == "cluster"]
    rows: list[Row] = []
    async with connect(servers) as hub:
        for one in alone:
            rows += await _run(cluster, hub, [one], say, look)
            await to_thread.run_sync(partial(remove, cluster, [one], wait=True))
        if together:
            rows += await _run(cluster, hub, together, say, look)
    return rows


async def _apart(cluster: Cluster, rendered: Sequence[Rendered], say: Say, look: Look) -> list[Row]:
    """Judge each by itself, from its breaking to its end, so many at a time.

    What is told late begins first, so that the others come and go meanwhile.
    """
    from clusterwright.servers.cluster_api import create_server

    limiter = anyio.CapacityLimiter(_APART_AT_ONCE)
    rows: list[Row] = []

    async def run(hub: Hub, one: Rendered) -> None:
        async with limiter:
            [row] = await _run(cluster, hub, [one], say, look)
            try:
                await to_thread.run_sync(partial(remove, cluster, [one], wait=True))
            except ToolError as error:
                row.failure = row.failure or str(error)
            say(table([row]).partition("\n")[2])
            rows.append(row)

    servers = {"cluster-api": create_server(kubeconfig=cluster.kubeconfig)}
    async with connect(servers) as hub, anyio.create_task_group() as tasks:
        for one in sorted(rendered, key=lambda one: -one.card.told_within):
            tasks.start_soon(run, hub, one)
    return rows


async def _run(
    cluster: Cluster, hub: Hub, rendered: Sequence[Rendered], say: Say, look: Look
) -> list[Row]:
    trials, names = [Trial(one) for one in rendered], ", ".join(one.name for one in rendered)
    await settle(hub, trials)
    say(f"breaking {names}")
    await to_thread.run_sync(develop, cluster, trials)
    say(f"asking for problems of {names}")
    await ask(hub, trials)
    for trial in trials:
        if not trial.row.failure:
            await look(hub, trial.rendered)
    say(f"healing {names}")
    await to_thread.run_sync(cure, cluster, trials)
    await listen(hub, trials)
    return [trial.row for trial in trials]
