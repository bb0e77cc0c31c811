"""A finding's time is in UTC, whoever wrote it."""

from datetime import UTC, datetime

import pytest

from clusterwright.tools.finding import Finding
from tests.agents.found import NOON, finding

GOOD = finding("pod/crash-loop", "Pod/shop/cart").model_dump(mode="json")


@pytest.mark.parametrize(
    ("told", "since"),
    [
        (None, None),
        ("2026-11-23T12:00:00Z", NOON),
        ("2026-11-23T12:00:00", NOON),
        ("2026-11-23T14:00:00+02:00", NOON),
        ("1970-01-01T00:00:00Z", datetime(1970, 1, 1, tzinfo=UTC)),
        ("0001-01-01T00:00:00", None),
        ("0001-01-01T00:00:00Z", None),
        ("0001-01-01T00:00:00+14:00", None),
        ("9999-12-31T23:59:59-14:00", None),
    ],
)
def test_a_time_is_in_utc_or_none_where_no_clock_tells_it(
    told: str | None, since: datetime | None
) -> None:
    found = Finding.model_validate({**GOOD, "since": told})
    assert (found.since, found.since and found.since.tzinfo) == (since, since and UTC)
