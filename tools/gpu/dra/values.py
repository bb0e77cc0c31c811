"""What selectors of devices speak of, and what may be done with it; None is what is not known.

Also None is what is an error in CEL (k8s.io/dynamic-resource-allocation/cel, k8s.io/apiserver's
libraries for quantities and versions): an attribute that is not there, other types compared.
"""

import operator
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import TypeAlias

from clusterwright.tools.gpu.dra.device import Device
from clusterwright.tools.gpu.dra.version import Version
from clusterwright.tools.manifest import Json, dig
from clusterwright.tools.quantity import read

Answer: TypeAlias = bool | None
"""None: it cannot be told."""
_READ: Mapping[str, type] = {"string": str, "int": int, "bool": bool}
RELATIONS: Mapping[str, Callable[[Json, Json], bool]] = {
    "==": operator.eq,
    "!=": operator.ne,
    "<=": operator.le,
    ">=": operator.ge,
    "<": operator.lt,
    ">": operator.gt,
}
_TEXTS: Mapping[str, Callable[[str, str], bool]] = {
    "contains": operator.contains,
    "startsWith": str.startswith,
    "endsWith": str.endswith,
}
_AMOUNTS: Mapping[str, Callable[[Json, Json], Json]] = {
    "compareTo": lambda one, other: (one > other) - (one < other),
    "isGreaterThan": operator.gt,
    "isLessThan": operator.lt,
}


@dataclass(frozen=True, slots=True, order=True)
class _Quantity:
    amount: float


@dataclass(frozen=True, slots=True)
class Subject:
    """A device, or one of which nothing but the driver is known."""

    driver: str
    device: Device | None


@dataclass(frozen=True, slots=True)
class _Names:
    """Attributes or capacities of one domain, or, without it, those of all."""

    subject: Subject
    which: str
    domain: str | None = None

    def entry(self, name: str) -> Json:
        device = self.subject.device
        return device.entry(self.which, self.domain or "", name) if device else None

    def has(self, name: object) -> Answer:
        known = self.subject.device is not None and self.domain is not None
        return self.entry(name) is not None if known and isinstance(name, str) else None

    def value(self, name: str) -> object:
        entry = self.entry(name)
        if self.which == "capacity":
            return _quantity(dig(entry, "value") if isinstance(entry, dict) else entry)
        for kind, own in _READ.items():
            if type(value := dig(entry, kind)) is own:
                return value
        return Version.read(dig(entry, "version"))


@dataclass(frozen=True, slots=True)
class Listed:
    """A list, of which only what is in it is looked at."""

    values: tuple[object, ...]


def _quantity(spelled: Json) -> _Quantity | None:
    amount = read(spelled)
    return None if amount is None else _Quantity(amount)


def joined(answers: Iterable[object], *, decides: bool) -> Answer:
    """Return what several answers come to, of which one decides: true for `||`, false for `&&`."""
    every = list(answers)
    if any(one is decides for one in every):
        return decides
    return (not decides) if all(one is (not decides) for one in every) else None


def get(of: object, key: object) -> object:
    """Return a field, or an element by its key."""
    found: object = None
    match of, key:
        case Subject(driver, _), "driver":
            found = driver
        case Subject(), "attributes" | "capacity":
            found = _Names(of, str(key))
        case _Names(subject, which, None), str(domain):
            found = _Names(subject, which, domain)
        case _Names(), str(name):
            found = of.value(name)
        case _:
            pass
    return found


def compared(spelled: str, left: object, right: object) -> Answer:
    """Compare two of one kind: of others, CEL may say that they differ, or that it is an error."""
    if spelled == "in":
        return has(right, left)
    ordered = isinstance(left, str | int)
    equated = ordered or (isinstance(left, _Quantity | Version) and spelled in {"==", "!="})
    alike = equated and type(left) is type(right)
    return RELATIONS[spelled](left, right) if alike else None


def has(whole: object, one: object) -> Answer:
    """Return whether something is in a list, or a name among the attributes of a domain."""
    if isinstance(whole, Listed) and whole.values:
        return joined((compared("==", one, each) for each in whole.values), decides=True)
    return whole.has(one) if isinstance(whole, _Names) else None


def called(name: str, *given: object) -> object:
    """Return what a function makes of what it is given, or a method of what it belongs to."""
    found: object = None
    match name, given:
        case "quantity", (str(spelled),):
            found = _quantity(spelled)
        case "semver", (str(spelled),):
            found = Version.read(spelled)
        case "lowerAscii", (str(value),):
            found = "".join(one.lower() if one.isascii() else one for one in value)
        case _, (str(value), str(part)) if name in _TEXTS:
            found = _TEXTS[name](value, part)
        case _, ((_Quantity() | Version()) as one, other) if name in _AMOUNTS:
            found = _AMOUNTS[name](one, other) if type(one) is type(other) else None
        case _:
            pass
    return found
