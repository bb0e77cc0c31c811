"""Numbers as people write them: 120 ms, 1.5 GiB, 92 %, 0.25 cores."""

import math
from collections.abc import Callable, Mapping

from clusterwright.tools.prometheus.signal.candidate import Unit

_BINARY = ("B", "KiB", "MiB", "GiB", "TiB", "PiB")
_TINY, _HUGE = 1e-4, 1e15


def short(value: float, digits: int = 3) -> str:
    """Return a number with that many digits, never in powers of ten where few digits do."""
    if not math.isfinite(value):
        return {math.inf: "+Inf", -math.inf: "-Inf"}.get(value, "NaN")
    if value == 0:
        return "0"
    if _TINY <= abs(value) < _HUGE:
        places = max(0, digits - 1 - math.floor(math.log10(abs(value))))
        text = f"{value:,.{places}f}"
        return text.rstrip("0").rstrip(".") if "." in text else text
    return f"{value:.{digits}g}"


def rounded(value: float | None) -> float | None:
    """Return a number with four digits; None for one that is none."""
    if value is None or not math.isfinite(value):
        return None
    return float(f"{value:.4g}")


def spell(value: float | None, unit: Unit) -> str:
    """Return a number with its unit."""
    return "no value" if value is None else _SPELLED[unit](value)


def _seconds(value: float) -> str:
    if value and abs(value) < 1e-3:  # noqa: PLR2004 - a millisecond
        return f"{short(value * 1e6)} µs"
    return f"{short(value * 1e3)} ms" if abs(value) < 1 else f"{short(value)} s"


def _bytes(value: float) -> str:
    power = 0
    while abs(value) >= 1024 and power < len(_BINARY) - 1:  # noqa: PLR2004 - as in KiB
        value, power = value / 1024, power + 1
    return f"{short(value)} {_BINARY[power]}"


def _count(value: float) -> str:
    return short(round(value)) if abs(value) >= 1 else short(value, 1)


_SPELLED: Mapping[Unit, Callable[[float], str]] = {
    Unit.SECONDS: _seconds,
    Unit.RATIO: lambda value: f"{short(value * 100)} %",
    Unit.BYTES: _bytes,
    Unit.BYTES_PER_SECOND: lambda value: f"{_bytes(value)}/s",
    Unit.PER_SECOND: lambda value: f"{short(value)}/s",
    Unit.CORES: lambda value: f"{short(value)} cores",
    Unit.CELSIUS: lambda value: f"{short(value)} °C",
    Unit.WATTS: lambda value: f"{short(value)} W",
    Unit.COUNT: _count,
    Unit.NUMBER: short,
}
