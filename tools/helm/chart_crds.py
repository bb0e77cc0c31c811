"""CustomResourceDefinitions of a chart's `crds/`: Helm installs them once, and never again.

Neither an upgrade nor a rollback writes them (helm/helm, pkg/action/install.go, installCRDs).
"""

import base64
import binascii
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import cast

from clusterwright.tools.errors import InvalidInputError
from clusterwright.tools.excerpt import few
from clusterwright.tools.helm.objects import parse
from clusterwright.tools.helm.record import Release
from clusterwright.tools.manifest import Json, Manifest, items, mapping, name_of, text, truth
from clusterwright.tools.quotation import word
from clusterwright.tools.ref import Ref, legal

CRD = "CustomResourceDefinition"
_LONGEST = 1_500_000
"""Characters of one file, as it is in a record: base64."""
_MOST_FILES = 60
_DEEPEST = 12
"""Levels of a schema that are compared."""


@dataclass(frozen=True, slots=True)
class Definition:
    """A CustomResourceDefinition, as far as two of them are compared."""

    ref: Ref
    kind: str
    served: Mapping[str, frozenset[str]]
    """The versions that are served, each with the fields of its schema."""


def crds_of(release: Release) -> tuple[Definition, ...]:
    """Return the definitions in the `crds/` of a release's own chart; what is odd is left out.

    The files of charts that it depends on are not in its record.
    """
    found = [
        definition
        for one in release.crd_files[:_MOST_FILES]
        if len(text(one, "data")) <= _LONGEST
        for definition in _in_file(text(one, "data"))
    ]
    return tuple({one.ref: one for one in found}.values())


@lru_cache(maxsize=128)
def _in_file(data: str) -> tuple[Definition, ...]:
    try:
        written = base64.b64decode(data).decode(errors="replace")
        parsed = parse(written)
    except (binascii.Error, ValueError, InvalidInputError):
        return ()  # Helm could not apply it either
    made = (definition_of(one) for _, one in parsed if text(one, "kind") == CRD)
    return tuple(one for one in made if one is not None)


def definition_of(manifest: Manifest) -> Definition | None:
    """Return what a CustomResourceDefinition defines; None for one without a legal name."""
    ref = legal(CRD, name_of(manifest), "", "apiextensions.k8s.io/v1")
    if ref is None:
        return None
    served = {
        text(one, "name"): frozenset(_fields(mapping(one, "schema", "openAPIV3Schema"), "", 0))
        for one in items(manifest, "spec", "versions")
        if truth(one, "served")
    }
    return Definition(ref, text(manifest, "spec", "names", "kind"), served)


def behind(live: Definition, wanted: Definition) -> str:
    """Return how a live definition is behind a chart's: a verb and what; empty where it is not."""
    versions = [word(one) for one in wanted.served if one not in live.served]
    if versions:
        return f"does not serve {few(versions, 3)}"
    return next(_lacking(live, wanted), "")


def _lacking(live: Definition, wanted: Definition) -> Iterator[str]:
    """Yield the versions whose schema lacks fields that the chart's has, and has none of its own.

    One with other fields is of somebody else, or newer: nothing tells that it is behind.
    """
    for version, fields in wanted.served.items():
        own = live.served.get(version, frozenset())
        missing = sorted(fields - own)
        if missing and not own - fields:
            yield f"lacks {few([word(one) for one in missing], 2)} in {word(version)}"


def _fields(schema: Json, path: str, depth: int) -> Iterator[str]:
    """Yield the fields that a schema has, as `spec.replicas`; deep ones are left out."""
    if depth > _DEEPEST:
        return
    for name, one in mapping(schema, "properties").items():
        inner = f"{path}.{name}" if path else name
        yield inner
        yield from _fields(one, inner, depth + 1)
    below = mapping(schema).get("items")
    if isinstance(below, dict):
        yield from _fields(cast("Json", below), f"{path}[]", depth + 1)
