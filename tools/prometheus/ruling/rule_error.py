"""Why a rule cannot be evaluated, told from the words of Prometheus.

Sources: Prometheus, promql/engine.go, promql/value.go, rules/alerting.go and rules/recording.go.
"""

import re
from dataclasses import dataclass
from typing import Literal

RuleCause = Literal[
    "many-to-many",
    "many-to-one",
    "duplicate-labels",
    "limit",
    "timeout",
    "too-many-samples",
    "parse",
    "type",
    "template",
    "storage",
    "other",
]
_LONGEST = 4_000


@dataclass(frozen=True, slots=True)
class RuleFailure:
    """One way in which rules fail."""

    cause: RuleCause
    says: str
    check: str


_ROWS: tuple[tuple[str, RuleCause, str, str], ...] = (
    (
        "many-to-many matching not allowed|found duplicate series for the match group",
        "many-to-many",
        "both sides of an operation have several series for the same labels",
        "aggregate one side first, or add a label to on(...) that tells its series apart",
    ),
    (
        "multiple matches for labels|many-to-one matching must be explicit",
        "many-to-one",
        "several series of one side belong to one of the other, and group_left is not there",
        "group_left or group_right, on the side that has more series",
    ),
    (
        "same labelset|same label set|duplicate series|labelset after applying",
        "duplicate-labels",
        "two of its results have the same labels, once label_replace or the rule has set them",
        "which labels the rule or label_replace sets; aggregate by what tells them apart",
    ),
    (
        r"exceeded limit",
        "limit",
        "it gives more alerts or series than the limit of its group, and all are thrown away",
        "a narrower expression, or a higher limit of the group",
    ),
    (
        "query timed out|context deadline exceeded|query was canceled",
        "timeout",
        "it does not end within the time for queries",
        "a shorter range or fewer series; recording rules for the expensive part",
    ),
    (
        "too many samples",
        "too-many-samples",
        "it would load more samples than a query may",
        "a shorter range or fewer series; recording rules for the expensive part",
    ),
    (
        "parse error|unknown function|unexpected ",
        "parse",
        "this version of Prometheus cannot read its expression",
        "prom_explain_query with the expression",
    ),
    (
        "not a vector or scalar|expected type|invalid expression type",
        "type",
        "its expression gives no instant vector",
        "prom_explain_query with the expression",
    ),
    ("template", "template", "a template of its labels or annotations fails", "its annotations"),
    (
        "expanding series|storage|no space|read-only",
        "storage",
        "Prometheus cannot read or write its data",
        "the volume and the log of Prometheus",
    ),
)
_KNOWN = tuple(
    (re.compile(words), RuleFailure(cause, says, check)) for words, cause, says, check in _ROWS
)
_OTHER = RuleFailure("other", "it cannot be evaluated", "prom_explain_query with the expression")


def why(error: str) -> RuleFailure:
    """Return what the error of a rule means."""
    said = error[:_LONGEST]
    return next((failure for words, failure in _KNOWN if words.search(said)), _OTHER)
