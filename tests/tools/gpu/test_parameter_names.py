"""What is the same has the same name in every tool: who has learnt one call knows the others."""

import inspect

from clusterwright.tools.gpu import TOOLS

_NODE, _PRODUCT = "node", "product"


def test_a_node_is_called_node_and_a_product_product_in_every_tool() -> None:
    called = {one.name: set(inspect.signature(one.run).parameters) for one in TOOLS}
    assert {name for name, parameters in called.items() if _NODE in parameters} == {
        "gpu_describe_node",
        "gpu_inventory",
    }
    assert {name for name, parameters in called.items() if _PRODUCT in parameters} == {
        "gpu_inventory",
        "gpu_explain_fit",
        "gpu_explain_xid",
    }
    assert not {"name", "model", "node_name"} & set[str]().union(*called.values())
