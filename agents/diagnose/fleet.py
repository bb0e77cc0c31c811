"""Many clusters, one answer: each of them asked once, and one ranking of what they found.

A cluster that does not answer is a gap of its own. The others wait for it only until it should have
said who it is, since of two names of one cluster the first is asked.
"""

from collections.abc import Sequence
from dataclasses import replace
from functools import partial

from anyio import to_thread

from clusterwright.agents.diagnose.across import joined, named_elsewhere
from clusterwright.agents.diagnose.correlate import correlate
from clusterwright.agents.diagnose.diagnosis import Diagnosis
from clusterwright.agents.diagnose.gather import Answered, Offers, gather
from clusterwright.agents.diagnose.roll_call import (
    Known,
    Roll,
    call_roll,
    each,
    offers_of,
    workload_clusters,
)
from clusterwright.agents.hub import Hub
from clusterwright.tools.coverage import Coverage, Gap

CLUSTER_SECONDS = 90.0
"""What one cluster may take, all of its servers together."""
_SIDE_BY_SIDE = 8
"""Clusters whose servers work at once; each of them reads whole listings."""


async def diagnose_fleet(
    hub: Hub,
    contexts: Sequence[str | None],
    *,
    workloads: bool = False,
    namespace: str | None = None,
    kubeconfig: str = "",
    seconds: float = CLUSTER_SECONDS,
) -> Diagnosis:
    """Return what is wrong in several clusters, what explains what across them included.

    Args:
        hub: whose servers reach all of them.
        contexts: clusters as tools take them; None is the one that each server is pinned to.
        workloads: whether their Cluster API workload clusters are asked as well.
        namespace: of each of them; None: all.
        kubeconfig: is only named in the commands that a reader may type.
        seconds: what one cluster may take.
    """
    offers = await offers_of(hub)
    more, unlisted = await workload_clusters(hub, offers, contexts) if workloads else ([], [])
    roll = await call_roll(hub, offers, [*contexts, *more], seconds=seconds)

    async def ask(one: Known) -> list[Answered]:
        answers = await gather(
            hub, cluster=one.asked, namespace=namespace, known=offers, seconds=seconds
        )
        return _once(answers, one.asked or "")

    answers = [one for some in await each(roll.present, ask, _SIDE_BY_SIDE) for one in some]
    aliases = {**roll.aliases, **await _same(hub, offers, roll, named_elsewhere(answers))}
    found = joined([*answers, *roll.missing, *unlisted], aliases)
    whole = await to_thread.run_sync(partial(correlate, found, kubeconfig=kubeconfig))
    taken = {name: of for name, of in sorted(roll.aliases.items()) if name != of}
    return whole.model_copy(update={"taken_for": taken})


def _once(answers: list[Answered], cluster: str) -> list[Answered]:
    """Return one failure for a cluster of which no server read anything."""
    if not answers or not all(one.failed for one in answers):
        return answers
    reasons = dict.fromkeys(gap.reason for one in answers for gap in one.coverage.gaps)
    gap = Gap(what=f"cluster {cluster or 'by default'}", reason="; ".join(reasons))
    return [replace(answers[0], tool="", coverage=Coverage(gaps=(gap,)))]


async def _same(hub: Hub, offers: Offers, roll: Roll, names: Sequence[str]) -> dict[str, str]:
    """Return which names, by which edges know clusters, are those of clusters that were asked."""
    unknown = [name for name in names if name not in roll.aliases]
    by_uid = {one.uid: one.name for one in roll.present if one.uid}
    others = (await call_roll(hub, offers, unknown)).present if by_uid and unknown else ()
    return {one.asked: by_uid[one.uid] for one in others if one.asked and one.uid in by_uid}
