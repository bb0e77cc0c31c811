"""What was captured of a real H100, read: the same facts as nvidia-smi showed at that moment."""

import pytest

from clusterwright.tools.gpu_node.problems import problems_of
from clusterwright.tools.gpu_node.read import read_node
from tests.tools.gpu_node.captured import DATA, UUID, CapturedNvml, captured
from tests.tools.gpu_node.smi import compared, read_xml


@pytest.mark.parametrize("when", ["idle", "load"])
def test_every_field_is_as_nvidia_smi_shows_it(when: str) -> None:
    node = read_node(CapturedNvml(captured(when)))
    (element,) = read_xml((DATA / f"h100-{when}.xml").read_text())
    differing = [one for one in compared(element, node.gpus) if not one.same]
    assert differing == []


@pytest.mark.parametrize("when", ["idle", "load"])
def test_a_sound_gpu_has_no_problem_idle_or_at_its_power_limit(when: str) -> None:
    assert problems_of(read_node(CapturedNvml(captured(when)))) == ()


def test_what_the_product_lacks_is_not_supported_rather_than_zero() -> None:
    (gpu,) = read_node(CapturedNvml(captured("idle"))).gpus
    assert gpu.retired_pages is None
    assert gpu.fabric is None
    assert gpu.nvlink is None
    assert set(gpu.not_supported) == {
        "retired_single_bit",
        "retired_double_bit",
        "retired_pending",
        "fabric",
        "nvlinks",
    }
    assert gpu.unread == ()


def test_versions_are_those_of_the_driver() -> None:
    node = read_node(CapturedNvml(captured("idle")))
    assert (node.driver, node.cuda) == ("580.159.04", "13.0")


def test_units_are_those_that_the_models_name() -> None:
    (gpu,) = read_node(CapturedNvml(captured("load"))).gpus
    assert gpu.uuid == UUID
    assert gpu.memory is not None
    assert gpu.memory.total == 81559
    assert gpu.power is not None
    assert (gpu.power.draw, gpu.power.limit, gpu.power.least) == (698.89, 700.0, 200.0)
    assert gpu.clocks is not None
    assert gpu.clocks.reasons == ("sw_power_cap",)
    assert gpu.clocks.held_s["sw_power_cap"] == 5.17
    assert gpu.processes is not None
    assert [(one.pid, one.used, one.name) for one in gpu.processes] == [(442, 1002, "python3")]


def test_the_profiles_of_the_h100_are_those_of_nvidias_table() -> None:
    (gpu,) = read_node(CapturedNvml(captured("idle"))).gpus
    assert gpu.mig is not None
    assert [(one.name, one.most) for one in gpu.mig.profiles] == [
        ("1g.10gb", 7),
        ("1g.10gb+me", 1),
        ("1g.20gb", 4),
        ("2g.20gb", 3),
        ("3g.40gb", 2),
        ("4g.40gb", 1),
        ("7g.80gb", 1),
    ]
