"""How often something is scraped, as its samples tell."""

import pytest

from clusterwright.tools.prometheus.result import Result, Series
from clusterwright.tools.prometheus.signal.asking import Span, filled
from clusterwright.tools.prometheus.signal.candidate import Candidate, Signal, Unit
from clusterwright.tools.prometheus.signal.discovery import Chosen
from clusterwright.tools.prometheus.signal.pace import interval, pace
from clusterwright.tools.prometheus.signal.subject import About, Scheme, Subject
from clusterwright.tools.ref import Ref

POD = Subject(About.POD, Ref("Pod", "cart-1", "shop"), pods="cart-1")


def told(*samples: float) -> Result:
    return Result("vector", tuple(Series({}, (0.0,), (one,)) for one in samples))


def chosen(
    slot: str, metric: str, series: int, window: str = "[$W]", source: str = "app"
) -> Chosen:
    query = f"sum(rate({metric}{{$S}}{window}))"
    candidate = Candidate(Signal.TRAFFIC, slot, source, Unit.PER_SECOND, query, (metric,))
    return Chosen(candidate, Scheme.PODS, series)


@pytest.mark.parametrize(
    ("samples", "seconds"),
    [(80, 15), (79, 15), (20, 60), (19, 60), (21, 60), (10, 120), (5, 240), (4, 300), (3, 300)],
)
def test_jitter_and_a_lost_scrape_make_no_odd_interval(samples: int, seconds: int) -> None:
    assert interval(told(samples)) == seconds


@pytest.mark.parametrize("found", [told(), told(0), told(float("nan")), told(float("inf"))])
def test_where_nothing_is_told_nothing_is_known(found: Result) -> None:
    assert interval(found) == 0


@pytest.mark.parametrize(("seconds", "rate"), [(0, "5m"), (60, "5m"), (120, "8m"), (300, "20m")])
def test_a_rate_is_over_four_scrapes_and_never_less_than_five_minutes(
    seconds: int, rate: str
) -> None:
    assert filled("[$W]", "", Span(0, 3_600, seconds)) == f"[{rate}]"
    assert filled("[$W]", "", Span(0, 30 * 86_400, seconds)) == filled(
        "[$W]", "", Span(0, 30 * 86_400)
    )


def test_the_fewest_series_of_each_sort_are_looked_at() -> None:
    asked = pace(
        POD,
        [
            chosen("p99", "a_bucket", 900),
            chosen("requests", "a_count", 90),
            chosen("cpu", "b", 5_000, source="cAdvisor"),
            chosen("memory", "c", 1, window="", source="kubelet"),
        ],
    )
    assert list(asked) == [("app", Scheme.PODS)]
    assert '__name__="a_count"' in asked["app", Scheme.PODS]
    assert 'namespace="shop"' in asked["app", Scheme.PODS]
