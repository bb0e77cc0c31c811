"""Kubernetes quantities as numbers (k8s.io/apimachinery, pkg/api/resource/quantity.go)."""

import math
import re

from clusterwright.tools.manifest import Json, Manifest, mapping

_UNITS = {
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
_QUANTITY = re.compile(r"([+-]?[0-9.]+(?:[eE][+-]?[0-9]+)?)([A-Za-z]*)")


def number_of(quantity: Json) -> float:
    """Return a quantity as a number, 0 for what is none."""
    found = _QUANTITY.fullmatch(str(quantity))
    try:
        number = float(found[1]) * _UNITS[found[2]] if found else 0.0
    except (KeyError, ValueError):
        return 0.0
    return number if math.isfinite(number) else 0.0


def numbers(value: Manifest, *path: str) -> dict[str, float]:
    """Return the quantities of a resource list by the name of their resource."""
    return {name: number_of(one) for name, one in mapping(value, *path).items()}
