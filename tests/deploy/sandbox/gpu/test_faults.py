"""Faults of GPU nodes, as annotations bring them about: what the cluster then shows."""

from clusterwright.deploy.sandbox.gpu.operands import NAMESPACE
from clusterwright.tools.manifest import Manifest, items, labels_of, name_of, number
from tests.deploy.sandbox.gpu.steered import Steered, until

DRIVER, TOOLKIT = "nvidia-driver-daemonset", "nvidia-container-toolkit-daemonset"
PLUGIN, VALIDATOR = "nvidia-device-plugin-daemonset", "nvidia-operator-validator"
_BEHIND_THE_DRIVER = {
    TOOLKIT: "driver-validation running",
    VALIDATOR: "driver-validation running",
    PLUGIN: "toolkit-validation running",
    "nvidia-dcgm-exporter": "toolkit-validation running",
    "gpu-feature-discovery": "toolkit-validation running",
}


def _whole(gpu: Steered, node: str, devices: str) -> None:
    """Wait until a node is whole again."""
    until(lambda: gpu.waiting(node) or gpu.offered(node), {"nvidia.com/gpu": devices})


def test_without_a_driver_all_others_wait_and_no_device_is_left(gpu: Steered) -> None:
    crashing = "nvidia-driver-ctr CrashLoopBackOff"
    with gpu.annotated("gpu-t4-1", "driver", "crash"):
        until(lambda: gpu.waiting("gpu-t4-1"), {DRIVER: crashing} | _BEHIND_THE_DRIVER)
        until(lambda: gpu.offered("gpu-t4-1"), {})
        assert gpu.offered("gpu-t4-1", "capacity") == {"nvidia.com/gpu": "4"}
        until(lambda: gpu.policy()[:2], ("notReady", "OperandNotReady"))
        assert "state-driver state-container-toolkit" in gpu.policy()[2]
        pod = gpu.pods("gpu-t4-1")[DRIVER]
        (status,) = items(pod, "status", "containerStatuses")
        assert status["restartCount"] >= 4
        assert status["lastState"]["terminated"]["exitCode"] == 1
        name = pod["metadata"]["name"]
        said = gpu.instance.kubectl("logs", "--namespace=gpu-operator", name, "--previous")
        assert said.endswith("Could not resolve Linux kernel version\n")
        assert "BackOff" in gpu.events(pod)
    _whole(gpu, "gpu-t4-1", "4")
    until(lambda: gpu.policy()[0], "ready")


def test_without_a_toolkit_what_needs_its_runtime_waits(gpu: Steered) -> None:
    behind = {
        key: value.replace("driver-validation", "toolkit-validation")
        for key, value in _BEHIND_THE_DRIVER.items()
    }
    failing = {TOOLKIT: "nvidia-container-toolkit-ctr CrashLoopBackOff"}
    with gpu.annotated("gpu-t4-1", "toolkit", "crash"):
        until(lambda: gpu.waiting("gpu-t4-1"), behind | failing)
    _whole(gpu, "gpu-t4-1", "4")


def test_without_a_plugin_devices_go_and_who_was_validated_stays(gpu: Steered) -> None:
    failing = {PLUGIN: "nvidia-device-plugin CrashLoopBackOff"}
    with gpu.annotated("gpu-t4-2", "device-plugin", "crash"):
        until(lambda: gpu.offered("gpu-t4-2"), {})
        until(lambda: gpu.waiting("gpu-t4-2"), failing)
    _whole(gpu, "gpu-t4-2", "4")


def test_a_sandbox_that_has_no_runtime_is_told_by_an_event(gpu: Steered) -> None:
    with gpu.annotated("gpu-t4-1", "gfd", "sandbox"):
        waiting = {"gpu-feature-discovery": "toolkit-validation PodInitializing"}
        until(lambda: gpu.waiting("gpu-t4-1"), waiting)
        pod = gpu.pods("gpu-t4-1")["gpu-feature-discovery"]
        told = "FailedCreatePodSandBox"
        until(lambda: 'no runtime for "nvidia"' in gpu.events(pod).get(told, ""))
    _whole(gpu, "gpu-t4-1", "4")


def test_a_corrupt_inforom_is_told_by_the_exit_code(gpu: Steered) -> None:
    with gpu.annotated("gpu-t4-2", "driver-validation", "crash 14"):
        until(lambda: len(gpu.waiting("gpu-t4-2")), 5)
        until(lambda: _first_exit(gpu.pods("gpu-t4-2")[VALIDATOR]), 14)
    _whole(gpu, "gpu-t4-2", "4")


