"""What a sandbox with GPU nodes has before anything is wrong in it."""

from clusterwright.deploy.sandbox.gpu.kinds import KINDS
from clusterwright.deploy.sandbox.gpu.nodes import NAMES
from tests.deploy.sandbox.gpu.steered import Steered, until


def test_each_node_offers_the_devices_of_its_machine(gpu: Steered) -> None:
    offered = {
        "gpu-t4-1": {"nvidia.com/gpu": "4"},
        "gpu-t4-2": {"nvidia.com/gpu": "4"},
        "gpu-a100-1": {"nvidia.com/gpu": "8"},
        "gpu-a100-2": {"nvidia.com/mig-1g.10gb": "56"},
        "gpu-h100-1": {"nvidia.com/gpu": "8"},
        "gpu-h100-2": {"nvidia.com/gpu": "8"},
        "gpu-mi300x-1": {"amd.com/gpu": "8"},
    }
    until(lambda: {name: gpu.offered(name) for name in NAMES}, offered)
    assert gpu.get("Node", "gpu-a100-2")["status"]["allocatable"]["nvidia.com/gpu"] == "0"


def test_the_nodes_of_the_plain_sandbox_are_as_without_gpu_operators(gpu: Steered) -> None:
    assert gpu.offered("sim-gpu-1") == {"nvidia.com/gpu": "8"}
    assert not any("deploy" in key for key in gpu.labels("sim-gpu-1"))


def test_every_operand_runs_and_both_operators_say_so(gpu: Steered) -> None:
    until(lambda: {name: found for name in NAMES if (found := gpu.waiting(name))}, {})
    until(lambda: gpu.policy()[:2], ("ready", "Reconciled"))
    config = gpu.get("DeviceConfig", "default", "kube-amd-gpu")["status"]
    one = {"nodesMatchingSelectorNumber": 1, "desiredNumber": 1, "availableNumber": 1}
    assert (config["driver"], config["devicePlugin"], config["metricsExporter"]) == (one, one, one)
    assert config["nodeModuleStatus"]["gpu-mi300x-1"]["status"] == "Upgrade-Complete"


def test_operands_belong_to_the_policy_and_bear_the_names_of_the_operator(gpu: Steered) -> None:
    sets = gpu.list("DaemonSet", "gpu-operator")
    operators = [one for one in sets if one["metadata"]["labels"].get("helm.sh/chart")]
    assert {one["metadata"]["name"] for one in operators} == {
        "gpu-feature-discovery",
        "nvidia-container-toolkit-daemonset",
        "nvidia-dcgm-exporter",
        "nvidia-device-plugin-daemonset",
        "nvidia-device-plugin-mps-control-daemon",
        "nvidia-driver-daemonset",
        "nvidia-mig-manager",
        "nvidia-operator-validator",
        "nvidia-sandbox-device-plugin-daemonset",
        "nvidia-sandbox-validator",
        "nvidia-vfio-manager",
        "nvidia-vgpu-device-manager",
        "nvidia-vgpu-manager-daemonset",
    }
    owners = [one["metadata"]["ownerReferences"][0]["kind"] for one in operators]
    assert set(owners) == {"ClusterPolicy"}


def test_labels_are_those_of_discovery_and_operator(gpu: Steered) -> None:
    found = gpu.labels("gpu-h100-1")
    assert (
        found.items()
        >= {
            "feature.node.kubernetes.io/pci-10de.present": "true",
            "feature.node.kubernetes.io/system-os_release.ID": "ubuntu",
            "nvidia.com/gpu.present": "true",
            "nvidia.com/gpu.deploy.driver": "true",
            "nvidia.com/gpu.deploy.mig-manager": "true",
            "nvidia.com/gpu.product": "NVIDIA-H100-80GB-HBM3",
            "nvidia.com/gpu.count": "8",
            "nvidia.com/gpu.memory": "81559",
            "nvidia.com/gpu.compute.major": "9",
            "nvidia.com/mig.config": "all-disabled",
            "nvidia.com/mig.config.state": "success",
            "nvidia.com/gpu-driver-upgrade-state": "upgrade-done",
        }.items()
    )
    assert "nvidia.com/gpu.deploy.mig-manager" not in gpu.labels("gpu-t4-1")
    assert gpu.labels("gpu-t4-1")["nvidia.com/gpu.mode"] == "compute"
    amd = gpu.labels("gpu-mi300x-1")
    assert amd["amd.com/gpu.vram"] == "192G"
    assert amd["amd.com/compute-memory-partition"] == "spx_nps1"


def test_every_kind_is_served_in_every_version(gpu: Steered) -> None:
    for kind in KINDS:
        for version in kind.versions:
            assert len(gpu.api.list(f"{kind.group}/{version}", kind.name)) <= 1


def test_a_pod_gets_a_device_from_the_real_scheduler(gpu: Steered) -> None:
    limits = {"nvidia.com/mig-1g.10gb": 1}
    pod = {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {"name": "wants-mig", "namespace": "default"},
        "spec": {
            "tolerations": [{"operator": "Exists"}],
            "containers": [{"name": "c", "image": "x", "resources": {"limits": limits}}],
        },
    }
    with gpu.having(pod):
        until(lambda: gpu.get("Pod", "wants-mig", "default")["spec"].get("nodeName"), "gpu-a100-2")


def test_a_kubelet_can_reject_a_pod_for_its_topology(gpu: Steered) -> None:
    annotations = {"gpu.sandbox.clusterwright.io/admission": "TopologyAffinityError"}
    pod = {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {"name": "rejected", "namespace": "default", "annotations": annotations},
        "spec": {"nodeName": "gpu-t4-1", "containers": [{"name": "c", "image": "x"}]},
    }
    with gpu.having(pod):
        until(
            lambda: gpu.get("Pod", "rejected", "default")["status"].get("reason"),
            "TopologyAffinityError",
        )
        assert gpu.get("Pod", "rejected", "default")["status"]["phase"] == "Failed"


def test_the_record_knows_of_gpu_nodes(gpu: Steered) -> None:
    assert gpu.instance.has_gpu
