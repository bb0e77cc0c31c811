"""A real Prometheus whose series a label makes many: nothing of it is in its head block."""

from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

from tests.tools.prometheus.signal.backfilled import Told, Value, a_prometheus, counter, steady

USERS = 240


def since(hour: float) -> Value:
    return lambda at: 1 if at >= hour else None


def series() -> list[Told]:
    """Return clicks of many users, half of whom came lately, and a histogram."""
    shop = {"job": "shop", "namespace": "shop"}
    users = [{**shop, "user": f"user-{i}", "pod": f"shop-{i % 2}"} for i in range(USERS)]
    early = [Told("clicks_total", one, counter(1)) for one in users[: USERS // 2]]
    late = [Told("clicks_total", one, since(-0.5)) for one in users[USERS // 2 :]]
    buckets = [
        Told("wait_seconds_bucket", {**shop, "le": f"{le}", "pod": pod}, counter(1))
        for le in (*range(1, 12), "+Inf")
        for pod in ("shop-0", "shop-1")
    ]
    return [
        Told("up", {"job": "shop", "instance": "a"}, steady(1)),
        *early,
        *late,
        *buckets,
        *(Told("shop:clicks:sum", {**shop, "pod": f"p{i}"}, steady(1)) for i in range(3)),
    ]


@contextmanager
def a_crowded_shop(folder: Path) -> Generator[str]:
    """Run it; yield its URL."""
    with a_prometheus(folder, series()) as url:
        yield url
