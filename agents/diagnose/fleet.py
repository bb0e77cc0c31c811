"""Many clusters, one answer: each of them asked once, and one ranking of what they found.

A cluster that does not answer is a gap of its own. The others wait for it only until it should have
said who it is, since of two names of one cluster the first is asked.
"""

from collections.abc import Sequence
from dataclasses import replace
from functools import partial

from anyio import to_thread

from clusterwright.agents.diagnose.across import joined, named_elsewhere
from clusterwright.agents.diagnose.address import Addresses
from clusterwright.agents.diagnose.correlate import correlate
from clusterwright.agents.diagnose.diagnosis import Diagnosis
from clusterwright.agents.diagnose.gather import Answered, gather
from clusterwright.agents.diagnose.roll_call import (
    Known,
    call_roll,
    each,
    of_one_uid,
    offers_of,
)
from clusterwright.agents.diagnose.workloads import also_known, workload_clusters
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
    addresses: Addresses | None = None,
    seconds: float = CLUSTER_SECONDS,
) -> Diagnosis:
    """Return what is wrong in several clusters, what explains what across them included.

    Args:
        hub: whose servers reach all of them.
        contexts: clusters as tools take them; None is the one that each server is pinned to.
        workloads: whether their Cluster API workload clusters are asked as well.
        namespace: of each of them; None: all.
        kubeconfig: is only named in the commands that a reader may type.
        addresses: where the servers' kubeconfig leads; without, no two contexts are one cluster.
        seconds: what one cluster may take.
    """
    offers = await offers_of(hub)
    roll = await call_roll(hub, offers, contexts, addresses, seconds=seconds)
    managements = [one.asked for one in roll.present]
    listed, unlisted = await workload_clusters(hub, offers, managements) if workloads else ([], [])
    doubles = await also_known(hub, offers, listed, roll.present)
    more = [name for name in listed if name not in doubles]
    workload_roll = await call_roll(hub, offers, more, seconds=seconds)
    present = (*roll.present, *workload_roll.present)

    async def ask(one: Known) -> list[Answered]:
        answers = await gather(
            hub, cluster=one.asked, namespace=namespace, known=offers, seconds=seconds
        )
        return _once(answers, one.asked or "")

    answers = [one for some in await each(present, ask, _SIDE_BY_SIDE) for one in some]
    aliases = {**roll.aliases, **doubles}
    unknown = [name for name in named_elsewhere(answers) if name not in aliases]
    elsewhere = await also_known(hub, offers, unknown, present, by_uid=True)
    gaps = (*roll.missing, *workload_roll.missing, *unlisted)
    found = joined([*answers, *gaps], {**aliases, **elsewhere})
    whole = await to_thread.run_sync(partial(correlate, found, kubeconfig=kubeconfig))
    taken = {name: of for name, of in sorted(aliases.items()) if name != of}
    return whole.model_copy(update={"taken_for": taken, "same_uid": of_one_uid(present)})


def _once(answers: list[Answered], cluster: str) -> list[Answered]:
    """Return one failure for a cluster of which no server read anything."""
    if not answers or not all(one.failed for one in answers):
        return answers
    reasons = dict.fromkeys(gap.reason for one in answers for gap in one.coverage.gaps)
    gap = Gap(what=f"cluster {cluster or 'by default'}", reason="; ".join(reasons))
    return [replace(answers[0], tool="", coverage=Coverage(gaps=(gap,)))]
