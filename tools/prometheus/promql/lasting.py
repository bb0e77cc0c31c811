"""Durations as PromQL spells them."""

_UNITS = (("w", 604_800), ("d", 86_400), ("h", 3_600), ("m", 60), ("s", 1))
_MILLI = 1_000


def lasting(seconds: float) -> str:
    """Return seconds as `1h30m`; parts of a second in milliseconds."""
    if seconds < 0:
        return f"-{lasting(-seconds)}"
    whole, rest = divmod(round(seconds * _MILLI), _MILLI)
    parts: list[str] = []
    for unit, size in _UNITS:
        if unit == "w" and whole % size:
            continue  # `9d` is read more easily than `1w2d`
        count, whole = divmod(whole, size)
        if count:
            parts.append(f"{count}{unit}")
    if rest:
        parts.append(f"{rest}ms")
    return "".join(parts) or "0s"
