"""What an administrator sets: MIG layouts, sharing, the driver's version, a second policy, DRA."""

from collections.abc import Generator
from contextlib import contextmanager

import yaml

from clusterwright.deploy.sandbox.gpu.nodes import NAMES
from clusterwright.deploy.sandbox.gpu.objects import policy
from clusterwright.tools.manifest import Manifest, condition, items, text
from tests.deploy.sandbox.gpu.steered import Steered, until

_CONFIG, _STATE = "nvidia.com/mig.config", "nvidia.com/mig.config.state"
_NVIDIA = tuple(one for one in NAMES if one != "gpu-mi300x-1")


def _pod(name: str, node: str, **limits: int) -> Manifest:
    wanted = {f"nvidia.com/{key.replace('_', '-')}": n for key, n in limits.items()}
    return {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {"name": name, "namespace": "default"},
        "spec": {
            "nodeName": node,
            "containers": [{"name": "c", "image": "x", "resources": {"limits": wanted}}],
        },
    }


@contextmanager
def _laid_out(gpu: Steered, node: str, layout: str) -> Generator[None]:
    """Ask for a layout, and have the node's eight GPUs whole again afterwards."""
    gpu.label(node, _CONFIG, layout)
    try:
        yield
    finally:
        gpu.label(node, _CONFIG, "all-disabled")
    until(lambda: gpu.labels(node).get(_STATE), "success")
    until(lambda: gpu.offered(node), {"nvidia.com/gpu": "8"})
    until(lambda: any("nvidia.com/mig-" in key for key in gpu.labels(node)), False)


def test_a_layout_is_applied_where_nothing_runs(gpu: Steered) -> None:
    with _laid_out(gpu, "gpu-a100-1", "all-balanced"):
        until(lambda: gpu.labels("gpu-a100-1").get(_STATE), "success")
        balanced = {
            "nvidia.com/mig-1g.10gb": "16",
            "nvidia.com/mig-2g.20gb": "8",
            "nvidia.com/mig-3g.40gb": "8",
        }
        until(lambda: gpu.offered("gpu-a100-1"), balanced)


def test_a_layout_for_another_product_fails_and_changes_nothing(gpu: Steered) -> None:
    with _laid_out(gpu, "gpu-h100-1", "all-1g.5gb"):
        until(lambda: gpu.labels("gpu-h100-1").get(_STATE), "failed")
        assert gpu.offered("gpu-h100-1") == {"nvidia.com/gpu": "8"}


def test_a_layout_can_be_kept_under_way(gpu: Steered) -> None:
    with _laid_out(gpu, "gpu-a100-1", "all-7g.80gb"):
        with gpu.annotated("gpu-a100-1", "mig-apply", "rebooting"):
            until(lambda: gpu.labels("gpu-a100-1").get(_STATE), "rebooting")
            assert gpu.offered("gpu-a100-1") == {"nvidia.com/gpu": "8"}
        until(lambda: gpu.offered("gpu-a100-1"), {"nvidia.com/mig-7g.80gb": "8"})


def test_a_layout_fails_while_a_pod_holds_a_device(gpu: Steered) -> None:
    with gpu.having(_pod("holds-a-gpu", "gpu-h100-2", gpu=1)):
        until(lambda: gpu.get("Pod", "holds-a-gpu", "default")["status"].get("phase"), "Running")
        with _laid_out(gpu, "gpu-h100-2", "all-1g.10gb"):
            until(lambda: gpu.labels("gpu-h100-2").get(_STATE), "failed")
            manager = gpu.pods("gpu-h100-2")["nvidia-mig-manager"]["metadata"]["name"]
            said = gpu.instance.kubectl("logs", manager, "-n", "gpu-operator")
            assert "In use by another client" in said


