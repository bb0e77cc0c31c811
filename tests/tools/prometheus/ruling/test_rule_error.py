"""The words in which Prometheus tells why a rule failed."""

import pytest

from clusterwright.tools.prometheus.ruling.rule_error import why


@pytest.mark.parametrize(
    ("error", "cause"),
    [
        ("found duplicate series for the match group {a=\"b\"} on the right hand-side of the"
         " operation: [{}, {}];many-to-many matching not allowed", "many-to-many"),
        ("multiple matches for labels: many-to-one matching must be explicit"
         " (group_left/group_right)", "many-to-one"),
        ("vector contains metrics with the same labelset after applying rule labels",
         "duplicate-labels"),
        ("vector cannot contain metrics with the same labelset", "duplicate-labels"),
        ("exceeded limit of 1 with 22 alerts", "limit"),
        ("query timed out in expression evaluation", "timeout"),
        ("query processing would load too many samples into memory in query execution",
         "too-many-samples"),
        ("parse error: unknown function with name \"info\"", "parse"),
        ("rule result is not a vector or scalar", "type"),
        ("expanding series: context deadline exceeded", "timeout"),
        ("write /data/wal: no space left on device", "storage"),
        ("", "other"),
        ("x" * 1_000_000, "other"),
    ],
)  # fmt: skip
def test_an_error_is_told_by_its_cause(error: str, cause: str) -> None:
    failure = why(error)
    assert failure.cause == cause
    assert failure.says
    assert failure.check
