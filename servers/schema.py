"""JSON schemas made small: every host pays for them in each conversation."""

from typing import cast

from clusterwright.tools.manifest import Json

_NULL = {"type": "null"}


def compact(schema: dict[str, Json]) -> dict[str, Json]:
    """Return a schema without generated titles and without a null branch for optional values.

    The server still accepts null for an optional argument; saying so to a model, once for each
    argument, would be a fifth of all that a tool's schema takes. Of the items of a list it stays:
    a null among them is told as it is.
    """
    return cast("dict[str, Json]", _compact(schema, is_schema=True))


def _compact(value: Json, *, is_schema: bool, of_items: bool = False) -> Json:
    """Compact a schema, or what lies below `properties`, whose keys are names and no keywords."""
    if isinstance(value, list):
        return [_compact(one, is_schema=True) for one in cast("list[Json]", value)]
    if not isinstance(value, dict):
        return value
    members = cast("dict[str, Json]", value)
    if is_schema:
        members = _without_noise(members, of_items=of_items)
    return {
        key: one
        if is_schema and key in {"default", "const", "enum", "required", "mapping"}
        else _compact(
            one,
            is_schema=not is_schema or key not in {"properties", "$defs"},
            of_items=is_schema and key == "items",
        )
        for key, one in members.items()
    }


def _without_noise(schema: dict[str, Json], *, of_items: bool) -> dict[str, Json]:
    kept = {key: one for key, one in schema.items() if key != "title"}
    if kept.get("default", ...) is None:
        del kept["default"]
    branches = cast("list[Json]", kept.get("anyOf", []))
    if _NULL in branches and not of_items:
        rest = [one for one in branches if one != _NULL]
        del kept["anyOf"]
        kept = {**(rest[0] if len(rest) == 1 else {"anyOf": rest}), **kept}
    return kept
