"""Selectors of devices, as far as they are comparisons: of drivers, attributes and capacities.

They are CEL (k8s.io/dynamic-resource-allocation/cel). Those of the vendors' own DeviceClasses, and
what their documents show, are comparisons joined by `&&`, `||` and `!`; of anything else, and of
what is an error in CEL, it is said that it was not evaluated. As in CEL, what is false beside
something unknown is false, and what is true beside it true.
"""

import operator
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import TypeAlias

from clusterwright.tools.gpu.dra.device import Device
from clusterwright.tools.gpu.dra.expression import (
    Call,
    Compare,
    Expression,
    Get,
    Joined,
    Listed,
    Literal,
    Name,
    Not,
    parse,
)
from clusterwright.tools.gpu.dra.version import Version
from clusterwright.tools.kubernetes.analyzers.quantity import quantity
from clusterwright.tools.manifest import Json, dig

Answer: TypeAlias = bool | None
"""None: it cannot be told."""
_parsed = lru_cache(maxsize=512)(parse)
_READ: Mapping[str, type] = {"string": str, "int": int, "bool": bool}
_COMPARED: Mapping[str, Callable[[Json, Json], bool]] = {
    "==": operator.eq,
    "!=": operator.ne,
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
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
class _Subject:
    """A device, or one of which nothing but the driver is known."""

    driver: str
    device: Device | None


@dataclass(frozen=True, slots=True)
class _Names:
    """Attributes or capacities of one domain, or, without it, those of all."""

    subject: _Subject
    which: str
    domain: str | None = None

    def entry(self, name: str) -> Json:
        device = self.subject.device
        return device.entry(self.which, self.domain or "", name) if device else None

    def value(self, name: str) -> object:
        entry = self.entry(name)
        if self.which == "attributes":
            return _attribute(entry)
        return _quantity(dig(entry, "value") if isinstance(entry, dict) else entry)

    def has(self, name: str) -> Answer:
        known = self.subject.device is not None and self.domain is not None
        return self.entry(name) is not None if known else None


def holds(expression: str, device: Device) -> Answer:
    """Return whether a selector takes a device; None where that cannot be told."""
    if expression not in device.answers:
        device.answers[expression] = _answer(expression, _Subject(device.driver, device))
    return device.answers[expression]


def may_be_of(expression: str, driver: str) -> bool:
    """Return whether a selector may take a device of a driver; False where it surely takes none."""
    return _answer(expression, _Subject(driver, None)) is not False


def _answer(expression: str, subject: _Subject) -> Answer:
    read = _parsed(expression)
    found = None if read is None else _value(read, subject)
    return found if isinstance(found, bool) else None


def _value(one: Expression, subject: _Subject) -> object:
    """Return a string, number, truth, quantity, version or what has names; None if unknown."""
    found: object = None
    match one:
        case Literal(value):
            found = value
        case Name(name):
            found = subject if name == "device" else None
        case Get(of, key):
            found = _get(_value(of, subject), _value(key, subject))
        case Not(inner):
            value = _value(inner, subject)
            found = not value if isinstance(value, bool) else None
        case Joined(parts, decides):
            found = _joined([_value(each, subject) for each in parts], decides=decides)
        case Compare("in", left, right):
            found = _is_in(_value(left, subject), right, subject)
        case Compare(spelled, left, right):
            found = _compared(spelled, _value(left, subject), _value(right, subject))
        case Call("has", None, (Get(of, name, by_name=True),)):
            found = _is_in(_value(name, subject), of, subject)
        case Call(name, of, given):
            own = [] if of is None else [_value(of, subject)]
            found = _called(name, *own, *(_value(each, subject) for each in given))
        case _:
            pass  # a list, of which only what is in it is looked at
    return found


def _is_in(value: object, whole: Expression, subject: _Subject) -> Answer:
    if isinstance(whole, Listed):
        equal = [_compared("==", value, _value(each, subject)) for each in whole.values]
        return _joined(equal, decides=True) if equal else None
    names = _value(whole, subject)
    return names.has(value) if isinstance(names, _Names) and isinstance(value, str) else None


def _joined(answers: Sequence[object], *, decides: bool) -> Answer:
    if any(one is decides for one in answers):
        return decides
    return (not decides) if all(one is (not decides) for one in answers) else None


def _get(of: object, key: object) -> object:
    found: object = None
    match of, key:
        case _Subject(driver, _), "driver":
            found = driver
        case _Subject(), "attributes" | "capacity":
            found = _Names(of, str(key))
        case _Names(subject, which, None), str(domain):
            found = _Names(subject, which, domain)
        case _Names(), str(name):
            found = of.value(name)
        case _:
            pass
    return found


def _attribute(entry: Json) -> object:
    for kind, read in _READ.items():
        if type(value := dig(entry, kind)) is read:
            return value
    return Version.read(dig(entry, "version"))


def _quantity(spelled: Json) -> _Quantity | None:
    amount = quantity(spelled)
    zero = isinstance(spelled, str) and spelled.strip("+-0.") == ""
    return _Quantity(amount) if amount or zero else None  # 0 is also what no quantity reads as


def _compared(spelled: str, left: object, right: object) -> Answer:
    """Compare two of one kind: of others, CEL may say that they differ, or that it is an error."""
    if left is None or type(left) is not type(right) or isinstance(left, _Subject | _Names):
        return None
    ordered = isinstance(left, str | int) or spelled in {"==", "!="}
    return _COMPARED[spelled](left, right) if ordered else None


def _called(name: str, *given: object) -> object:
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
