"""Units as names of metrics tell them, and numbers as people read them."""

import math
import re
from dataclasses import dataclass
from enum import StrEnum

from clusterwright.tools.prometheus.window import stamp


class Unit(StrEnum):
    """What a number counts. Source of the names: Prometheus, "Metric and label naming"."""

    SECONDS = "seconds"
    BYTES = "bytes"
    BYTES_PER_SECOND = "bytes/s"
    PER_SECOND = "1/s"
    SECONDS_PER_SECOND = "seconds per second"
    """Of CPU time: cores."""
    RATIO = "ratio"
    PERCENT = "percent"
    CELSIUS = "celsius"
    WATTS = "watts"
    JOULES = "joules"
    VOLTS = "volts"
    AMPERES = "amperes"
    METERS = "meters"
    GRAMS = "grams"
    HERTZ = "hertz"
    CORES = "cores"
    EPOCH = "seconds since 1970"
    MEBIBYTES = "MiB"
    MEGAHERTZ = "MHz"
    MILLIJOULES = "mJ"


_OF_SUFFIX = {
    "seconds": Unit.SECONDS,
    "bytes": Unit.BYTES,
    "ratio": Unit.RATIO,
    "percent": Unit.PERCENT,
    "celsius": Unit.CELSIUS,
    "watts": Unit.WATTS,
    "joules": Unit.JOULES,
    "volts": Unit.VOLTS,
    "amperes": Unit.AMPERES,
    "meters": Unit.METERS,
    "grams": Unit.GRAMS,
    "hertz": Unit.HERTZ,
    "cores": Unit.CORES,
}
_MOMENT = re.compile(
    r".+_(timestamp(_in)?_seconds|(start|boot|last_\w+)_time_seconds|created)|node_time_seconds"
)
"""Other names with `time_seconds`, as `request_time_seconds`, tell how long something took."""
_OF_GPU = {
    "TEMP": Unit.CELSIUS,
    "POWER_USAGE": Unit.WATTS,
    "UTIL": Unit.PERCENT,
    "FB_USED": Unit.MEBIBYTES,
    "FB_FREE": Unit.MEBIBYTES,
    "FB_RESERVED": Unit.MEBIBYTES,
    "FB_TOTAL": Unit.MEBIBYTES,
    "CLOCK": Unit.MEGAHERTZ,
    "ENERGY_CONSUMPTION": Unit.MILLIJOULES,
    "ACTIVE": Unit.RATIO,
}
"""Source: dcgm-exporter, etc/default-counters.csv, and the fields of DCGM."""


def unit_of(metric: str) -> Unit | None:
    """Return the unit that a metric's name tells, None where it tells none."""
    if metric.startswith("DCGM_FI_"):
        return next((unit for end, unit in _OF_GPU.items() if metric.endswith(end)), None)
    if _MOMENT.fullmatch(metric):
        return Unit.EPOCH
    name = metric.removesuffix("_total").removesuffix("_sum").removesuffix("_max")
    if metric.endswith(("_bucket", "_count")):
        return None
    for suffix, unit in _OF_SUFFIX.items():
        if name.endswith(f"_{suffix}"):
            return unit
    return None


def per_second(unit: Unit | None) -> Unit | None:
    """Return the unit of a rate of something."""
    match unit:
        case Unit.BYTES:
            return Unit.BYTES_PER_SECOND
        case Unit.SECONDS:
            return Unit.SECONDS_PER_SECOND
        case Unit.JOULES:
            return Unit.WATTS
        case None:
            return Unit.PER_SECOND
        case _:
            return None


def of_observations(unit: Unit | None) -> Unit | None:
    """Return the unit of what a native histogram observed, also where its rate was asked for."""
    match unit:
        case Unit.BYTES_PER_SECOND:
            return Unit.BYTES
        case Unit.SECONDS_PER_SECOND:
            return Unit.SECONDS
        case Unit.PER_SECOND:
            return None
        case _:
            return unit


@dataclass(frozen=True, slots=True)
class _Scale:
    base: float
    names: tuple[str, ...]


_BINARY = _Scale(1024, ("", "Ki", "Mi", "Gi", "Ti", "Pi", "Ei"))
_DECIMAL = _Scale(1000, ("", "k", "M", "G", "T", "P", "E"))
_SHORTER = (("", 1.0), ("m", 1e-3), ("u", 1e-6), ("n", 1e-9))
_DAY, _HOUR, _MINUTE = 86_400, 3_600, 60
_DIGITS = 4
_LARGEST = 1e21
_EARLIEST, _LATEST = 1e8, 1e11
"""Seconds that are a moment, in 1973 to 5138."""


def human(value: float, unit: Unit | None = None) -> str:
    """Return a number in at most four digits, with a prefix and, of bytes and seconds, the unit."""
    if not math.isfinite(value):
        return "NaN" if math.isnan(value) else f"{'+' if value > 0 else '-'}Inf"
    match unit:
        case Unit.BYTES | Unit.BYTES_PER_SECOND:
            after = "B/s" if unit is Unit.BYTES_PER_SECOND else "B"
            return _scaled(value, _BINARY, after)
        case Unit.SECONDS:
            return _time(value)
        case Unit.EPOCH if _EARLIEST < value < _LATEST:
            return stamp(value)
        case _:
            return _scaled(value, _DECIMAL, "")


def span(seconds: float, units: int = 2) -> str:
    """Return a duration in its largest units, as `1h30m`; of four it is exact to the second."""
    left = round(seconds)
    parts: list[str] = []
    for name, size in (("d", _DAY), ("h", _HOUR), ("m", _MINUTE), ("s", 1)):
        number, left = divmod(left, size)
        if number:
            parts.append(f"{number}{name}")
    return "".join(parts[:units]) or "0s"


def _scaled(value: float, scale: _Scale, unit: str) -> str:
    size = abs(value)
    if size >= _LARGEST or (0 < size < 1 / scale.base**2):
        return f"{value:.3g}{unit}"
    power = 0
    while size >= scale.base * 0.99995 and power < len(scale.names) - 1:
        size /= scale.base
        power += 1
    return f"{_digits(value / scale.base**power)}{scale.names[power]}{unit}"


def _time(value: float) -> str:
    size = abs(value)
    sign = "-" if value < 0 else ""
    if size >= 2 * _MINUTE:
        return sign + span(size) if size < _LARGEST else f"{value:.3g}s"
    for name, least in _SHORTER:
        if size >= least or not size:
            return f"{_digits(value / least)}{name}s"
    return f"{value:.3g}s"


def _digits(value: float) -> str:
    text = f"{value:.{_DIGITS}g}"
    return f"{value:.0f}" if "e" in text else text
