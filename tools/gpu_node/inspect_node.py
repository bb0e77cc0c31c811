"""The tool that reads the GPUs of one machine, through NVIDIA's own library."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from typing import Annotated, TypeAlias

from pydantic import Field

from clusterwright.tools.answer import BUDGET, longest
from clusterwright.tools.cursor import Cursor, decode, encode, foreign, question
from clusterwright.tools.errors import NotFoundError
from clusterwright.tools.excerpt import few
from clusterwright.tools.gpu_node.inspection import GpuRow, NodeInspection
from clusterwright.tools.gpu_node.machine import Machine
from clusterwright.tools.gpu_node.models import Gpu, Mig, Node, Process
from clusterwright.tools.gpu_node.problems import Problem, problems_of
from clusterwright.tools.tool import Effect, Tool

_IDLE = "gpu_idle"
_MOST = 500
_EVENTS = 20
"""Events that are shown one by one; each XID is a problem once, however often it came."""


async def gpu_inspect_node(
    machine: Machine,
    gpu: Annotated[
        str | None, Field(max_length=100, description="One GPU whole: index, UUID or PCI address.")
    ] = None,
    wait_s: Annotated[
        float, Field(ge=0, le=30, description="Listen that long for XIDs; 0: not at all.")
    ] = 0,
    limit: Annotated[int | None, Field(ge=1, le=_MOST, description="Lines at most.")] = None,
    cursor: Cursor = None,
) -> NodeInspection:
    """Read this machine's GPUs from their driver (NVML): problems first, with what to do.

    Memory, load, heat, power, clocks, ECC, remapped rows, MIG, PCIe, NVLink, fabric, processes.
    """
    own = question(machine.name, gpu)
    asked, after = decode("inspect_node", cursor, str, str) if cursor else (own, "")
    if asked != own:
        raise foreign(cursor or "")
    node = await machine.read(wait_s)
    found = problems_of(node)
    answer = _counted(machine.name, node, found, wait_s)
    if gpu is None:
        entries = _overview(node, found, answer.product)
    else:
        whole = _named(node, gpu)
        entries = _whole(whole, found)
        if not after:
            shown = replace(whole, processes=None, not_supported=())
            answer = answer.model_copy(update={"gpu": shown})
        answer = answer.model_copy(update={"not_supported": whole.not_supported})
    if after:
        answer = answer.model_copy(update={"not_supported": ()})
    rest = [(key, one) for key, one in entries if key > str(after)]
    page = partial(_page, answer, rest, own)
    return longest(page, min(limit or len(rest), len(rest)), BUDGET)


TOOL = Tool(gpu_inspect_node, Effect.READ, "Inspect the GPUs of this machine")
_Entry: TypeAlias = tuple[str, Problem | GpuRow | Process]
"""A line of an answer, and where it stands among them."""


def _counted(name: str, node: Node, found: Sequence[Problem], wait_s: float) -> NodeInspection:
    ailing = {index for one in found if one.severity != "info" for index in one.gpus}
    ailing |= {one.index for one in node.gpus if one.trouble is not None}
    products = {one.product for one in node.gpus if one.product}
    unsupported = {what: None for one in node.gpus for what in one.not_supported}
    return NodeInspection(
        cluster=name,
        driver=node.driver,
        cuda=node.cuda,
        product=products.pop() if len(products) == 1 else None,
        gpus=len(node.gpus),
        sound=len(node.gpus) - len(ailing),
        not_supported=tuple(unsupported),
        listened_s=wait_s,
        events=node.events[:_EVENTS],
        deaf=node.deaf,
    )


def _named(node: Node, asked: str) -> Gpu:
    """Return the GPU with this index, UUID or PCI address, whose domain may be written short."""
    wanted = asked.strip().lower()
    for one in node.gpus:
        pci = (one.pci_bus_id or "").lower()
        if wanted in {str(one.index), (one.uuid or "").lower(), pci} - {""}:
            return one
        if pci and pci.lstrip("0").removeprefix(":") == wanted.lstrip("0").removeprefix(":"):
            return one
    have = few([f"{one.index} ({one.uuid or one.trouble})" for one in node.gpus], 8)
    raise NotFoundError(
        f"this machine has no GPU {asked!r}",
        hint=f"there is {have}" if have else "it has none; gpu_inspect_node without gpu tells more",
    )


def _problems(found: Sequence[Problem]) -> list[_Entry]:
    return [(f"0:{rank:05}", one) for rank, one in enumerate(found)]


def _overview(node: Node, found: Sequence[Problem], product: str | None) -> list[_Entry]:
    rows = [(f"1:{one.index:05}", _row(one, product)) for one in node.gpus]
    return [*_problems(found), *rows]


def _whole(gpu: Gpu, found: Sequence[Problem]) -> list[_Entry]:
    own = [one for one in found if gpu.index in one.gpus]
    held = [(f"2:{one.pid:010}:{one.gpu_instance}", one) for one in gpu.processes or ()]
    return [*_problems(own), *sorted(held, key=lambda entry: entry[0])]


def _page(answer: NodeInspection, rest: Sequence[_Entry], own: str, count: int) -> NodeInspection:
    shown = [one for _, one in rest[:count]]
    left = len(rest) - count
    return answer.model_copy(
        update={
            "problems": tuple(one for one in shown if isinstance(one, Problem)),
            "rows": tuple(one for one in shown if isinstance(one, GpuRow)),
            "processes": tuple(one for one in shown if isinstance(one, Process)),
            "left": left,
            "next_cursor": encode("inspect_node", own, rest[count - 1][0]) if left else None,
        }
    )


def _row(gpu: Gpu, product: str | None) -> GpuRow:
    memory, power, clocks = gpu.memory, gpu.power, gpu.clocks
    return GpuRow(
        gpu=gpu.index,
        product=gpu.product if gpu.product != product else None,
        uuid=gpu.uuid,
        pci=gpu.pci_bus_id,
        trouble=gpu.trouble,
        used_mib=memory.used if memory else None,
        total_mib=memory.total if memory else None,
        load_percent=gpu.utilization.gpu if gpu.utilization else None,
        celsius=gpu.temperature.gpu if gpu.temperature else None,
        watts=power.draw if power else None,
        limit_watts=power.limit if power else None,
        sm_mhz=clocks.sm if clocks else None,
        slowed_by=tuple(one for one in (clocks.reasons if clocks else None) or () if one != _IDLE),
        mig=_partitioned(gpu.mig),
        processes=None if gpu.processes is None else len(gpu.processes),
    )


def _partitioned(mig: Mig | None) -> str | None:
    if mig is None or not mig.enabled:
        return None if mig is None else "off"
    counted = Counter(one.profile for one in mig.instances)
    return ",".join(f"{count}x{profile}" for profile, count in counted.items()) or "empty"
