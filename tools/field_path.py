"""Paths to fields as people write them: `spec.template.spec.containers[name=app].image`.

A list item is named by its key, not by its place, wherever it has one: places move when somebody
else adds an item. The value at a path can be read, set and removed; objects are never changed in
place.
"""

import re
from collections.abc import Sequence
from typing import TypeAlias, cast

from clusterwright.tools.errors import InvalidInputError
from clusterwright.tools.manifest import Json, Manifest

Segment: TypeAlias = str | int | tuple[str, str]
"""A member's key, a list item's place, or (key, value) of the list item that has it."""
Path: TypeAlias = tuple[Segment, ...]

MISSING = object()
"""What lies at a path that leads nowhere; None is a value."""
_LONGEST, _MOST_DIGITS = 40, 9
"""Segments of a path, and digits of a place in a list."""
_TOKEN = re.compile(
    r"""
    \[(?P<quote>['"])(?P<quoted>.*?)(?P=quote)\]      # ['app.kubernetes.io/name']
    | \[(?P<key>[A-Za-z0-9_.-]+)=(?P<value>[^\]]+)\]  # [name=app]
    | \[(?P<index>\d+)\]                              # [0]
    | \[(?P<bare>[^\]=*]+)\]                          # [app]: an item's name, or a member's key
    | \.?(?P<member>[^.\[\]]+)                        # spec
    """,
    re.VERBOSE,
)
_PLAIN = re.compile(r"[A-Za-z0-9_/-]+\Z")
_EXAMPLE = (
    "write spec.replicas, metadata.labels['app.kubernetes.io/name'] or"
    " spec.template.spec.containers[name=app].image"
)


def parse(spelled: str) -> Path:
    """Read a path, also as a JSON pointer (`/spec/replicas`); raise InvalidInputError."""
    if spelled.startswith("/"):
        parts = spelled[1:].split("/")
        if len(parts) > _LONGEST:
            raise InvalidInputError(f"{spelled[:120]!r} is no path to a field", hint=_EXAMPLE)
        keys = [part.replace("~1", "/").replace("~0", "~") for part in parts]
        return tuple(_index(key) if key.isdecimal() else key for key in keys)
    rest = spelled.removeprefix("$").removeprefix(".")
    found: list[Segment] = []
    while rest:
        token = _TOKEN.match(rest)
        if token is None or len(found) == _LONGEST:
            raise InvalidInputError(f"{spelled[:120]!r} is no path to a field", hint=_EXAMPLE)
        found.append(_segment(token))
        rest = rest[token.end() :]
    if not found:
        raise InvalidInputError(f"{spelled[:120]!r} names no field", hint=_EXAMPLE)
    return tuple(found)


def _segment(token: re.Match[str]) -> Segment:
    if token["key"]:
        return (token["key"], token["value"].strip("'\""))
    if token["index"]:
        return _index(token["index"])
    if token["bare"]:
        return ("", token["bare"])
    return token["quoted"] if token["quote"] else token["member"]


def _index(digits: str) -> int:
    if len(digits) > _MOST_DIGITS:
        raise InvalidInputError(f"{digits[:40]!r} is no place in a list", hint=_EXAMPLE)
    return int(digits)


def spell(path: Path) -> str:
    """Return a path as `parse` reads it."""
    text = ""
    for one in path:
        match one:
            case int():
                text += f"[{one}]"
            case (key, value):
                text += f"[{key}={value}]" if key else f"[{value}]"
            case _ if _PLAIN.match(one):
                text += f".{one}" if text else one
            case _:
                text += f"['{one}']"
    return text


def read(value: Json, path: Path) -> Json:
    """Return what lies at a path, or MISSING."""
    for one in path:
        value = _step(value, one)
        if value is MISSING:
            return MISSING
    return value


def _step(value: Json, segment: Segment) -> Json:
    if isinstance(value, list):
        place = _place(cast("list[Json]", value), segment)
        return MISSING if place is None else cast("list[Json]", value)[place]
    if not isinstance(value, dict) or isinstance(segment, int):
        return MISSING
    key = segment if isinstance(segment, str) else segment[1] if not segment[0] else None
    return MISSING if key is None else cast("Manifest", value).get(key, MISSING)


def _place(listed: Sequence[Json], segment: Segment) -> int | None:
    """Return where in a list the item of a segment is."""
    if isinstance(segment, int):
        return segment if segment < len(listed) else None
    key, wanted = segment if isinstance(segment, tuple) else ("name", segment)
    for place, one in enumerate(listed):
        if not isinstance(one, dict):
            continue
        held = cast("Manifest", one).get(key or "name", MISSING)
        if held is not MISSING and _told(held) == wanted:
            return place
    return None


def _told(value: Json) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def put(value: Json, path: Path, new: Json) -> Json:
    """Return `value` with `new` at a path; MISSING removes what is there.

    Objects on the way are made. A list item that does not exist is added, with its key; one that
    is named by its place must exist or be the next. Raises InvalidInputError where the path leads
    through something that is neither object nor list.
    """
    return _put(value, path, new, path)


def _put(value: Json, rest: Path, new: Json, whole: Path) -> Json:
    if not rest:
        return new
    head, tail = rest[0], rest[1:]
    if isinstance(value, list):
        return _put_in_list(cast("list[Json]", value), head, (tail, new, whole))
    if value is None or value is MISSING:
        value = cast("Json", {})
    key = head[1] if isinstance(head, tuple) and not head[0] else head
    if not isinstance(value, dict) or not isinstance(key, str):
        raise InvalidInputError(
            f"{spell(whole)} leads through {spell(whole[: -len(rest)]) or 'the object'}, which is"
            f" no {'object' if isinstance(key, str) else 'list'}",
            hint="read the object with k8s_get and name the field as it is there",
        )
    members = dict(cast("Manifest", value))
    inner = _put(members.get(key, MISSING), tail, new, whole)
    if inner is MISSING:
        members.pop(key, None)
    else:
        members[key] = inner
    return members


def _put_in_list(listed: list[Json], head: Segment, job: tuple[Path, Json, Path]) -> Json:
    tail, new, whole = job
    place = _place(listed, head)
    copy = list(listed)
    if place is None:
        if new is MISSING:
            return copy
        copy.append(_added(listed, head, job))
        return copy
    inner = _put(copy[place], tail, new, whole)
    if inner is MISSING:
        del copy[place]
    else:
        copy[place] = inner
    return copy


def _added(listed: list[Json], head: Segment, job: tuple[Path, Json, Path]) -> Json:
    tail, new, whole = job
    if isinstance(head, int):
        if head > len(listed):
            raise InvalidInputError(
                f"{spell(whole)} names item {head} of a list that has {len(listed)}",
                hint="name an item by its key, as in containers[name=app]",
            )
        return _put(MISSING, tail, new, whole) if tail else new
    key, wanted = head if isinstance(head, tuple) else ("name", head)
    made = _put({key or "name": wanted}, tail, new, whole)
    return {key or "name": wanted, **cast("Manifest", made)} if isinstance(made, dict) else made
