"""What the comments in a values.yaml say of each value.

PyYAML forgets comments, but tells the line of every key: what is written above a key, and behind
it, is all that is needed, and no second YAML library is.
"""

import re
from collections.abc import Iterator, Mapping

import yaml
from yaml.nodes import MappingNode, Node, ScalarNode

from clusterwright.tools.excerpt import one_line
from clusterwright.tools.field_path import Path
from clusterwright.tools.yaml_loader import SafeLoader

_LONGEST = 300
_DEEPEST = 30
_COMMENT = re.compile(r"\s*#+[ \t]?(.*)")
_BEHIND = re.compile(r"[ \t]#+[ \t]?(.*)$")
_NAMED = re.compile(
    r"(?m)^[ \t]*#+[ \t]*"
    r"(?:@param[ \t]+(\S{1,200})[ \t]+(?:\[[^\]\n]*\][ \t]*)?|(\S{1,200}) -- )(.*)$"
)
"""Wherever it stands: `## @param image.tag [default: x] The tag`, `# image.tag -- The tag`."""
_DASHES = "-- "
"""As helm-docs has it: `# -- The tag`."""
_RULE = re.compile(r"[-=#*~ ]*")
_OF_TOOLS = (
    "@section",
    "@skip",
    "@extra",
    "@ignored",
    "@schema",
    "@default",
    "@raw",
    "@notationType",
)


def comments(written: str) -> Mapping[Path, str]:
    """Return what is said of each value, on one line; values without a word are not in it.

    `written` must have been read as YAML before, which refuses what is nested without end.
    """
    try:
        root = yaml.compose(written, SafeLoader)
    except yaml.YAMLError:
        return {}  # several documents
    lines = written.splitlines()
    named = {one[1] or one[2]: one_line(one[3], _LONGEST) for one in _NAMED.finditer(written)}
    found: dict[Path, str] = {}
    for path, line in _keys(root, (), 0):
        said = named.get(".".join(map(str, path))) or _said(lines, line)
        if said:
            found[path] = said
    return found


def _keys(node: Node | None, path: Path, depth: int) -> Iterator[tuple[Path, int]]:
    """Yield each key of the mappings, with its line; what is in lists is one value."""
    if not isinstance(node, MappingNode) or depth > _DEEPEST or node.flow_style:
        return
    for key, value in node.value:
        if isinstance(key, ScalarNode):
            here = (*path, key.value)
            yield here, key.start_mark.line
            yield from _keys(value, here, depth + 1)


def _said(lines: list[str], line: int) -> str:
    """Return the comment right above a line, up to an empty one, else what is behind it."""
    above: list[str] = []
    for one in reversed(lines[max(0, line - 40) : line]):
        form = _COMMENT.fullmatch(one)
        if form is None:
            break
        above.append(form[1])
    said = _joined(reversed(above))
    behind = _BEHIND.search(lines[line]) if not said and line < len(lines) else None
    return one_line(said or (behind[1] if behind else ""), _LONGEST)


def _joined(above: Iterator[str]) -> str:
    kept: list[str] = []
    for one in above:
        if not one.strip():
            kept = []  # a paragraph before: it speaks of a section
        elif one.startswith(_DASHES):
            kept = [one.removeprefix(_DASHES)]
        elif not (_RULE.fullmatch(one) or one.startswith(_OF_TOOLS) or " -- " in one):
            kept.append(one)
    return " ".join(kept)