def test_devices_are_shared_as_the_node_is_told(gpu: Steered) -> None:
    replicas = {"resources": [{"name": "nvidia.com/gpu", "replicas": 4}]}
    content = {
        "sliced": yaml.safe_dump({"version": "v1", "sharing": {"timeSlicing": replicas}}),
        "renamed": yaml.safe_dump(
            {"version": "v1", "sharing": {"timeSlicing": replicas | {"renameByDefault": True}}}
        ),
        "mps": yaml.safe_dump({"version": "v1", "sharing": {"mps": replicas}}),
    }
    config = {
        "apiVersion": "v1",
        "kind": "ConfigMap",
        "metadata": {"name": "plugin-config", "namespace": "gpu-operator"},
        "data": content,
    }
    asked = {"devicePlugin": {"config": {"name": "plugin-config"}}}
    before = {"devicePlugin": {"config": policy()["devicePlugin"]["config"]}}
    with gpu.having(config), gpu.asking(asked, before):
        label = "nvidia.com/device-plugin.config"
        with gpu.labelled("gpu-t4-1", label, "sliced"):
            until(lambda: gpu.offered("gpu-t4-1"), {"nvidia.com/gpu": "16"})
            until(lambda: gpu.labels("gpu-t4-1")["nvidia.com/gpu.product"], "Tesla-T4-SHARED")
            assert gpu.labels("gpu-t4-1")["nvidia.com/gpu.sharing-strategy"] == "time-slicing"
        with gpu.labelled("gpu-t4-1", label, "mps"):
            until(lambda: "nvidia-device-plugin-mps-control-daemon" in gpu.pods("gpu-t4-1"))
        with gpu.labelled("gpu-t4-1", label, "absent"):
            stuck = {"nvidia-device-plugin-daemonset": "config-manager-init CrashLoopBackOff"}
            until(lambda: gpu.waiting("gpu-t4-1"), stuck)
        until(lambda: gpu.offered("gpu-t4-1"), {"nvidia.com/gpu": "4"})
        with gpu.labelled("gpu-t4-2", label, "renamed"):
            shared = {"nvidia.com/gpu.shared": "16"}
            until(lambda: gpu.offered("gpu-t4-2"), shared)
            assert gpu.labels("gpu-t4-2")["nvidia.com/gpu.product"] == "Tesla-T4"
    until(lambda: gpu.offered("gpu-t4-2").get("nvidia.com/gpu"), "4")


def test_a_second_policy_is_ignored(gpu: Steered) -> None:
    second = {
        "apiVersion": "nvidia.com/v1",
        "kind": "ClusterPolicy",
        "metadata": {"name": "second"},
    }
    with gpu.having(second | {"spec": {}}):
        until(lambda: gpu.get("ClusterPolicy", "second").get("status", {}).get("state"), "ignored")
        assert gpu.policy()[0] == "ready"


@contextmanager
def _upgrading_at_once(gpu: Steered, nodes: int) -> Generator[None]:
    """Let drivers of several nodes be upgraded at once, until all is as it was."""

    def policy(most: int) -> Manifest:
        return {"driver": {"upgradePolicy": {"maxParallelUpgrades": most}}}

    with gpu.asking(policy(nodes), policy(1)):
        yield
        version = "nvidia.com/cuda.driver-version.full"
        until(lambda: {gpu.labels(one)[version] for one in _NVIDIA}, {"580.105.08"})
        until(lambda: gpu.policy()[0], "ready")


def test_a_driver_is_upgraded_node_by_node_and_a_node_where_it_fails_stays_cordoned(
    gpu: Steered,
) -> None:
    state = "nvidia.com/gpu-driver-upgrade-state"

    def states() -> dict[str, int]:
        found = [gpu.labels(name)[state] for name in ("gpu-t4-1", "gpu-t4-2", "gpu-a100-1")]
        return {one: found.count(one) for one in found}

    newer, older = {"driver": {"version": "580.126.09"}}, {"driver": {"version": "580.105.08"}}
    with _upgrading_at_once(gpu, 6), gpu.asking(newer, older):
        with gpu.annotated("gpu-t4-2", "driver.580.126.09", "crash"):
            until(states, {"upgrade-done": 2, "upgrade-failed": 1})
            assert gpu.get("Node", "gpu-t4-2")["spec"]["unschedulable"]
            until(
                lambda: gpu.labels("gpu-t4-1")["nvidia.com/cuda.driver-version.full"], "580.126.09"
            )
        until(states, {"upgrade-done": 3})
        assert "unschedulable" not in gpu.get("Node", "gpu-t4-2")["spec"]


