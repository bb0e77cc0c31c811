"""Kubernetes quantities as numbers (k8s.io/apimachinery, pkg/api/resource)."""

import re

from clusterwright.tools.manifest import Manifest, mapping

_FORM = re.compile(
    r"([+-]?(?:\d{1,30}(?:\.\d{0,30})?|\.\d{1,30}))([eE][+-]?\d{1,2}|[A-Za-z]{0,2})\Z"
)
_FACTORS = {
    "": 1.0,
    "n": 1e-9,
    "u": 1e-6,
    "m": 1e-3,
    "k": 1e3,
    "M": 1e6,
    "G": 1e9,
    "T": 1e12,
    "P": 1e15,
    "E": 1e18,
    "Ki": 2.0**10,
    "Mi": 2.0**20,
    "Gi": 2.0**30,
    "Ti": 2.0**40,
    "Pi": 2.0**50,
    "Ei": 2.0**60,
}
_TOO_MUCH = 1e300


def read(value: object) -> float | None:
    """Return a quantity (`500m`, `2Gi`, `1e3`, 4) as a finite number; None for what is none."""
    if isinstance(value, int | float):
        return float(value) if abs(value) < _TOO_MUCH else None  # nor is NaN less
    form = _FORM.match(value.strip()) if isinstance(value, str) else None
    if form is None:
        return None
    digits, suffix = form.groups()
    if suffix in _FACTORS:
        return float(digits) * _FACTORS[suffix]
    return float(digits + suffix) if suffix[-1].isdigit() else None


def quantity(value: object) -> float:
    """Return a quantity as `read` does; 0 for what is none."""
    return read(value) or 0.0


def quantities(value: Manifest, *path: str) -> dict[str, float]:
    """Return the quantities of a resource list by the name of their resource."""
    return {name: quantity(one) for name, one in mapping(value, *path).items()}


def spelled(amount: float, resource: str) -> str:
    """Return an amount as people write it for a resource: `8Gi` of memory, `500m` of cpu."""
    if resource in {"memory", "ephemeral-storage"} or resource.startswith("hugepages-"):
        for suffix in ("Ti", "Gi", "Mi", "Ki"):
            if amount >= _FACTORS[suffix]:
                return f"{amount / _FACTORS[suffix]:.4g}{suffix}"
    if amount != int(amount):
        return f"{amount * 1000:.0f}m"
    return str(int(amount))
