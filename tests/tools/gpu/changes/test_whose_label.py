"""Labels of nodes: which are wishes that people write, and who writes the others."""

import pytest

from clusterwright.tools.errors import RefusedError
from clusterwright.tools.gpu.changes.whose_label import takes_away, wish_of


@pytest.mark.parametrize(
    ("label", "operand"),
    [
        ("nvidia.com/gpu.deploy.driver", "driver"),
        ("nvidia.com/gpu.deploy.operands", "operands"),
        ("nvidia.com/gpu.deploy.vfio-manager", "vfio-manager"),
        ("nvidia.com/gpu.workload.config", ""),
        ("nvidia.com/gpu-driver-upgrade.skip", ""),
        ("dcm.amd.com/gpu-config-profile", ""),
    ],
)
def test_wishes_are_for_people_to_write(label: str, operand: str) -> None:
    assert wish_of(label).deploy == operand


@pytest.mark.parametrize(
    ("label", "owner"),
    [
        ("nvidia.com/gpu.present", "the NVIDIA GPU operator"),
        ("nvidia.com/mig.config.state", "the MIG manager"),
        ("nvidia.com/gpu.count", "GPU feature discovery"),
        ("nvidia.com/gpu.product", "GPU feature discovery"),
        ("feature.node.kubernetes.io/pci-10de.present", "node feature discovery"),
        ("vendor.feature.node.kubernetes.io/x", "node feature discovery"),
        ("dcm.amd.com/gpu-config-profile-state", "AMD's device config manager"),
        ("amd.com/gpu.vram", "AMD's node labeller"),
        ("beta.amd.com/gpu.vram", "AMD's node labeller"),
        ("gpu.intel.com/product", "Intel's device plugin"),
        ("node-role.kubernetes.io/gpu", "Cluster API"),
        ("a.node-restriction.kubernetes.io/b", "Cluster API"),
        ("x.node.cluster.x-k8s.io/y", "Cluster API"),
    ],
)
def test_what_something_writes_by_itself_is_refused_with_its_name(label: str, owner: str) -> None:
    with pytest.raises(RefusedError, match=owner):
        wish_of(label)


@pytest.mark.parametrize(
    ("label", "hint"),
    [
        ("nvidia.com/mig.config", "kind set_mig"),
        ("nvidia.com/device-plugin.config", "kind set_sharing"),
        ("nvidia.com/gpu-driver-upgrade-state", "kind retry_upgrade"),
        ("nvidia.com/gpu.deploy.drivers", "gpu.deploy.operands"),
        ("nvidia.com/cc.mode", "drain the node"),
        ("nvidia.com/vgpu.config", "drain the node"),
        ("team", "k8s_plan_change"),
        ("notnvidia.com/gpu.deploy.driver", "k8s_plan_change"),
        ("a\x1b[31m\nb “x”", "k8s_plan_change"),
        ("", "k8s_plan_change"),
    ],
)
def test_others_are_refused_with_what_to_do_instead(label: str, hint: str) -> None:
    with pytest.raises(RefusedError) as caught:
        wish_of(label)
    assert hint in caught.value.hint
    assert "\x1b" not in str(caught.value)


@pytest.mark.parametrize(
    ("label", "value", "taken"),
    [
        ("nvidia.com/gpu.deploy.driver", "false", True),
        ("nvidia.com/gpu.deploy.driver", None, True),
        ("nvidia.com/gpu.deploy.driver", "true", False),
        ("nvidia.com/gpu.deploy.operands", None, False),
        ("nvidia.com/gpu.deploy.vgpu-manager", "false", True),
        ("nvidia.com/gpu.deploy.dcgm-exporter", "false", False),
        ("nvidia.com/gpu.workload.config", "container", True),
        ("nvidia.com/gpu-driver-upgrade.skip", None, False),
    ],
)
def test_what_takes_devices_from_pods_is_known(
    label: str, value: str | None, *, taken: bool
) -> None:
    labels = {"nvidia.com/gpu.deploy.driver": "true"}
    assert takes_away(label, value, labels) is taken
