"""Reads a machine's GPUs through NVML, one by one, so that none hides another.

What a product does not have is listed as not supported; a GPU that is lost in the middle keeps
what was read of it before.
"""

from collections.abc import Callable

from clusterwright.tools.gpu_node.asking import Asked
from clusterwright.tools.gpu_node.events import told
from clusterwright.tools.gpu_node.figures import (
    clocks_of,
    memory_of,
    pcie_of,
    power_of,
    processes_of,
    temperature_of,
    utilization_of,
)
from clusterwright.tools.gpu_node.links import fabric_of, nvlink_of
from clusterwright.tools.gpu_node.memory_errors import (
    ecc_of,
    remapped_rows_of,
    retired_pages_of,
)
from clusterwright.tools.gpu_node.mig import mig_of
from clusterwright.tools.gpu_node.models import Gpu, Node
from clusterwright.tools.gpu_node.nvml import Handle, Number, Nvml, NvmlError, Text

_COMPUTE_MODES = {0: "default", 1: "exclusive thread", 2: "prohibited", 3: "exclusive process"}
_RECOVERY = {
    0: "none",
    1: "reset the GPU",
    2: "reboot the node",
    3: "drain peer-to-peer traffic",
    4: "drain and reset the GPU",
    5: "recover the IMEX domain",
    6: "reset the bus",
    7: "reboot the system",
}
"""By NVML_GPU_RECOVERY_ACTION_*."""


def read_node(nvml: Nvml, wait_s: float = 0, stopped: Callable[[], bool] = bool) -> Node:
    """Return the GPUs of a machine, and the critical events of the next `wait_s` seconds.

    Events come first, so that the values tell how things stand after them. `stopped` ends the
    wait early. Raises NvmlError if the driver answers nothing at all.
    """
    system = nvml.system()
    found: list[tuple[int, Handle]] = []
    gpus: dict[int, Gpu] = {}
    for index in range(nvml.count()):
        try:
            found.append((index, nvml.handle(index)))
        except NvmlError as error:
            gpus[index] = Gpu(index, trouble=error.refusal.value)
    events, deaf = told(nvml, found, wait_s, stopped) if wait_s > 0 else ((), ())
    gpus |= {index: _gpu(Asked(nvml, index, handle)) for index, handle in found}
    return Node(
        driver=system.driver,
        cuda=f"{system.cuda // 1000}.{system.cuda % 1000 // 10}",
        nvml=system.nvml,
        gpus=tuple(gpus[index] for index in sorted(gpus)),
        events=events,
        deaf=deaf,
    )


def _gpu(asked: Asked) -> Gpu:
    return Gpu(
        asked.index,
        product=asked.text(Text.NAME),
        uuid=asked.text(Text.UUID),
        pci_bus_id=asked.text(Text.PCI_BUS_ID),
        vbios=asked.text(Text.VBIOS),
        memory=memory_of(asked),
        utilization=utilization_of(asked),
        temperature=temperature_of(asked),
        power=power_of(asked),
        clocks=clocks_of(asked),
        ecc=ecc_of(asked),
        remapped_rows=remapped_rows_of(asked),
        retired_pages=retired_pages_of(asked),
        mig=mig_of(asked),
        fabric=fabric_of(asked),
        pcie=pcie_of(asked),
        nvlink=nvlink_of(asked),
        compute_mode=asked.coded(Number.COMPUTE_MODE, _COMPUTE_MODES),
        persistence_mode=asked.flag(Number.PERSISTENCE_MODE),
        recovery_action=asked.coded(Number.RECOVERY_ACTION, _RECOVERY),
        processes=processes_of(asked),
        trouble=asked.trouble,  # these last: what came before filled them
        not_supported=tuple(asked.not_supported),
        unread=tuple(asked.unread),
    )
