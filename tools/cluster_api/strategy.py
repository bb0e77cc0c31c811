"""How a pool or a control plane replaces its Machines when they are to be others."""

from dataclasses import dataclass

from clusterwright.tools.manifest import Json, Manifest, mapping, text

_PLACES = (("rollout", "strategy"), ("strategy",), ("rolloutStrategy",))
"""In the API v1beta2; in v1beta1 of pools, and of control planes."""
_LONGEST = 9
"""Digits of a number that may be one."""


@dataclass(frozen=True, slots=True)
class Strategy:
    """How many Machines come and go at a time."""

    surge: int
    """So many more than asked for."""
    unavailable: int
    """So many fewer."""
    on_delete: bool
    """None by itself: each once somebody deletes it."""


def strategy_of(manifest: Manifest | None, replicas: int) -> Strategy:
    """Return the strategy of so many replicas; defaults are Cluster API's: one more, none fewer."""
    spec = mapping(manifest, "spec")
    strategy = next((one for path in _PLACES if (one := mapping(spec, *path))), mapping(None))
    rolling = mapping(strategy, "rollingUpdate")
    return Strategy(
        surge=_count(rolling.get("maxSurge", 1), replicas, up=True),
        unavailable=_count(rolling.get("maxUnavailable", 0), replicas, up=False),
        on_delete=text(strategy, "type") == "OnDelete",
    )


def _count(value: Json, of: int, *, up: bool) -> int:
    """Return a number, or a percentage of a number, rounded as Kubernetes does it (intstr)."""
    if isinstance(value, int):
        return value
    digits = value.removesuffix("%") if isinstance(value, str) else ""
    if not digits.isdecimal() or len(digits) > _LONGEST:
        return 1 if up else 0
    if digits == value:
        return int(digits)
    share = int(digits) * of
    return -(-share // 100) if up else share // 100
