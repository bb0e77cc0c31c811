"""Whoever writes labels, conditions and messages of GPU nodes cannot speak in our voice."""

from collections.abc import Callable

import pytest

from clusterwright.servers.bound import success
from clusterwright.tools.answer import Answer
from clusterwright.tools.gpu.describe_node import Page as NodePage
from clusterwright.tools.gpu.describe_node import found
from clusterwright.tools.gpu.inventory import Page, Wanted
from clusterwright.tools.gpu.operator_status import status_of
from tests.tools.gpu.funnel.fleet import (
    CRASHING,
    DRIVER,
    GFD,
    PLUGIN,
    Fleet,
    event_of,
    nvidia,
    user_pod,
)
from tests.trust.injections import INJECTIONS, Injection


def _planted(text: str) -> Fleet:
    """Return a cluster in which a text stands wherever somebody may write one."""
    fleet = nvidia()
    last = {"exitCode": 1, "reason": text, "message": text}
    fleet.ails(DRIVER, restarts=7, last=last, **CRASHING)
    fleet.ails(PLUGIN, waiting={"reason": "ImagePullBackOff", "message": text})
    fleet.pod(PLUGIN)["spec"]["containers"][0]["image"] = text
    fleet.stuck(GFD, 0, state={"waiting": {"reason": "PodInitializing"}})
    fleet.add(event_of(fleet.pod(GFD), "FailedCreatePodSandBox", text))
    fleet.node["metadata"]["annotations"] = {"sandbox.clusterwright.io/simulated": text}
    fleet.node["spec"]["taints"] = [{"key": text, "value": text, "effect": text}]
    fleet.node["status"]["nodeInfo"] = dict.fromkeys(("kernelVersion", "osImage"), text)
    for key in (
        *("gpu.product", "mig.config", "mig.config.state", "mig.strategy", "gpu.sharing-strategy"),
        *("gpu-driver-upgrade-state", "cuda.driver-version.full", "gpu.workload.config"),
    ):
        fleet.labels[f"nvidia.com/{key}"] = text
    fleet.labels["nvidia.com/gpu.replicas"] = "4"
    condition = {"type": "Error", "status": "True", "reason": text, "message": text}
    policy = fleet.objects["ClusterPolicy.nvidia.com"][0]
    policy["status"] = {"state": text, "conditions": [condition]}
    pod = user_pod("train", nvidia_gpu="1")
    pod["status"]["reason"] = text
    fleet.add(pod)
    return fleet


def _node(fleet: Fleet) -> Answer:
    estate = fleet.estate()
    return NodePage(estate, found(estate, "gpu-1"), "own", "").fitting(None)


def _inventory(fleet: Fleet) -> Answer:
    return Page(fleet.estate(), Wanted(), "own", (-1, "")).fitting(None)


def _operators(fleet: Fleet) -> Answer:
    return status_of(fleet.estate(), "own", (-1, ""), None)


@pytest.mark.parametrize("tell", [_node, _inventory, _operators])
@pytest.mark.parametrize("one", INJECTIONS, ids=lambda one: one.name)
def test_no_text_stands_unmarked_in_a_line(one: Injection, tell: Callable[[Fleet], Answer]) -> None:
    (content,) = success(tell(_planted(one.written))).content
    assert content.type == "text"
    for line in content.text.splitlines():
        before, token, _ = line.partition(one.token)
        assert not token or " | " in before or "“" in before, line
        assert "\x1b" not in line
