"""How far an operand's pod comes, by what is ready on its node and what annotations say."""

import pytest

from clusterwright.deploy.sandbox.gpu.daemonsets import wanted
from clusterwright.deploy.sandbox.gpu.objects import policy
from clusterwright.deploy.sandbox.gpu.operands import OPERANDS
from clusterwright.deploy.sandbox.gpu.operator.situation import (
    CONFIG,
    DEVICES,
    DRIVER,
    TOOLKIT,
    VFIO,
    VGPU_MANAGER,
    VGPUS,
    Situation,
    situation,
)
from clusterwright.tools.manifest import Manifest

_POLICY: Manifest = {"metadata": {"name": "cluster-policy", "uid": "u"}, "spec": policy()}
_TEMPLATES = {
    operand.key: found["spec"]["template"]
    for found in wanted(_POLICY)
    for operand in OPERANDS
    if operand.daemonset == found["metadata"]["name"]
}
_ALL = {DRIVER, TOOLKIT, CONFIG, DEVICES, VFIO, VGPU_MANAGER, VGPUS}


def _node(**said: str) -> Manifest:
    prefix = "gpu.sandbox.clusterwright.io/"
    words = {f"{prefix}{key.replace('_', '-')}": value for key, value in said.items()}
    return {"metadata": {"annotations": words}}


@pytest.mark.parametrize("key", sorted(_TEMPLATES))
def test_with_everything_there_each_operand_is_ready(key: str) -> None:
    assert situation(_TEMPLATES[key], _node(), _ALL).ready


@pytest.mark.parametrize(
    ("key", "there", "container"),
    [
        ("toolkit", set[str](), "driver-validation"),
        ("gfd", set[str](), "toolkit-validation"),
        ("gfd", {DRIVER}, "toolkit-validation"),
        ("validator", {DRIVER}, "toolkit-validation"),
        ("validator", {DRIVER, TOOLKIT, CONFIG}, "plugin-validation"),
        ("mig-manager", {TOOLKIT}, "toolkit-validation"),
        ("sandbox-validator", set[str](), "vfio-pci-validation"),
        ("sandbox-device-plugin", {VFIO}, "vgpu-devices-validation"),
        ("vgpu-device-manager", set[str](), "vgpu-manager-validation"),
    ],
)
def test_an_init_container_waits_for_what_is_not_there(
    key: str, there: set[str], container: str
) -> None:
    found = situation(_TEMPLATES[key], _node(), there)
    assert (found.name, found.mode) == (container, "wait")


def test_a_driver_waits_for_nothing() -> None:
    assert situation(_TEMPLATES["driver"], _node(), set()).ready


def test_a_fault_shows_only_once_what_comes_before_is_past() -> None:
    node = _node(gfd="crash")
    assert situation(_TEMPLATES["gfd"], node, set()).mode == "wait"
    failing = Situation(1, "gpu-feature-discovery", "crash")
    assert situation(_TEMPLATES["gfd"], node, _ALL) == failing


def test_exit_codes_are_those_that_are_said_or_usual() -> None:
    inforom = situation(_TEMPLATES["toolkit"], _node(driver_validation="crash 14"), _ALL)
    assert inforom == Situation(0, "driver-validation", "crash", 14)
    assert situation(_TEMPLATES["gfd"], _node(gfd="oom"), _ALL).exit_code == 137
    assert situation(_TEMPLATES["gfd"], _node(gfd="as you like"), _ALL).mode == "crash"
    assert situation(_TEMPLATES["gfd"], _node(gfd="ok"), _ALL).ready


def test_a_fault_can_be_of_one_version_or_of_one_pod() -> None:
    driver = _TEMPLATES["driver"]
    older, same = {"driver.580.82.07": "crash"}, {"driver.580.105.08": "crash"}
    assert situation(driver, _node(**older), _ALL).ready
    assert situation(driver, _node(**same), _ALL).mode == "crash"
    said = {"gpu.sandbox.clusterwright.io/fault": "image-pull"}
    one = {**driver, "metadata": {**driver["metadata"], "annotations": said}}
    assert situation(one, _node(), _ALL).mode == "image-pull"


def test_a_configuration_that_is_not_there_is_no_reason_to_wait() -> None:
    found = situation(_TEMPLATES["device-plugin"], _node(), _ALL - {CONFIG})
    assert (found.name, found.mode) == ("config-manager-init", "crash")
