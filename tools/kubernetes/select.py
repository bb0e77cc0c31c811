"""Parts of an object: by JSONPath, or as an outline of what is where when it is too large."""

import json
import re
from functools import cache
from importlib import import_module
from typing import TYPE_CHECKING, cast

from clusterwright.tools.errors import InvalidInputError
from clusterwright.tools.excerpt import one_line
from clusterwright.tools.manifest import Json, Manifest

if TYPE_CHECKING:
    from jsonpath import JSONPathEnvironment

_EXAMPLE = "as in $.spec.containers[*].image or status.conditions[?(@.type=='Ready')].message"
_PARTS = re.compile(r"'[^']*'|\"[^\"]*\"|\.\.|[\[\]?$]")
_LONGEST_PATH = 1_000
_DESCENTS = 2
_ENTRIES = 60
_SMALL = 120
_PLAIN = re.compile(r"[\w./-]+\Z")
"""Keys that stand as they are; any other is quoted, so that no key looks like a line."""


def select(manifest: Manifest, paths: list[str]) -> dict[str, list[Json]]:
    """Return what lies at each JSONPath (RFC 9535; `$.` may be left out).

    Raises InvalidInputError for what is no path.
    """
    return {path: _at(manifest, path) for path in paths}


def size(value: Json) -> int:
    """Return the bytes of a value as JSON."""
    return len(json.dumps(value, ensure_ascii=False, separators=(",", ":"), default=str).encode())


def outline(value: Json, path: str = "$") -> dict[str, str]:
    """Return, for each member of a large value, itself when small, else its size and shape."""
    found: dict[str, str] = {}
    for step, one in _members(value):
        if len(found) == _ENTRIES:
            found[f"{path}…"] = "more; ask for a narrower path"
            break
        found[f"{path}{step}"] = _told(one)
    return found


def _told(value: Json) -> str:
    bytes_ = size(value)
    if bytes_ <= _SMALL:
        return json.dumps(value, ensure_ascii=False, default=str)
    if isinstance(value, list):
        return f"[{len(cast('list[Json]', value))} items, {bytes_} bytes]"
    if isinstance(value, dict):
        keys = [one_line(key) for key in cast("Manifest", value)]
        shown = ", ".join(keys[:8]) + (", …" if len(keys) > len(keys[:8]) else "")
        return f"{{{shown}; {bytes_} bytes}}"
    return f"[text, {bytes_} bytes]"


def _members(value: Json) -> list[tuple[str, Json]]:
    if isinstance(value, dict):
        return [(_step(key), one) for key, one in cast("Manifest", value).items()]
    if isinstance(value, list):
        return [(f"[{i}]", one) for i, one in enumerate(cast("list[Json]", value))]
    return [("", value)]


def _step(key: str) -> str:
    return f".{key}" if key.isidentifier() else f"[{json.dumps(key)}]"


def _at(manifest: Manifest, path: str) -> list[Json]:
    spelled = path.strip().removeprefix("{").removesuffix("}")
    if not spelled.startswith("$"):
        spelled = f"$.{spelled.removeprefix('.')}"
    _refuse_costly(spelled)
    try:
        return list(_jsonpath().findall(spelled, manifest))
    except (_error(), ValueError, RecursionError) as error:
        raise InvalidInputError(
            f"{path[:80]!r} is not a JSONPath: {str(error).splitlines()[0][:200]}", hint=_EXAMPLE
        ) from error


def _refuse_costly(path: str) -> None:
    """Raise InvalidInputError for a path that looks at the whole object over and over.

    A filter may look below what it filters, once: nested filters, and filters that descend
    everywhere or begin anew at the root, take time without bound in an object of a few kilobytes.
    """
    depth, descents, filters = 0, 0, list[int]()
    for part in _PARTS.findall(path[: _LONGEST_PATH + 1]):
        match part:
            case "[":
                depth += 1
            case "]":
                depth -= 1
                filters = [one for one in filters if one <= depth]
            case "?" if not filters:
                filters.append(depth)
            case ".." if not filters and descents < _DESCENTS:
                descents += 1
            case "?" | ".." | "$" if filters or part == "..":
                raise InvalidInputError(
                    f"the JSONPath {path[:80]!r} would search the object over and over",
                    hint="use one filter at a time, with neither `..` nor `$` in it",
                )
            case _:
                continue
    if len(path) > _LONGEST_PATH:
        raise InvalidInputError(f"a JSONPath has at most {_LONGEST_PATH} characters", hint=_EXAMPLE)


@cache
def _jsonpath() -> "JSONPathEnvironment":
    """Return what finds paths: as the RFC has it, without match() and search().

    A regular expression of a caller's choosing could keep the whole server busy for hours.
    """
    library = import_module("jsonpath")  # a fifth of a second that start-up does without
    environment: JSONPathEnvironment = library.JSONPathEnvironment(strict=True)
    for name in ("match", "search"):
        del environment.function_extensions[name]
    return environment


def _error() -> type[Exception]:
    found: type[Exception] = import_module("jsonpath").JSONPathError
    return found


def indented(value: Json, indent: str = "") -> str:
    """Return a value as YAML that is written in one line wherever it fits into one."""
    flat = json.dumps(value, ensure_ascii=False, default=str)
    if len(flat) <= _SMALL or not isinstance(value, dict | list):
        return f"{indent}{flat}"
    if isinstance(value, list):
        blocks = (indented(one, f"{indent}  ") for one in cast("list[Json]", value))
        return "\n".join(f"{indent}- {block[len(indent) + 2 :]}" for block in blocks)
    lines: list[str] = []
    for key, one in cast("Manifest", value).items():
        block = indented(one, f"{indent}  ")
        flat_one = "\n" not in block
        name = key if _PLAIN.match(key) else json.dumps(key, ensure_ascii=False)
        lines.append(
            f"{indent}{name}: {block.strip()}" if flat_one else f"{indent}{name}:\n{block}"
        )
    return "\n".join(lines)
