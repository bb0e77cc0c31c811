"""Judge scenarios: break them in a sandbox, ask the real MCP server, compare with the truth.

It breaks scenarios that stay in a namespace together and those of cluster scope one by one, waits
until each has developed, and calls the problems tool. Then it heals, and calls until nothing is
reported any more. What it made is removed in the end, however it ends.
"""

from collections.abc import Callable, Sequence
from functools import partial

import anyio
from anyio import to_thread

from clusterwright.agents.hub import Hub, connect
from clusterwright.cli.judge.report import JudgeReport, Row
from clusterwright.cli.judge.trial import Trial, ask, cure, develop, listen, settle
from clusterwright.deploy.sandbox.scenario.kubectl import Cluster
from clusterwright.deploy.sandbox.scenario.lifecycle import remove
from clusterwright.deploy.sandbox.scenario.model import Rendered, Scenario

Say = Callable[[str], None]


def judge(cluster: Cluster, scenarios: Sequence[Scenario], seed: int, say: Say) -> JudgeReport:
    """Return how every scenario came out; `say` is told what is going on.

    Those that need a real node are left out, and this is said, where the sandbox has none.
    """
    able = [one for one in scenarios if cluster.has_node or one.card.needs != "node"]
    if len(able) < len(scenarios):
        left_out = ", ".join(one.name for one in scenarios if one not in able)
        say(f"no real node in this sandbox: only node-free scenarios are judged, not {left_out}")
    rendered = [scenario.render(seed) for scenario in able]
    return anyio.run(_judge, cluster, rendered, say)


async def _judge(cluster: Cluster, rendered: Sequence[Rendered], say: Say) -> JudgeReport:
    from clusterwright.servers.kubernetes import create_server

    together = [one for one in rendered if one.card.scope == "namespaced"]
    alone = [one for one in rendered if one.card.scope == "cluster"]
    rows: list[Row] = []
    try:
        say("removing what an earlier run may have left")
        await to_thread.run_sync(partial(remove, cluster, rendered, wait=True))
        async with connect({"kubernetes": create_server(kubeconfig=cluster.kubeconfig)}) as hub:
            for one in alone:
                rows += await _run(cluster, hub, [one], say)
                await to_thread.run_sync(partial(remove, cluster, [one], wait=True))
            if together:
                rows += await _run(cluster, hub, together, say)
    finally:
        with anyio.CancelScope(shield=True):
            await to_thread.run_sync(remove, cluster, rendered)
    return JudgeReport(rows)


async def _run(cluster: Cluster, hub: Hub, rendered: Sequence[Rendered], say: Say) -> list[Row]:
    trials = [Trial(one) for one in rendered]
    await settle(hub, trials)
    say(f"breaking {', '.join(one.name for one in rendered)}")
    await to_thread.run_sync(develop, cluster, trials)
    say("asking for problems")
    await ask(hub, trials)
    say("healing")
    await to_thread.run_sync(cure, cluster, trials)
    await listen(hub, trials)
    return [trial.row for trial in trials]
