"""Judge incidents: break them in a sandbox, diagnose over all servers, compare with the truth.

They are broken so many at a time as make thirty pods, each in namespaces of its own, and no two
whose nodes have the same: a diagnosis tells that once, for both. A diagnosis is asked for until it
is right or patience ends: alerts, and containers that crash, are late and come and go. How often it
was asked for, whether the first answer was right, and what was wrong on the way is told. What it
made is removed in the end, however it ends.
"""

from collections.abc import Callable, Iterator, Sequence
from functools import partial

import anyio
from anyio import to_thread

from clusterwright.agents.diagnose import diagnose
from clusterwright.agents.hub import Hub, Target, connect
from clusterwright.cli.judge.incident_outcome import Outcome, weigh
from clusterwright.cli.judge.incident_table import complaints
from clusterwright.cli.judge.judge import is_able
from clusterwright.cli.judge.trial import Trial, cure, develop
from clusterwright.deploy.sandbox.incident.compose import Composed
from clusterwright.deploy.sandbox.scenario.kubectl import Cluster
from clusterwright.deploy.sandbox.scenario.lifecycle import remove
from clusterwright.tools.errors import ToolError

Say = Callable[[str], None]
_PODS_AT_ONCE = 30
"""Failing probes and restarts of more than these keep a kubelet's events waiting for minutes."""
_ASKED_AT_ONCE = 2
_PATIENCE_SECONDS, _LONGER_SECONDS = 30.0, 60.0
"""For an answer that is right; and where nothing is wrong but that symptoms do not show yet."""
_SECONDS_BETWEEN_CALLS = 2.0
_SECONDS_BETWEEN_LOOKS = 2.0
"""Each look at an incident is a process, on a machine that starts many containers meanwhile."""


def judge_incidents(
    cluster: Cluster, composed: Sequence[Composed], say: Say, *, heal: bool = False
) -> list[Outcome]:
    """Return how every incident came out; those that this sandbox cannot have are left out.

    With `heal`, heal the causes of those that come up by themselves then, and see that they do.
    """
    able = [one for one in composed if can_happen(cluster, one)]
    if len(able) < len(composed):
        say(f"not judged here: {', '.join(one.name for one in composed if one not in able)}")
    return anyio.run(partial(_judge, cluster, able, say, heal=heal))


def can_happen(cluster: Cluster, one: Composed) -> bool:
    """Return whether a sandbox has all that an incident needs."""
    return all(is_able(cluster, what) for what in one.needs)


async def _judge(
    cluster: Cluster, composed: Sequence[Composed], say: Say, *, heal: bool
) -> list[Outcome]:
    from clusterwright.cli.diagnose import targets

    servers: dict[str, Target] = targets((), cluster.kubeconfig, None)
    outcomes: list[Outcome] = []
    async with connect(servers) as hub:
        for group in groups(composed):
            outcomes += await _group(cluster, hub, group, say, heal=heal)
    return outcomes


def groups(composed: Sequence[Composed]) -> Iterator[list[Composed]]:
    """Yield incidents that can happen together, in their order."""
    group: list[Composed] = []
    for one in composed:
        pods = sum(sum(x.failing) for x in (*group, one))
        alike = _outside(one) & {code for x in group for code in _outside(x)}
        if group and (pods > _PODS_AT_ONCE or alike):
            yield group
            group = []
        group.append(one)
    if group:
        yield group


def _outside(one: Composed) -> set[str]:
    """Return the codes of what is at fault outside of any namespace: of two nodes, one finding."""
    return {truth.code for truth in one.truth if not truth.subject.namespace}


async def _group(
    cluster: Cluster, hub: Hub, composed: Sequence[Composed], say: Say, *, heal: bool
) -> list[Outcome]:
    outcomes = [Outcome(one, trials=[Trial(x) for x in one.scenes]) for one in composed]
    scenes = [scene for one in composed for scene in one.scenes]
    names = ", ".join(one.name for one in composed)
    try:
        await to_thread.run_sync(partial(remove, cluster, scenes, wait=True))
        say(f"breaking {names}")
        trials = [trial for one in outcomes for trial in one.trials]
        await to_thread.run_sync(partial(develop, cluster, trials, pause=_SECONDS_BETWEEN_LOOKS))
        for one in outcomes:
            _note(one)
        say(f"diagnosing {names}")
        await _ask_all(hub, [one for one in outcomes if not one.failure])
        for one in outcomes:
            told = "right" if one.right else f"WRONG: {'; '.join(complaints(one))}"
            say(f"{one.composed.name}: {told}")
        if heal:
            say(f"healing the causes of {names}")
            await to_thread.run_sync(_prove, cluster, outcomes)
    finally:
        with anyio.CancelScope(shield=True):
            await to_thread.run_sync(partial(remove, cluster, scenes))
    return outcomes


def _note(outcome: Outcome) -> None:
    rows = [one.row for one in outcome.trials]
    outcome.failure = "; ".join(row.failure for row in rows if row.failure)
    outcome.developed = max((row.developed or 0.0 for row in rows), default=None)


async def _ask_all(hub: Hub, outcomes: Sequence[Outcome]) -> None:
    limiter = anyio.CapacityLimiter(_ASKED_AT_ONCE)

    async def ask(one: Outcome) -> None:
        """Diagnose until the answer is right, or for so long; the last one counts."""
        began = anyio.current_time()
        while not one.right and anyio.current_time() - began < _patience(one):
            async with limiter:
                try:
                    weigh(one, await diagnose(hub, namespace=_namespace(one.composed)))
                except ToolError as error:
                    one.failure = str(error)
                    return
            await anyio.sleep(0 if one.right else _SECONDS_BETWEEN_CALLS)

    async with anyio.create_task_group() as tasks:
        for one in outcomes:
            tasks.start_soon(ask, one)


def _patience(one: Outcome) -> float:
    return _LONGER_SECONDS if one.only_early else _PATIENCE_SECONDS


def _namespace(composed: Composed) -> str | None:
    """Return the namespace to diagnose; None, the whole cluster, for an incident of two."""
    return composed.scenes[0].namespace if len(composed.scenes) == 1 else None


def _prove(cluster: Cluster, outcomes: Sequence[Outcome]) -> None:
    provable = [one for one in outcomes if one.composed.provable and not one.failure]
    cure(cluster, [trial for one in provable for trial in one.trials])
    for one in provable:
        one.healed = not any(trial.row.failure for trial in one.trials)
