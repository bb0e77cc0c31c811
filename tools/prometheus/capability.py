"""Which Prometheus answers, and what it can do: probed once, never assumed."""

from dataclasses import dataclass
from enum import StrEnum


class Flavor(StrEnum):
    """A program that speaks the API of Prometheus."""

    PROMETHEUS = "prometheus"
    THANOS = "thanos"
    VICTORIA_METRICS = "victoriametrics"
    MIMIR = "mimir"
    UNKNOWN = "unknown"

    @property
    def verified(self) -> bool:
        """Whether our tests run against it; of the others only their documentation was read."""
        return self is Flavor.PROMETHEUS


class Feature(StrEnum):
    """An endpoint or parameter that not every backend has."""

    QUERY_LIMIT = "query-limit"
    """`limit` of query and query_range."""
    PARSE_QUERY = "parse-query"
    FORMAT_QUERY = "format-query"
    SEARCH = "search"
    RELABEL_STEPS = "relabel-steps"
    TARGETS = "targets"
    RULES = "rules"
    TSDB_STATUS = "tsdb-status"
    METADATA = "metadata"
    STATS = "stats"
    CONFIG = "config"
    FLAGS = "flags"
    RULES_PAGED = "rules-paged"


@dataclass(frozen=True, slots=True)
class Capability:
    """What was found out about one backend."""

    flavor: Flavor
    version: str
    """As it says, `3.16.0`; empty where it does not."""
    features: frozenset[Feature]
    functions: frozenset[str] = frozenset()
    """Of PromQL, where the backend tells (Prometheus 3.9 and later); else empty."""
    settled: bool = True
    """False where a question about it was refused: that may pass, and it is worth asking again."""

    def can(self, feature: Feature) -> bool:
        """Return whether it has a feature."""
        return feature in self.features
