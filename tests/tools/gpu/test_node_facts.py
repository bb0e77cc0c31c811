"""What is told of a node beside its stages."""

from clusterwright.tools.answer import BUDGET
from clusterwright.tools.gpu.describe_node import Page, found
from clusterwright.tools.gpu.node_facts import facts_of_node
from tests.tools.gpu.funnel.fleet import PLUGIN, nvidia


def _taint(number: int) -> dict[str, str]:
    return {"key": f"{'long-' * 12}{number:04d}", "value": "x" * 63, "effect": "PreferNoSchedule"}


def test_few_of_many_taints_are_told() -> None:
    fleet = nvidia()
    fleet.node["spec"]["taints"] = [_taint(number) for number in range(5_000)]
    estate = fleet.estate()
    node = found(estate, "gpu-1")
    assert facts_of_node(estate, node)["taints"].endswith(" and 4992 more")
    answer = Page(estate, node, "own", "").fitting(None)
    assert max(len(answer.render()), len(answer.model_dump_json())) < BUDGET


def test_few_of_many_taints_show_why_an_operand_is_not_there() -> None:
    fleet = nvidia()
    taints = [{**_taint(number), "effect": "NoSchedule"} for number in range(5_000)]
    fleet.node["spec"]["taints"] = taints
    fleet.drop("Pod", PLUGIN)
    estate = fleet.estate()
    answer = Page(estate, found(estate, "gpu-1"), "own", "").fitting(None)
    assert [one.code for one in answer.broken] == ["gpu/operand-unplaced"]
    assert max(len(answer.render()), len(answer.model_dump_json())) < BUDGET


def test_all_of_few_taints_are_told() -> None:
    fleet = nvidia()
    fleet.node["spec"]["taints"] = [{"key": "nvidia.com/gpu", "effect": "NoSchedule"}]
    estate = fleet.estate()
    node = found(estate, "gpu-1")
    assert facts_of_node(estate, node)["taints"] == "nvidia.com/gpu:NoSchedule"


def test_whom_its_devices_are_for_is_told_as_the_operator_decides() -> None:
    fleet = nvidia()
    fleet.labels["nvidia.com/gpu.workload.config"] = "vm-vgpu"
    estate = fleet.estate()
    assert "workload" not in facts_of_node(estate, found(estate, "gpu-1"))

    fleet = nvidia(sandboxWorkloads={"enabled": True})
    fleet.labels["nvidia.com/gpu.workload.config"] = "vm-vgpu"
    fleet.labels["nvidia.com/vgpu.config.state"] = "failed"
    estate = fleet.estate()
    facts = facts_of_node(estate, found(estate, "gpu-1"))
    assert (facts["workload"], facts["vGPUs"]) == ("vm-vgpu", "default failed")
