"""The tool as it is called, for `on_device.py`; apart, as it needs more than the reading does."""

import anyio

from clusterwright.tools.gpu_node.inspect_node import gpu_inspect_node
from clusterwright.tools.gpu_node.machine import Machine


def view(gpu: str | None) -> str:
    """Return what the tool answers, as text."""

    async def ask() -> str:
        return (await gpu_inspect_node(Machine("this-machine"), gpu=gpu)).render()

    return anyio.run(ask)