def test_unhealthy_devices_lower_what_is_allocatable(gpu: Steered) -> None:
    with gpu.annotated("gpu-h100-2", "3.xid", "79"):
        until(lambda: gpu.offered("gpu-h100-2"), {"nvidia.com/gpu": "7"})
        assert gpu.offered("gpu-h100-2", "capacity") == {"nvidia.com/gpu": "8"}
    _whole(gpu, "gpu-h100-2", "8")


def test_a_node_that_discovery_does_not_see_loses_its_operands(gpu: Steered) -> None:
    with gpu.annotated("gpu-t4-1", "nfd", "off"):
        until(lambda: gpu.labels("gpu-t4-1").get("nvidia.com/gpu.present"), "false")
        until(lambda: gpu.pods("gpu-t4-1"), {})
        until(lambda: gpu.policy()[0], "ready")
    _whole(gpu, "gpu-t4-1", "4")


def test_operands_can_be_kept_from_a_node(gpu: Steered) -> None:
    with gpu.labelled("gpu-t4-2", "nvidia.com/gpu.deploy.operands", "false"):
        until(lambda: gpu.pods("gpu-t4-2"), {})
        assert gpu.labels("gpu-t4-2")["nvidia.com/gpu.present"] == "true"
    _whole(gpu, "gpu-t4-2", "4")


def test_a_stale_deploy_label_is_honoured(gpu: Steered) -> None:
    label = "nvidia.com/gpu.deploy.gpu-feature-discovery"
    with gpu.labelled("gpu-t4-1", label, "paused-for-driver-upgrade"):
        until(lambda: "gpu-feature-discovery" in gpu.pods("gpu-t4-1"), False)
    _whole(gpu, "gpu-t4-1", "4")


def test_taints_leave_daemonsets_without_nodes_and_the_policy_ready(gpu: Steered) -> None:
    nodes = [one for one in gpu.list("Node") if name_of(one).startswith("gpu-")]
    tainted = {"key": "dedicated", "value": "ml", "effect": "NoSchedule"}

    def desired() -> int:
        return gpu.get("DaemonSet", DRIVER, NAMESPACE)["status"]["desiredNumberScheduled"]

    for one in nodes:
        gpu.api.patch(one, {"spec": {"taints": [*items(one, "spec", "taints"), tainted]}})
    try:
        # What runs may stay; what ends does not come back.
        for pod in gpu.list("Pod", NAMESPACE):
            if labels_of(pod).get("app.kubernetes.io/managed-by") == "gpu-operator":
                gpu.api.delete(pod)
        until(desired, 0)
        until(lambda: gpu.policy()[:2], ("ready", "Reconciled"))
        assert gpu.offered("gpu-h100-1") == {}
    finally:
        for one in nodes:
            gpu.api.patch(one, {"spec": {"taints": items(one, "spec", "taints")}})
    until(desired, 6)
    until(lambda: gpu.policy()[0], "ready")
    _whole(gpu, "gpu-h100-1", "8")


def test_a_module_of_amd_that_does_not_load_leaves_its_node_without_devices(gpu: Steered) -> None:
    config = ("DeviceConfig", "default", "kube-amd-gpu")
    with gpu.annotated("gpu-mi300x-1", "driver", "crash"):
        until(lambda: gpu.pods("gpu-mi300x-1", "kube-amd-gpu"), {})
        until(lambda: gpu.offered("gpu-mi300x-1"), {})
        until(lambda: gpu.get(*config)["status"]["driver"]["availableNumber"], 0)
    until(lambda: gpu.offered("gpu-mi300x-1"), {"amd.com/gpu": "8"})


def test_a_module_that_went_keeps_the_plugin_of_amd_waiting(gpu: Steered) -> None:
    with gpu.annotated("gpu-mi300x-1", "driver", "not-loaded"):
        until(
            lambda: set(gpu.waiting("gpu-mi300x-1", "kube-amd-gpu").values()),
            {"driver-init running"},
        )
    until(lambda: gpu.offered("gpu-mi300x-1"), {"amd.com/gpu": "8"})


def _first_exit(pod: Manifest) -> int:
    """Return how the first init container ended; 0 while nothing is told of it."""
    for one in items(pod, "status", "initContainerStatuses")[:1]:
        return number(one, "lastState", "terminated", "exitCode")
    return 0
