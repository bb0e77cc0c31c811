"""The policy file: YAML that nobody else may write, read as a whole or refused with the reason."""

from collections.abc import Iterator, Sequence
from pathlib import Path

import yaml
from pydantic import ValidationError
from pydantic_core import ErrorDetails
from yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

from clusterwright.tools.errors import InvalidInputError, NotFoundError
from clusterwright.tools.trust.policy import Policy, Rule
from clusterwright.tools.trust.private_file import read_own

_EXAMPLE = "a rule is, say, {changes: [restart], clusters: ['dev-*'], namespaces: ['shop-*']}"
_LONGEST_VALUE = 60


def load(path: Path) -> Policy:
    """Return the policy of a file; raise a ToolError that tells what is wrong with it and where."""
    if not path.is_file():
        raise NotFoundError(f"there is no policy file {str(path)!r}", hint="check the path")
    written = read_own(path)
    try:
        tree = yaml.compose(written, yaml.SafeLoader)
        content: object = yaml.safe_load(written)
    except (yaml.YAMLError, ValueError) as error:  # a date that no calendar has is a ValueError
        raise InvalidInputError(f"{str(path)!r} is no YAML: {error}", hint=_EXAMPLE) from error
    wrong = list(_given_twice(tree, set()))
    if not wrong:
        try:
            return Policy.model_validate({} if content is None else content)
        except ValidationError as error:
            wrong = [_told(one, tree) for one in error.errors(include_url=False)]
    raise InvalidInputError(
        f"the policy {str(path)!r} is not valid: {'; '.join(wrong)}", hint=_EXAMPLE
    )


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


def _told(error: ErrorDetails, tree: Node | None) -> str:
    """Return what is wrong with one value, where it is, and what would be right."""
    place = error["loc"]
    name = ".".join(str(part) for part in place) or "the file"
    match error["type"]:
        case "missing":
            return f"line {_line(tree, place)}: {name} is required"
        case "extra_forbidden":
            known = ", ".join((Rule if len(place) > 1 else Policy).model_fields)
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
