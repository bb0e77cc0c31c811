"""Files of settings: YAML that nobody else may write, read whole or refused with the line."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TypeVar

import yaml
from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails
from yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

from clusterwright.tools.errors import InvalidInputError, NotFoundError
from clusterwright.tools.trust.private_file import read_own

_LONGEST_VALUE = 60


_M = TypeVar("_M", bound=BaseModel)


def load_settings(path: Path, model: type[_M], row: type[BaseModel], what: str, hint: str) -> _M:
    """Return the settings of a file; raise a ToolError that tells what is wrong with it and where.

    Args:
        path: of the file.
        model: what it holds.
        row: what the lists in it hold.
        what: names it in an error, as `policy`.
        hint: an example of a right one.
    """
    if not path.is_file():
        raise NotFoundError(f"there is no {what} file {str(path)!r}", hint="check the path")
    written = read_own(path)
    try:
        tree = yaml.compose(written, yaml.SafeLoader)
        content: object = yaml.safe_load(written)
    except (yaml.YAMLError, ValueError) as error:  # a date that no calendar has is a ValueError
        raise InvalidInputError(f"{str(path)!r} is no YAML: {error}", hint=hint) from error
    wrong = list(_given_twice(tree, set()))
    if not wrong:
        try:
            return model.model_validate({} if content is None else content)
        except ValidationError as error:
            errors = error.errors(include_url=False)
            wrong = [_told(one, tree, model, row) for one in errors]
    raise InvalidInputError(f"the {what} {str(path)!r} is not valid: {'; '.join(wrong)}", hint=hint)


def _given_twice(node: Node | None, seen: set[int]) -> Iterator[str]:
    """Yield the keys that YAML would let a later one replace without a word."""
    if node is None or id(node) in seen:  # an anchor may lead back to itself
        return
    seen.add(id(node))
    if isinstance(node, SequenceNode):
        for one in node.value:
            yield from _given_twice(one, seen)
    if isinstance(node, MappingNode):
        keys = [key.value for key, _ in node.value]
        for place, (key, value) in enumerate(node.value):
            if isinstance(key, ScalarNode) and key.value in keys[:place]:
                yield f"line {key.start_mark.line + 1}: {key.value!r} is given twice"
            yield from _given_twice(value, seen)


def _told(
    error: ErrorDetails, tree: Node | None, model: type[BaseModel], row: type[BaseModel]
) -> str:
    """Return what is wrong with one value, where it is, and what would be right."""
    place = error["loc"]
    name = ".".join(str(part) for part in place) or "the file"
    match error["type"]:
        case "missing":
            return f"line {_line(tree, place)}: {name} is required"
        case "extra_forbidden":
            known = ", ".join((row if len(place) > 1 else model).model_fields)
            return f"line {_line(tree, place)}: there is no {name}; there are {known}"
        case "tuple_type":
            right = "should be a list"
        case "model_type" | "dict_type":
            right = "should be a mapping"
        case _:
            right = error["msg"][:1].lower() + error["msg"][1:]
    value = str(error["input"])[:_LONGEST_VALUE]
    return f"line {_line(tree, place)}: {name}: {right}, not {value!r}"


def _line(node: Node | None, place: Sequence[int | str]) -> int:
    """Return the line of a value, or of the nearest around it that is there."""
    line = 1
    for part in place:
        pairs: list[tuple[Node, Node]] = []
        if isinstance(node, SequenceNode) and isinstance(part, int):
            pairs = [(node.value[part], node.value[part])]
        elif isinstance(node, MappingNode):
            pairs = [pair for pair in node.value if pair[0].value == str(part)]
        if not pairs:
            break
        key, node = pairs[-1]
        line = key.start_mark.line + 1
    return line
