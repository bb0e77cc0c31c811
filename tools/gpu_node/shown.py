"""One GPU in lines: a line for each matter, what was not read left out."""

from collections.abc import Iterator

from clusterwright.tools.excerpt import one_line
from clusterwright.tools.gpu_node.clock_reasons import MEANING
from clusterwright.tools.gpu_node.models import Gpu, GpuInstance, Mig, Process
from clusterwright.tools.quotation import quoted, word

_LONGEST = 120


def quiet(text: str) -> str:
    """Return a name of a product or machine on one short line."""
    return one_line(text, _LONGEST)


def process_line(one: Process) -> str:
    """Return a process; its name is whatever it calls itself."""
    place = "" if one.gpu_instance is None else f" GI {one.gpu_instance} CI {one.compute_instance}"
    used = "memory not told" if one.used is None else f"{one.used} MiB"
    name = "name not seen from here" if one.name is None else word(one_line(one.name, _LONGEST))
    return f"process {one.pid} ({one.kind}){place}: {used}, {name}"


def lines_of(gpu: Gpu) -> list[str]:
    """Return a GPU."""
    named = [gpu.product and quiet(gpu.product), gpu.uuid, gpu.pci_bus_id]
    lines = [f"GPU {gpu.index}: {', '.join(one for one in named if one) or gpu.trouble}"]
    lines += [f"vbios {quiet(gpu.vbios)}"] if gpu.vbios else []
    lines += [*_load(gpu), *_clocks(gpu), *_errors(gpu), *_links(gpu), *_modes(gpu)]
    lines += _mig(gpu.mig) if gpu.mig else []
    lines += [f"not read: {one.what} ({quiet(one.why)})" for one in gpu.unread]
    return lines


def _told(label: str, **values: object) -> Iterator[str]:
    """Yield a line of the values that are there, each with its name."""
    shown = [
        f"{name.replace('_', ' ')} {_value(it)}" for name, it in values.items() if it is not None
    ]
    if shown:
        yield f"{label}: {', '.join(shown)}"


def _value(value: object) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return f"{value:g}" if isinstance(value, float) else str(value)


def _load(gpu: Gpu) -> Iterator[str]:
    if gpu.memory:
        one = gpu.memory
        yield from _told(
            "memory MiB", used=one.used, free=one.free, reserved=one.reserved, total=one.total
        )
    if gpu.utilization:
        yield from _told("load %", kernels=gpu.utilization.gpu, memory=gpu.utilization.memory)
    if gpu.temperature:
        heat = gpu.temperature
        yield from _told("C", gpu=heat.gpu, memory=heat.memory, until_slowdown=heat.margin)
    if gpu.power:
        power = gpu.power
        yield from _told(
            "W",
            draw=power.draw,
            limit=power.limit,
            default=power.default,
            least=power.least,
            most=power.most,
        )


def _clocks(gpu: Gpu) -> Iterator[str]:
    clocks = gpu.clocks
    if clocks is None:
        return
    yield from _told(
        "MHz",
        sm=clocks.sm,
        sm_max=clocks.sm_max,
        memory=clocks.memory,
        memory_max=clocks.memory_max,
    )
    for reason in clocks.reasons or ():
        yield f"clocks: {reason}: {MEANING.get(reason, 'a reason that is not known here')}"
    held = {name: seconds for name, seconds in clocks.held_s.items() if seconds}
    yield from _told("seconds held since the driver was loaded", **held)


def _errors(gpu: Gpu) -> Iterator[str]:
    ecc, rows, pages = gpu.ecc, gpu.remapped_rows, gpu.retired_pages
    if ecc:
        yield from _told(
            "ECC",
            on=ecc.mode,
            pending=ecc.pending if ecc.pending != ecc.mode else None,
            corrected=ecc.corrected_volatile,
            uncorrected=ecc.uncorrected_volatile,
            corrected_ever=ecc.corrected_aggregate,
            uncorrected_ever=ecc.uncorrected_aggregate,
        )
        yield from _told(
            "SRAM",
            uncorrected=ecc.sram_uncorrected_volatile,
            uncorrected_ever=ecc.sram_uncorrected_aggregate,
            threshold_exceeded=ecc.sram_threshold_exceeded,
        )
    if rows:
        yield from _told(
            "remapped rows",
            correctable=rows.correctable,
            uncorrectable=rows.uncorrectable,
            pending=rows.pending,
            failure=rows.failure,
        )
        yield from _told("banks by spare rows left", **rows.banks)
    if pages:
        yield from _told(
            "retired pages",
            single_bit=pages.single_bit,
            double_bit=pages.double_bit,
            pending=pages.pending,
        )


def _links(gpu: Gpu) -> Iterator[str]:
    pcie, nvlink, fabric = gpu.pcie, gpu.nvlink, gpu.fabric
    if pcie:
        yield from _told(
            "PCIe",
            generation=pcie.generation,
            of=pcie.generation_max,
            width=pcie.width,
            of_width=pcie.width_max,
            replays=pcie.replays,
        )
    if nvlink:
        yield from _told(
            "NVLink",
            up=len(nvlink.active),
            down=",".join(map(str, nvlink.inactive)) or 0,
            crc_errors=nvlink.crc_errors,
            replays=nvlink.replays,
            recoveries=nvlink.recoveries,
        )
    if fabric:
        yield from _told(
            "fabric",
            state=fabric.state,
            status=fabric.status,
            clique=fabric.clique,
            cluster=fabric.cluster,
            ailing=", ".join(fabric.ailments) or None,
        )


def _modes(gpu: Gpu) -> Iterator[str]:
    yield from _told(
        "modes",
        compute=gpu.compute_mode,
        persistence=gpu.persistence_mode,
        recovery_action=quoted(gpu.recovery_action) if gpu.recovery_action else None,
        performance_state=gpu.clocks.performance_state if gpu.clocks else None,
    )


def _mig(mig: Mig) -> Iterator[str]:
    yield from _told(
        "MIG", on=mig.enabled, pending=mig.pending if mig.pending != mig.enabled else None
    )
    for one in mig.instances:
        yield _instance(one)
    if not mig.listed:
        yield "GPU instances without a compute instance, and places: not read, it takes a privilege"
    if mig.profiles:
        free = [
            f"{one.name} {one.most if one.free is None else one.free}/{one.most}"
            for one in mig.profiles
        ]
        yield f"profiles, free/most: {', '.join(free)}"


def _instance(one: GpuInstance) -> str:
    place = "" if one.start is None else f" at slices {one.start}+{one.size}"
    held = "; ".join(
        f"CI {each.id} {each.uuid} {'-' if each.used is None else each.used}"
        f"/{'-' if each.total is None else each.total} MiB"
        for each in one.compute
    )
    return f"GPU instance {one.id} {one.profile}{place}: {held or 'no compute instance'}"
