"""What a backend is and can do, from what it says of itself: asked once, and never assumed.

Sources: Prometheus, web/api/v1/api.go and CHANGELOG.md; the documentation of the others, which
are told apart by what their buildinfo holds.
"""

import re
from collections.abc import Awaitable, Callable
from typing import TypeAlias

from clusterwright.tools.errors import (
    ForbiddenError,
    InvalidInputError,
    NotFoundError,
    NotServedError,
    ToolError,
)
from clusterwright.tools.manifest import Json, text
from clusterwright.tools.prometheus.capability import Capability, Feature, Flavor
from clusterwright.tools.prometheus.client.http import Answer

Ask: TypeAlias = Callable[[str], Awaitable[tuple[Json, Answer] | ToolError]]

_NOT_THERE = (NotServedError, NotFoundError, InvalidInputError, ForbiddenError)
_VERSION = re.compile(r"v?(\d+)\.(\d+)(?:\.(\d+))?")
_OLDEST: dict[Feature, tuple[int, int]] = {
    Feature.TARGETS: (2, 0),
    Feature.CONFIG: (2, 0),
    Feature.FLAGS: (2, 2),
    Feature.RULES: (2, 0),
    Feature.TSDB_STATUS: (2, 14),
    Feature.METADATA: (2, 15),
    Feature.STATS: (2, 36),
    Feature.FORMAT_QUERY: (2, 40),
    Feature.PARSE_QUERY: (3, 0),
    Feature.QUERY_LIMIT: (2, 55),
    Feature.RULES_PAGED: (3, 0),
    Feature.RELABEL_STEPS: (3, 8),
    Feature.SEARCH: (3, 13),
}
"""The first release of Prometheus that has it."""
_OTHERS: dict[Flavor, frozenset[Feature]] = {
    # Documented: query API with stats of its own kind, rules and targets and metadata if sidecars
    # serve them; status/tsdb only of a Receive.
    Flavor.THANOS: frozenset({Feature.RULES, Feature.TARGETS, Feature.METADATA}),
    Flavor.VICTORIA_METRICS: frozenset(
        {Feature.TARGETS, Feature.RULES, Feature.TSDB_STATUS, Feature.METADATA}
    ),
    Flavor.MIMIR: frozenset({Feature.RULES, Feature.METADATA, Feature.FORMAT_QUERY}),
    Flavor.UNKNOWN: frozenset(),
}


async def probe(ask: Ask, known: Flavor | None = None) -> Capability:
    """Return what a backend is; raises ToolError where it does not answer at all."""
    found = await ask("status/buildinfo")
    if isinstance(found, ToolError):
        if isinstance(found, _NOT_THERE):
            flavor = known or Flavor.UNKNOWN
            return Capability(flavor, "", _OTHERS.get(flavor, frozenset()))
        raise found
    data, _answer = found
    version = text(data, "version")
    flavor = known or _flavor(data)
    if flavor is not Flavor.PROMETHEUS:
        return Capability(flavor, version, _OTHERS[flavor])
    return Capability(flavor, version, features_of(version))


def features_of(version: str) -> frozenset[Feature]:
    """Return what a release of Prometheus has; of what is no version, nothing."""
    found = _VERSION.match(version)
    if not found:
        return frozenset()
    release = int(found[1]), int(found[2])
    return frozenset(one for one, since in _OLDEST.items() if release >= since)


def _flavor(data: Json) -> Flavor:
    application = text(data, "application").lower()
    if "mimir" in application:
        return Flavor.MIMIR
    return Flavor.PROMETHEUS if text(data, "goVersion") else Flavor.UNKNOWN
