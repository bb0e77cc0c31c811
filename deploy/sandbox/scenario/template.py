"""Fill `${name}` in a parsed document, so that no value can change its structure."""

import re
from collections.abc import Mapping
from typing import TypeAlias, cast

from clusterwright.tools.errors import InvalidInputError
from clusterwright.tools.manifest import Json

Scalar: TypeAlias = str | int

_PLACEHOLDER = re.compile(r"\$\{([a-z_]+)\}")


def fill(node: Json, values: Mapping[str, Scalar]) -> Json:
    """Return `node` with every `${name}` replaced, in keys too.

    A text that is nothing but one placeholder takes the value's own type, so that
    `containerPort: ${port}` stays a number. `$.path` and `${UPPER}` are left alone.
    """
    if isinstance(node, Mapping):
        pairs = cast("Mapping[str, Json]", node).items()
        return {str(fill(key, values)): fill(value, values) for key, value in pairs}
    if isinstance(node, list):
        return [fill(one, values) for one in cast("list[Json]", node)]
    return _fill_text(node, values) if isinstance(node, str) else node


def _fill_text(text: str, values: Mapping[str, Scalar]) -> Scalar:
    alone = _PLACEHOLDER.fullmatch(text)
    if alone:
        return _value(alone[1], values)
    return _PLACEHOLDER.sub(lambda found: str(_value(found[1], values)), text)


def _value(name: str, values: Mapping[str, Scalar]) -> Scalar:
    if name not in values:
        raise InvalidInputError(
            f"the scenario uses ${{{name}}}, which is not drawn",
            hint=f"drawn are {', '.join(sorted(values))}; add others under draw: in scenario.yaml",
        )
    return values[name]
