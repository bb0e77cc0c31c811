"""What a backend is and can do, from what it says of itself, and never assumed.

What could not be asked leaves it unsettled, since a proxy that refuses may do so for a moment.

Sources: Prometheus, web/api/v1/api.go and CHANGELOG.md; the documentation of the others, which
are told apart by what their buildinfo holds.
"""

import re
from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import TypeAlias

from clusterwright.tools.errors import (
    ForbiddenError,
    InvalidInputError,
    NotFoundError,
    NotServedError,
    ToolError,
)
from clusterwright.tools.manifest import Json, mapping, text
from clusterwright.tools.prometheus.capability import Capability, Feature, Flavor
from clusterwright.tools.prometheus.client.answer import Answer

Ask: TypeAlias = Callable[[str], Awaitable[tuple[Json, Answer] | ToolError]]

_NOT_THERE = (NotServedError, NotFoundError, InvalidInputError, ForbiddenError)
_VERSION = re.compile(r"v?(\d+)\.(\d+)")
_OLDEST: dict[Feature, tuple[int, int]] = {
    Feature.TARGETS: (2, 1),
    Feature.CONFIG: (2, 1),
    Feature.RULES: (2, 3),
    Feature.FLAGS: (2, 3),
    Feature.TSDB_STATUS: (2, 14),
    Feature.METADATA: (2, 15),
    Feature.STATS: (2, 35),
    Feature.FORMAT_QUERY: (2, 38),
    Feature.PARSE_QUERY: (3, 0),
    Feature.RULES_PAGED: (3, 1),
    Feature.QUERY_LIMIT: (3, 2),
    Feature.RELABEL_STEPS: (3, 8),
}
"""The first release of Prometheus that has it; of later ones `features` tells."""
_TELLS_FEATURES = (3, 9)
_OTHERS: dict[Flavor, frozenset[Feature]] = {
    # Queries and, where sidecars serve them, rules, targets and metadata.
    Flavor.THANOS: frozenset({Feature.RULES, Feature.TARGETS, Feature.METADATA, Feature.FLAGS}),
    # rules and alerts only where vmalert is behind it (-vmalert.proxyURL); else they are empty.
    Flavor.VICTORIA_METRICS: frozenset(
        {Feature.TARGETS, Feature.TSDB_STATUS, Feature.METADATA, Feature.FORMAT_QUERY}
    ),
    Flavor.MIMIR: frozenset({Feature.RULES, Feature.METADATA, Feature.FORMAT_QUERY}),
}
_FAKED_VERSION = "2.24.0"
"""VictoriaMetrics says so for the sake of clients that look at it, and says nothing else."""


async def probe(ask: Ask, known: Flavor | None = None) -> Capability:
    """Return what a backend is; raises ToolError where it does not answer at all.

    Args:
        ask: gives `data` and the answer around it of an endpoint below /api/v1, or why not.
        known: the flavor, where configuration or the name of a Service told.
    """
    found = await ask("status/buildinfo")
    if isinstance(found, ToolError):
        if not isinstance(found, _NOT_THERE):
            raise found
        return replace(_other(known or Flavor.UNKNOWN, ""), settled=False)
    data, answer = found
    flavor = known or _flavor(data, answer)
    version = text(data, "version")
    if flavor is Flavor.VICTORIA_METRICS and version == _FAKED_VERSION:
        version = ""
    if flavor is not Flavor.PROMETHEUS:
        return _other(flavor, version)
    features, functions, settled = features_of(version), frozenset[str](), True
    if _release(version) >= _TELLS_FEATURES:
        told = await ask("features")
        settled = not isinstance(told, ToolError)
        if not isinstance(told, ToolError):
            api = mapping(told[0], "api")
            features |= {Feature.SEARCH} if api.get("search") is True else frozenset[Feature]()
            functions = frozenset(
                name for name, has in mapping(told[0], "promql_functions").items() if has is True
            )
    return Capability(flavor, version, features, functions, settled)


def features_of(version: str) -> frozenset[Feature]:
    """Return what a release of Prometheus has; of what is no version, nothing."""
    release = _release(version)
    return frozenset(one for one, since in _OLDEST.items() if release >= since)


def _release(version: str) -> tuple[int, int]:
    found = _VERSION.match(version)
    return (int(found[1]), int(found[2])) if found else (0, 0)


def _other(flavor: Flavor, version: str) -> Capability:
    return Capability(flavor, version, _OTHERS.get(flavor, frozenset()))


def _flavor(data: Json, answer: Answer) -> Flavor:
    """Tell by what buildinfo holds: the fields of Thanos are those of Prometheus, its version 0.x.

    Mimir names itself; VictoriaMetrics answers with a version alone, and a header of its own.
    """
    if application := text(data, "application").lower():
        return Flavor.MIMIR if "mimir" in application else Flavor.UNKNOWN
    version = text(data, "version")
    if not text(data, "goVersion"):
        lone = version == _FAKED_VERSION or "x-server-hostname" in answer.headers
        return Flavor.VICTORIA_METRICS if lone else Flavor.UNKNOWN
    if _VERSION.match(version.strip()) and _release(version)[0] == 0:
        return Flavor.THANOS
    return Flavor.PROMETHEUS
