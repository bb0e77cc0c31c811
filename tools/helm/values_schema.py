"""What of a release's values the schema of its own chart refuses, as Helm would at an upgrade."""

import base64
import binascii
from collections.abc import Iterator
from typing import cast

import orjson

from clusterwright.tools.excerpt import few, one_line
from clusterwright.tools.field_path import spell
from clusterwright.tools.helm.record import Release
from clusterwright.tools.helm.schema_draft import draft_of
from clusterwright.tools.helm.values import GLOBAL, values_of
from clusterwright.tools.manifest import Json, Manifest, items, text
from clusterwright.tools.quotation import word
from clusterwright.tools.schema import Violation, broken, limit


def refused(release: Release) -> list[Violation]:
    """Return the rules that the values of a revision break.

    None are where the chart has no schema, or one that cannot be judged here, as one that refers
    to other places. Rules for the values of charts below are left to these: a record has no such
    chart.
    """
    schema = _schema(release)
    if schema is None:
        return []
    below = {GLOBAL}
    for one in items(release.chart, "metadata", "dependencies"):
        below |= {text(one, "name"), text(one, "alias")}
    draft, formats = draft_of(schema)
    found = broken(draft, schema, values_of(release), formats=formats) or []
    return [one for one in found if not _of_others(one, below)]


def said(one: Violation) -> str:
    """Return a violation in words: where it is and what would be right; never the value."""
    where = word(one_line(spell(one.path), 120)) if one.path else "the values"
    lacks = "lacks" if one.path else "lack"
    match one.rule:
        case "type":
            return f"{where} must be {_listed(one.wanted, ' or ')}"
        case "enum":
            return f"{where} must be one of {_listed(one.wanted, ', ')}"
        case "const":
            return f"{where} must be {word(one_line(str(one.wanted), 60))}"
        case "required":
            return f"{where} {lacks} {few([word(key) for key in _missing(one)], 3)}"
        case "additionalProperties":
            return f"{where} has members that are not known"
        case _:
            return f"{where} {one_line(limit(one), 100)}"


def _schema(release: Release) -> Manifest | None:
    try:
        found: Json = orjson.loads(base64.b64decode(text(release.chart, "schema")))
    except (binascii.Error, ValueError):
        return None  # what is to be made of it is left to Helm
    return cast("Manifest", found) if isinstance(found, dict) and found else None


def _of_others(one: Violation, below: set[str]) -> bool:
    if one.path:
        return str(one.path[0]) in below
    return one.rule == "required" and below.issuperset(_missing(one))


def _missing(one: Violation) -> Iterator[str]:
    there: Json = one.instance
    for key in cast("list[Json]", one.wanted or []) if one.rule == "required" else ():
        if isinstance(key, str) and isinstance(there, dict) and key not in there:
            yield key


def _listed(wanted: Json, between: str) -> str:
    listed = cast("list[Json]", wanted) if isinstance(wanted, list) else [wanted]
    return between.join(word(one_line(str(one), 40)) for one in listed[:8])
