"""Signals of GPUs, as dcgm-exporter tells them; which are exported is its etc/default-counters.csv.

"Busy" is GR_ENGINE_ACTIVE, the share of time in which the compute engines had work. GPU_UTIL says
that some kernel ran: one that is tiny gives 100 %, and parts of a GPU (MIG) have none.
"""

from collections.abc import Iterator

from clusterwright.tools.prometheus.signal.candidate import (
    ON_GPUS,
    Candidate,
    Shape,
    Signal,
    Unit,
    Wanted,
)
from clusterwright.tools.prometheus.signal.subject import Scheme

_BY = (
    Scheme.HOSTNAME, Scheme.HOST, Scheme.NODE, Scheme.INSTANCE, Scheme.EXPORTED, Scheme.TOLD,
)  # fmt: skip
_DEV, _PROF = "DCGM_FI_DEV_", "DCGM_FI_PROF_"
_GPU = "pod,exported_pod,Hostname,hostname,node,gpu,GPU_I_ID"
_OFF = "off by default in dcgm-exporter"


def _made(
    signal: Signal, slot: str, unit: Unit, query: str, *needs: str,
    against: str = "", shape: Shape = Shape.COURSE, note: str = "",
) -> Candidate:  # fmt: skip
    return Candidate(
        signal, slot, "DCGM", unit, query, needs, _BY, ON_GPUS,
        shape=shape, against=against, note=note,
    )  # fmt: skip


def candidates() -> Iterator[Candidate]:
    """Yield what is known of the GPUs of a node, of pods, or of one."""
    yield from _busy()
    yield from _full()
    yield from _failing()


def _busy() -> Iterator[Candidate]:
    engine, util = f"{_PROF}GR_ENGINE_ACTIVE", f"{_DEV}GPU_UTIL"
    yield _made(
        Signal.SATURATION, "GPU busy", Unit.RATIO, f"avg({engine}{{$S}})", engine,
        against="time", note="GR_ENGINE_ACTIVE, mean of the GPUs",
    )  # fmt: skip
    yield _made(
        Signal.SATURATION, "GPU busy", Unit.RATIO, f"avg({util}{{$S}}) / 100", util,
        against="time",
        note="GPU_UTIL, as GR_ENGINE_ACTIVE is not exported: one tiny kernel shows as 100 %",
    )  # fmt: skip
    # The mean of several hides the one that does nothing.
    for metric, part in ((engine, ""), (util, " / 100")):
        yield _made(
            Signal.SATURATION, "least busy GPU", Unit.RATIO,
            f"bottomk(1, max by ({_GPU}) ({metric}{{$S}}){part})", metric, against="time",
        )  # fmt: skip
    for slot, metric in (("tensor cores busy", f"{_PROF}PIPE_TENSOR_ACTIVE"),
                         ("GPU memory busy", f"{_PROF}DRAM_ACTIVE")):  # fmt: skip
        yield _made(
            Signal.SATURATION, slot, Unit.RATIO, f"avg({metric}{{$S}})", metric, against="time"
        )  # fmt: skip


def _full() -> Iterator[Candidate]:
    used, free, kept = (f"{_DEV}FB_{one}" for one in ("USED", "FREE", "RESERVED"))
    used_, free_, kept_ = (f"max by ({_GPU}) ({one}{{$S}})" for one in (used, free, kept))
    yield _made(
        Signal.SATURATION, "GPU memory", Unit.RATIO,
        f"topk(1, {used_} / ({used_} + {free_} + {kept_}))", used, free, kept,
        against="used + free + reserved",
    )  # fmt: skip
    yield _made(
        Signal.SATURATION, "GPU memory", Unit.RATIO,
        f"topk(1, {used_} / ({used_} + {free_}))", used, free, against="used + free",
    )  # fmt: skip
    temperature, power = f"{_DEV}GPU_TEMP", f"{_DEV}POWER_USAGE"
    limit = f"{_DEV}POWER_MGMT_LIMIT"
    yield _made(
        Signal.SATURATION, "hottest GPU", Unit.CELSIUS, f"max({temperature}{{$S}})", temperature
    )  # fmt: skip
    yield _made(
        Signal.SATURATION, "GPU power", Unit.RATIO, f"sum({power}{{$S}}) / sum({limit}{{$S}})",
        power, limit, against="the limit",
    )  # fmt: skip
    yield _made(Signal.SATURATION, "GPU power", Unit.WATTS, f"sum({power}{{$S}})", power)
    for slot, one in (("power throttling", "POWER"), ("thermal throttling", "THERMAL")):
        metric = f"{_DEV}{one}_VIOLATION"
        yield _made(
            Signal.SATURATION, slot, Unit.RATIO, f"max(rate({metric}{{$S}}[$W])) / 1e9", metric,
            against="time", note="the counter is of nanoseconds, whatever its help text says",
        )  # fmt: skip


def _failing() -> Iterator[Candidate]:
    counted, last = "DCGM_EXP_XID_ERRORS_COUNT", f"{_DEV}XID_ERRORS"
    yield _made(
        Signal.ERRORS, "last XID", Unit.NUMBER, f"max({last}{{$S}})", last, shape=Shape.CODE,
        note="the code of the last one, whenever it was, and no count; 0 is none",
    )  # fmt: skip
    yield _made(
        Signal.ERRORS, "XID changes", Unit.COUNT, f"sum(changes({last}{{$S}}[$L]))", last,
        shape=Shape.TOTAL, note="the same code twice is no change",
    )  # fmt: skip
    yield _made(
        Signal.ERRORS, "XIDs", Unit.NUMBER, f"sum({counted}{{$S}})", counted,
        note="within the window that the exporter was given",
    )  # fmt: skip
    for slot, one in (("uncorrectable ECC errors", "ECC_DBE_VOL_TOTAL"),
                      ("rows remapped", "UNCORRECTABLE_REMAPPED_ROWS"),
                      ("row remap failures", "ROW_REMAP_FAILURE")):  # fmt: skip
        metric = f"{_DEV}{one}"
        yield _made(Signal.ERRORS, slot, Unit.NUMBER, f"max({metric}{{$S}})", metric)


def _wanted(signal: Signal, slot: str, export: str) -> Wanted:
    return Wanted(signal, slot, ON_GPUS, export, gpu=True)


WANTED = (
    _wanted(Signal.SATURATION, "GPU busy", f"{_PROF}GR_ENGINE_ACTIVE of dcgm-exporter"),
    _wanted(Signal.ERRORS, "last XID", f"{_DEV}XID_ERRORS of dcgm-exporter"),
    _wanted(Signal.ERRORS, "uncorrectable ECC errors", f"{_DEV}ECC_DBE_VOL_TOTAL ({_OFF})"),
    _wanted(Signal.SATURATION, "power throttling", f"{_DEV}POWER_VIOLATION ({_OFF})"),
    _wanted(Signal.SATURATION, "thermal throttling", f"{_DEV}THERMAL_VIOLATION ({_OFF})"),
)