def _driver(name: str, selector: dict[str, str] | None = None) -> Manifest:
    return {
        "apiVersion": "nvidia.com/v1alpha1",
        "kind": "NVIDIADriver",
        "metadata": {"name": name},
        "spec": {"driverType": "gpu", "nodeSelector": selector or {}},
    }


def test_drivers_of_groups_of_nodes_take_over_unless_they_overlap(gpu: Steered) -> None:
    def told(name: str) -> tuple[str, str]:
        found = gpu.get("NVIDIADriver", name)
        reason = text(condition(found, "Error"), "reason")
        return text(found, "status", "state"), reason

    pool = "node.kubernetes.io/pool"
    others = [_driver(f"{one}-nodes", {pool: one}) for one in ("a100", "h100")]
    asked = {"driver": {"useNvidiaDriverCRD": True}}
    with (
        gpu.having(_driver("t4-nodes", {pool: "t4"}), *others),
        gpu.asking(asked, {"driver": {"useNvidiaDriverCRD": None}}),
    ):
        until(lambda: told("t4-nodes"), ("ready", "Ready"))
        names = gpu.pods("gpu-t4-1").keys() | gpu.pods("gpu-h100-1").keys()
        assert len({one for one in names if one.startswith("nvidia-gpu-driver-ubuntu")}) == 2
        until(lambda: gpu.waiting("gpu-t4-1"), {})
        with gpu.having(_driver("all-nodes")):
            until(lambda: told("all-nodes"), ("notReady", "ConflictingNodeSelector"))
    until(lambda: "nvidia-driver-daemonset" in gpu.pods("gpu-t4-1"))
    until(lambda: gpu.waiting("gpu-t4-1") or gpu.offered("gpu-t4-1"), {"nvidia.com/gpu": "4"})
    until(lambda: gpu.policy()[0], "ready")


def test_the_scheduler_allocates_devices_of_a_node_that_publishes_them(gpu: Steered) -> None:
    exactly = {"deviceClassName": "gpu.nvidia.com", "count": 2}
    claim = {
        "apiVersion": "resource.k8s.io/v1",
        "kind": "ResourceClaim",
        "metadata": {"name": "two-gpus", "namespace": "default"},
        "spec": {"devices": {"requests": [{"name": "gpus", "exactly": exactly}]}},
    }
    pod: Manifest = {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {"name": "claims", "namespace": "default"},
        "spec": {
            "tolerations": [{"operator": "Exists"}],
            "resourceClaims": [{"name": "gpus", "resourceClaimName": "two-gpus"}],
            "containers": [
                {"name": "c", "image": "x", "resources": {"claims": [{"name": "gpus"}]}}
            ],
        },
    }
    with (
        gpu.annotated("gpu-h100-2", "0.xid", "79"),
        gpu.labelled("gpu-h100-2", "nvidia.com/dra-kubelet-plugin", "true"),
        gpu.having(claim, pod),
    ):
        until(lambda: gpu.get("Pod", "claims", "default")["status"].get("phase"), "Running")
        status = gpu.get("ResourceClaim", "two-gpus", "default")["status"]
        results = items(status, "allocation", "devices", "results")
        given = {(one["pool"], one["driver"]) for one in results}
        assert given == {("gpu-h100-2", "gpu.nvidia.com")}
        # The first device is tainted: its XID is one of the hardware.
        assert sorted(one["device"] for one in results) == ["gpu-1", "gpu-2"]
    until(lambda: gpu.list("ResourceSlice"), [])
    until(lambda: gpu.offered("gpu-h100-2"), {"nvidia.com/gpu": "8"})
