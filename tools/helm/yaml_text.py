"""YAML as Kubernetes and Helm read it, which is not as PyYAML does; from anybody, at little cost.

Go's parser (go.yaml.in/yaml/v2, resolve.go; sigs.k8s.io/yaml) takes no timestamps and no numbers
of base 60, knows `1e3` for a number, and `=` for a string; keys end as strings.
"""

import re

import yaml
from yaml.composer import Composer
from yaml.constructor import ConstructorError
from yaml.error import MarkedYAMLError
from yaml.nodes import MappingNode, ScalarNode, SequenceNode

from clusterwright.tools.errors import InvalidInputError
from clusterwright.tools.excerpt import one_line
from clusterwright.tools.helm.bounded import bounded
from clusterwright.tools.manifest import Json
from clusterwright.tools.yaml_loader import SafeLoader

_PER_CHARACTER, _LEAST = 4, 10_000
"""Values that a text may stand for, for each of its characters and in any case."""
_MERGED = 10_000
"""Members that `<<` may bring into a mapping: merges of merges multiply."""
_NESTED = 4_000
"""Levels below which libyaml's composer, which descends in C, has stack enough."""
_TAG = "tag:yaml.org,2002:"
_BLOCK = re.compile(r"(?m)^[ \t?:-]+")
_RESOLVERS = (
    (
        "bool",
        r"y|Y|yes|Yes|YES|n|N|no|No|NO|true|True|TRUE|false|False|FALSE|on|On|ON|off|Off|OFF",
        "yYnNtTfFoO",
    ),
    ("int", r"[-+]?(?:0[xX][0-9a-fA-F_]{1,16}|0[oO]?[0-7_]{1,22}|0[bB][01_]{1,64}|0)", "-+0"),
    ("int", r"[-+]?[1-9][0-9_]{0,17}", "-+123456789"),
    (
        "float",
        r"[-+]?(?:\.[0-9_]{1,99}|[0-9][0-9_]{0,99}(?:\.[0-9_]{0,99})?)(?:[eE][-+]?[0-9]{1,3})?",
        "-+.0123456789",
    ),
    ("null", r"~|null|Null|NULL", "~nN"),
    ("merge", r"<<", "<"),
)


def _by_first_character() -> dict[str, list[tuple[str, re.Pattern[str]]]]:
    found = {"": [(f"{_TAG}null", re.compile(r"\Z"))]}
    for tag, pattern, firsts in _RESOLVERS:
        for first in firsts:
            found.setdefault(first, []).append((_TAG + tag, re.compile(rf"(?:{pattern})\Z")))
    return found


class _Loader(SafeLoader):
    """PyYAML's safe loader, with the scalars of Go's."""

    yaml_implicit_resolvers = _by_first_character()

    def flatten_mapping(self, node: MappingNode) -> None:
        """Merge what `<<` names; raise ConstructorError where that would multiply."""
        brought = 0
        for key, value in node.value:
            if key.tag == f"{_TAG}merge":
                for one in value.value if isinstance(value, SequenceNode) else [value]:
                    if isinstance(one, MappingNode):
                        self.flatten_mapping(one)
                        brought += len(one.value)
        if brought > _MERGED:
            raise ConstructorError(
                problem="merges of merges multiply", problem_mark=node.start_mark
            )
        super().flatten_mapping(node)


def _careful() -> type[_Loader]:
    """Return the same, but composed in Python: nesting without end is an error and no crash."""
    if issubclass(_Loader, Composer):
        return _Loader  # there is no libyaml here

    class Careful(Composer, _Loader):
        def __init__(self, stream: str) -> None:
            _Loader.__init__(self, stream)
            Composer.__init__(self)

    return Careful


def _bool(loader: _Loader, node: ScalarNode) -> bool:
    return str(loader.construct_scalar(node)).lower() in {"y", "yes", "true", "on"}


def _text(loader: _Loader, node: ScalarNode) -> str:
    return str(loader.construct_scalar(node))


_Loader.add_constructor(f"{_TAG}bool", _bool)
_Loader.add_constructor(f"{_TAG}timestamp", _text)
_Loader.add_constructor(f"{_TAG}binary", _text)


def load(text: str) -> Json:
    """Return what one YAML document holds, as JSON.

    Raises InvalidInputError where it is no YAML, nested without end, or its aliases multiply.
    """
    deepest = 2 * max(map(len, _BLOCK.findall(text)), default=0)
    nested = deepest + text.count("[") + text.count("{") > _NESTED
    try:
        read = yaml.load(text, Loader=_careful() if nested else _Loader)  # noqa: S506 - both are safe
    except (yaml.YAMLError, RecursionError, ValueError) as error:
        raise InvalidInputError(
            f"it is no YAML that can be read: {_why(error)}",
            hint="helm lint finds the line in the chart",
        ) from error
    return bounded(read, max(_LEAST, _PER_CHARACTER * len(text)))


def _why(error: Exception) -> str:
    """Return what is wrong without the text around it, which may be a secret."""
    if isinstance(error, RecursionError):
        return "it is nested too deep"
    if not isinstance(error, MarkedYAMLError):
        return "it holds a number or a character that is none"
    mark = error.problem_mark or error.context_mark
    return f"{one_line(error.problem or '')}{f', in line {mark.line + 1}' if mark else ''}"
