"""A cluster whose clock is an hour off ours: ages are told by its clock, not by ours."""

from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import httpx
import pytest

from clusterwright.tools.kubernetes.find_problems import k8s_find_problems
from clusterwright.tools.kubernetes.list_ import k8s_list
from clusterwright.tools.manifest import Manifest
from tests.tools.kubernetes.simulated_cluster import SimulatedCluster

pytestmark = pytest.mark.anyio
SKEWS = pytest.mark.parametrize("skew", [timedelta(hours=1), -timedelta(hours=1)], ids=str)


class Skewed(SimulatedCluster):
    """A cluster that says another time in the Date header of each answer."""

    def __init__(self, skew: timedelta, *pods: Manifest) -> None:
        super().__init__({"Pod": pods})
        self._skew = skew

    def _answer(self, request: httpx.Request) -> httpx.Response:
        answer = super()._answer(request)
        now = (datetime.now(UTC) + self._skew).replace(microsecond=0)
        answer.headers["Date"] = format_datetime(now, usegmt=True)
        return answer


def unplaced(skew: timedelta, seconds: float) -> Manifest:
    """A pod that the scheduler has not placed for so long, by the cluster's clock."""
    made = datetime.now(UTC) + skew - timedelta(seconds=seconds)
    refused = {
        "type": "PodScheduled",
        "status": "False",
        "reason": "Unschedulable",
        "message": "0/1 nodes are available: 1 node(s) didn't have free ports.",
    }
    return {
        "metadata": {
            "name": "a",
            "namespace": "b",
            "creationTimestamp": made.strftime("%Y-%m-%dT%H:%M:%SZ"),
        },
        "spec": {"containers": [{"name": "app"}]},
        "status": {"phase": "Pending", "conditions": [refused]},
    }


@SKEWS
async def test_a_pod_of_this_moment_is_given_its_time(skew: timedelta) -> None:
    found = await k8s_find_problems(Skewed(skew, unplaced(skew, 2)))
    assert found.findings == ()


@SKEWS
async def test_a_pod_that_has_waited_is_told(skew: timedelta) -> None:
    (finding,) = (await k8s_find_problems(Skewed(skew, unplaced(skew, 60)))).findings
    assert finding.code == "pod/unschedulable"


@SKEWS
async def test_an_age_is_the_age_by_the_clusters_clock(skew: timedelta) -> None:
    listed = await k8s_list(Skewed(skew, unplaced(skew, 600)), "Pod")
    assert "10m" in listed.render()
