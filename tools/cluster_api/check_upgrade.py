"""The tool that tells whether a Cluster can go to a version, and what stands in the way."""

from collections import Counter
from collections.abc import Mapping
from functools import partial
from importlib import import_module
from typing import Annotated, Literal

from pydantic import Field

from clusterwright.tools.answer import BUDGET, Answer, longest
from clusterwright.tools.cluster_api.upgrade_checks.check import Check, Status
from clusterwright.tools.coverage import Gap
from clusterwright.tools.kubernetes.client.clusters import Clusters
from clusterwright.tools.kubernetes.parameters import Cluster
from clusterwright.tools.tool import Effect, Tool

_WORK = "clusterwright.tools.cluster_api.upgrade_checks.checking"
"""Loaded when first needed: start-up does without it."""
Verdict = Literal["ready", "ready with warnings", "blocked"]


class UpgradeCheck(Answer):
    """Whether a Cluster can go to a version."""

    target: str = Field(description="As `cluster` of any tool: capi:namespace/name.")
    verdict: Verdict = Field(description="Of what was checked; see what was not.")
    current: str = Field(default="", description="The version that its control plane runs.")
    version: str = Field(description="The version that was asked about.")
    hops: tuple[str, ...] = Field(default=(), description="The control plane goes through these.")
    checks: tuple[Check, ...] = Field(default=(), description="Worst first.")
    left_out: dict[str, int] = Field(
        default={}, description="By status, checks for which there is no room: the best ones."
    )
    gaps: tuple[Gap, ...] = Field(default=(), description="What could not be read.")

    def render(self) -> str:
        """Return the verdict, then a line for each check, worst first."""
        made = Counter(self.left_out)
        made.update(str(one.status) for one in self.checks)
        way = f" by {', then '.join(self.hops)}" if len(self.hops) > 1 else ""
        head = f"{self.target} on {self.cluster} from {self.current or '?'} to {self.version}{way}"
        open_ = made[Status.NOT_CHECKED] > 0
        sure = ", as far as it could be checked" if open_ and self.verdict != "blocked" else ""
        lines = [
            f"{head}: {self.verdict}{sure} ({_counted(made)})",
            *(one.line() for one in self.checks),
        ]
        lines += [f"[not shown: {_counted(self.left_out)}]"] if self.left_out else []
        lines += [f"Not read: {one.what} ({one.reason})" for one in self.gaps]
        return "\n".join(lines)


async def capi_check_upgrade(
    clusters: Clusters,
    namespace: Annotated[str, Field(max_length=300, description="Of the Cluster.")],
    name: Annotated[str, Field(max_length=300, description="Of the Cluster.")],
    version: Annotated[str, Field(max_length=60, description="Of Kubernetes, as in v1.36.3.")],
    cluster: Cluster = None,
) -> UpgradeCheck:
    """Check whether a Cluster can be upgraded to a version: what would refuse or hold it, and why.

    Reads the workload cluster too: budgets, webhooks, removed APIs, capacity.
    """
    answer, made = await import_module(_WORK).check(clusters, cluster, namespace, name, version)
    return longest(partial(page, answer, made), len(made), BUDGET)


TOOL = Tool(capi_check_upgrade, Effect.READ, "Check an upgrade of a workload cluster")


def page(answer: UpgradeCheck, made: list[Check], most: int) -> UpgradeCheck:
    """Return the answer with the first of its checks, and by status how many others there are."""
    left = Counter(str(one.status) for one in made[most:])
    return answer.model_copy(update={"checks": tuple(made[:most]), "left_out": dict(left)})


def _counted(made: Mapping[str, int]) -> str:
    """Return how many checks went how, worst first."""
    return ", ".join(f"{made[one]} {one}" for one in Status if made.get(one))
