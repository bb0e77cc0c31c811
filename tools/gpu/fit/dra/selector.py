"""Selectors of devices, as far as they are comparisons: of drivers, attributes and capacities.

They are CEL (k8s.io/dynamic-resource-allocation/cel). Those of the vendors' own DeviceClasses, and
what their documents show, are comparisons joined by `&&`, `||` and `!`; of anything else it is said
that it was not evaluated.
"""

import operator
import re
from collections.abc import Callable, Mapping
from typing import TypeAlias

from clusterwright.tools.gpu.fit.dra.device import Device
from clusterwright.tools.kubernetes.analyzers.quantity import quantity
from clusterwright.tools.manifest import Json

Answer: TypeAlias = bool | None
"""None: it cannot be told."""
_LONGEST = 2_000
_DEEPEST = 8
_STRING = r"""(?:"[^"\\]*"|'[^'\\]*')"""
_DOMAIN = rf"\[\s*(?P<domain>{_STRING})\s*\]"
_NAME = rf"(?:\.(?P<name>[A-Za-z_]\w*)|\[\s*(?P<quoted>{_STRING})\s*\])"
_ATTRIBUTE = rf"device\.attributes{_DOMAIN}{_NAME}"
_CAPACITY = rf"device\.capacity{_DOMAIN}{_NAME}"
_LITERAL = rf"(?P<literal>{_STRING}|-?\d{{1,18}}|true|false)"
_OPERATOR = r"(?P<operator>==|!=|<=|>=|<|>)"
_DRIVER = re.compile(rf"device\.driver\s*(?P<operator>==|!=)\s*(?P<literal>{_STRING})")
_HAS = re.compile(rf"has\(\s*{_ATTRIBUTE}\s*\)")
_FLAG = re.compile(_ATTRIBUTE)
_COMPARED = re.compile(rf"{_ATTRIBUTE}\s*{_OPERATOR}\s*{_LITERAL}")
_AMONG = re.compile(rf"{_ATTRIBUTE}\s+in\s+\[(?P<list>(?:\s*{_STRING}\s*,?){{1,50}})\]")
_KEY = re.compile(rf"(?P<name>{_STRING})\s+in\s+device\.attributes{_DOMAIN}")
_AMOUNT = re.compile(
    rf"{_CAPACITY}\.(?P<method>compareTo|isGreaterThan|isLessThan)\(\s*quantity\("
    rf"(?P<literal>{_STRING})\)\s*\)(?:\s*{_OPERATOR}\s*0)?"
)
_TEXT = re.compile(
    rf"{_ATTRIBUTE}(?P<lower>\.lowerAscii\(\))?"
    rf"\.(?P<method>contains|startsWith|endsWith)\(\s*(?P<literal>{_STRING})\s*\)"
)
_OPERATORS: Mapping[str, Callable[[Json, Json], bool]] = {
    "==": operator.eq,
    "!=": operator.ne,
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}


def holds(expression: str, device: Device) -> Answer:
    """Return whether a selector takes a device; None where that cannot be told."""
    return _any(expression, device, 0) if len(expression) <= _LONGEST else None


def _any(expression: str, device: Device, depth: int) -> Answer:
    answers = [_all(part, device, depth) for part in _split(expression, "||")]
    if True in answers:
        return True
    return None if None in answers else False


def _all(expression: str, device: Device, depth: int) -> Answer:
    answers = [_one(part.strip(), device, depth) for part in _split(expression, "&&")]
    if False in answers:
        return False
    return None if None in answers else True


def _one(term: str, device: Device, depth: int) -> Answer:
    if depth > _DEEPEST:
        return None
    if term.startswith("!"):
        inner = _one(term[1:].strip(), device, depth + 1)
        return None if inner is None else not inner
    if term.startswith("(") and _closes(term):
        return _any(term[1:-1], device, depth + 1)
    for form, answer in _FORMS:
        if found := form.fullmatch(term):
            return answer(found, device)
    return None


def _driver(found: re.Match[str], device: Device) -> Answer:
    return _OPERATORS[found["operator"]](device.driver, found["literal"][1:-1])


def _has(found: re.Match[str], device: Device) -> Answer:
    return _value(found, device) is not None


def _key(found: re.Match[str], device: Device) -> Answer:
    return device.value("attributes", found["domain"][1:-1], found["name"][1:-1]) is not None


def _flag(found: re.Match[str], device: Device) -> Answer:
    value = _value(found, device)
    return value if isinstance(value, bool) else None


def _compared(found: re.Match[str], device: Device) -> Answer:
    value, literal = _value(found, device), _literal(found["literal"])
    if type(value) is not type(literal):
        return None  # an attribute that is not there is an error of the selector
    return _OPERATORS[found["operator"]](value, literal)


def _among(found: re.Match[str], device: Device) -> Answer:
    value = _value(found, device)
    listed = [one[1:-1] for one in re.findall(_STRING, found["list"])]
    return value in listed if isinstance(value, str) else None


def _amount(found: re.Match[str], device: Device) -> Answer:
    value = _value(found, device, "capacity")
    if value is None:
        return None
    have, asked = quantity(value), quantity(found["literal"][1:-1])
    match found["method"], found["operator"]:
        case "compareTo", str(spelled):
            return _OPERATORS[spelled](have, asked)
        case "isGreaterThan", None:
            return have > asked
        case "isLessThan", None:
            return have < asked
        case _:
            return None


def _text(found: re.Match[str], device: Device) -> Answer:
    value = _value(found, device)
    if not isinstance(value, str):
        return None
    value, wanted = value.lower() if found["lower"] else value, found["literal"][1:-1]
    match found["method"]:
        case "contains":
            return wanted in value
        case "startsWith":
            return value.startswith(wanted)
        case _:
            return value.endswith(wanted)


_FORMS: tuple[tuple[re.Pattern[str], Callable[[re.Match[str], Device], Answer]], ...] = (
    (_DRIVER, _driver),
    (_HAS, _has),
    (_KEY, _key),
    (_COMPARED, _compared),
    (_AMONG, _among),
    (_AMOUNT, _amount),
    (_TEXT, _text),
    (_FLAG, _flag),
)


def _value(found: re.Match[str], device: Device, which: str = "attributes") -> Json:
    name = found["name"] or found["quoted"][1:-1]
    return device.value(which, found["domain"][1:-1], name)


def _literal(spelled: str) -> Json:
    if spelled in {"true", "false"}:
        return spelled == "true"
    return spelled[1:-1] if spelled[0] in "\"'" else int(spelled)


def _split(expression: str, by: str) -> list[str]:
    """Return the parts between an operator, where it stands outside of brackets and strings."""
    parts, start, depth, quote = [""], 0, 0, ""
    for place, letter in enumerate(expression):
        if quote:
            quote = "" if letter == quote else quote
        elif letter in "\"'":
            quote = letter
        elif letter in "([":
            depth += 1
        elif letter in ")]":
            depth -= 1
        elif not depth and expression.startswith(by, place) and place >= start:
            parts[-1] = expression[start:place]
            parts.append("")
            start = place + len(by)
    parts[-1] = expression[start:]
    return parts


def _closes(term: str) -> bool:
    """Return whether the first bracket is closed by the last one."""
    depth = 0
    for place, letter in enumerate(term):
        depth += (letter == "(") - (letter == ")")
        if not depth:
            return place == len(term) - 1
    return False
