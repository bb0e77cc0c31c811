"""What is the same has the same name in every tool: who has learnt one call knows the others."""

import inspect

from clusterwright.tools.gpu import MEASURED, TOOLS

_NODE, _PRODUCT = "node", "product"


def test_a_node_is_called_node_and_a_product_product_in_every_tool() -> None:
    called = {one.name: set(inspect.signature(one.run).parameters) for one in (*TOOLS, *MEASURED)}
    assert {name for name, parameters in called.items() if _NODE in parameters} == {
        "gpu_describe_node",
        "gpu_inventory",
        "gpu_usage",
    }
    assert {name for name, parameters in called.items() if _PRODUCT in parameters} == {
        "gpu_inventory",
        "gpu_explain_fit",
        "gpu_explain_xid",
        "gpu_usage",
    }
    assert not {"name", "model", "node_name", "on"} & set[str]().union(*called.values())
