"""Changes of fields as a JSON patch (RFC 6902), for items of lists that only their place tells.

What was third when somebody looked may be second by now. So the patch tests first that the item
still holds what was seen in it: if not, the API server changes nothing.
"""

from collections.abc import Mapping

from clusterwright.tools.errors import InvalidInputError
from clusterwright.tools.field_path import Path, spell
from clusterwright.tools.manifest import Json, Manifest


def by_place(path: Path) -> Path:
    """Return a path as far as its last place in a list; empty if it has none."""
    places = [at for at, one in enumerate(path) if isinstance(one, int)]
    return path[: places[-1] + 1] if places else ()


def json_patch(fields: Mapping[Path, Json], held: Mapping[Path, str]) -> list[Manifest]:
    """Return the tests of what was seen, and then the changes; None removes a field.

    Raises InvalidInputError where it is not known what an item held, or a field to be removed.

    Args:
        fields: the values to set.
        held: what was seen at paths of the same object.
    """
    seen = [one for path, value in fields.items() for one in _seen(path, value, held)]
    tests = [
        {"op": "test", "path": _pointer(one), "value": _typed(held[one], fields.get(one))}
        for one in dict.fromkeys(seen)
    ]
    return [*tests, *(_operation(path, value) for path, value in fields.items())]


def _seen(path: Path, value: Json, held: Mapping[Path, str]) -> list[Path]:
    """Return the paths by which a field is known again that may be another one by now."""
    item = by_place(path)
    if not item and value is not None:
        return []
    if path in held:
        return [path]
    found = [one for one in held if item and one[: len(item)] == item]
    if value is None or not found:
        raise InvalidInputError(f"it is not known what {spell(path)} holds at present")
    return found


def _typed(seen: str, new: Json) -> Json:
    """Return what was seen as it may be in the object: of that, findings tell the text only."""
    return int(seen) if seen.isdecimal() and not isinstance(new, str) else seen


def _operation(path: Path, value: Json) -> Manifest:
    if value is None:
        return {"op": "remove", "path": _pointer(path)}
    op = "replace" if isinstance(path[-1], int) else "add"  # an item would be added before it
    return {"op": op, "path": _pointer(path), "value": value}


def _pointer(path: Path) -> str:
    """Return a path as a JSON pointer (RFC 6901)."""
    if any(isinstance(one, tuple) for one in path):
        raise InvalidInputError(f"a JSON patch finds no item by its key, as in {spell(path)}")
    return "".join(f"/{str(one).replace('~', '~0').replace('/', '~1')}" for one in path)
