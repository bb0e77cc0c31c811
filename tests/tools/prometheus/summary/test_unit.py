"""Units out of names, and numbers as people read them."""

import pytest
from promql_parser import parse

from clusterwright.tools.prometheus.summary.meaning import metrics_in, tells_health, unit_in
from clusterwright.tools.prometheus.summary.unit import Unit, human, of_observations, span


@pytest.mark.parametrize(
    ("query", "unit"),
    [
        ("container_memory_working_set_bytes", Unit.BYTES),
        ('{__name__="node_hwmon_temp_celsius"}', Unit.CELSIUS),
        ("process_start_time_seconds", Unit.EPOCH),
        ("node_time_seconds", Unit.EPOCH),
        ("go_memstats_last_gc_time_seconds", Unit.EPOCH),
        ("prometheus_remote_storage_highest_timestamp_in_seconds", Unit.EPOCH),
        ("a_seconds_created", Unit.EPOCH),
        ("prometheus_tsdb_head_series_created_total", None),
        ("rate(prometheus_tsdb_head_series_created_total[5m])", Unit.PER_SECOND),
        ("rate(node_disk_io_time_seconds_total[5m])", Unit.SECONDS_PER_SECOND),
        ("histogram_quantile(0.9, rate(request_time_seconds_bucket[5m]))", Unit.SECONDS),
        ("DCGM_FI_DEV_GPU_TEMP", Unit.CELSIUS),
        ("DCGM_FI_DEV_FB_USED", Unit.MEBIBYTES),
        ("DCGM_FI_PROF_GR_ENGINE_ACTIVE", Unit.RATIO),
        ("rate(node_network_receive_bytes_total[5m])", Unit.BYTES_PER_SECOND),
        ("sum by (pod) (irate(container_cpu_usage_seconds_total[5m]))", Unit.SECONDS_PER_SECOND),
        ("rate(http_requests_total[5m])", Unit.PER_SECOND),
        ("increase(http_requests_total[5m])", None),
        ("topk(3, -max_over_time((a_bytes)[1h:5m]))", Unit.BYTES),
        ("quantile_over_time(0.9, a_seconds[1h])", Unit.SECONDS),
        ("histogram_quantile(0.9, sum by (le) (rate(a_seconds_bucket[5m])))", Unit.SECONDS),
        ("rate(a_seconds_sum[5m]) / rate(a_seconds_count[5m])", Unit.SECONDS),
        ("rate(a_seconds_sum[5m]) / rate(b_count[5m])", None),
        ("a_bytes / b_bytes", Unit.RATIO),
        ("a_bytes - b_bytes", Unit.BYTES),
        ("a_bytes > 5", Unit.BYTES),
        ("a_bytes > bool 5", None),
        ("a_bytes * 8", None),
        ("a_bytes + b_seconds", None),
        ("count(a_bytes)", None),
        ("changes(a_bytes[1h])", None),
        ("http_requests_bucket", None),
        ("time()", Unit.EPOCH),
        ("max(timestamp(up))", Unit.EPOCH),
        ("max_over_time(process_start_time_seconds[1h])", Unit.EPOCH),
        ("delta(process_start_time_seconds[1h])", Unit.SECONDS),
        ("idelta(process_start_time_seconds[1h])", Unit.SECONDS),
        ("increase(node_time_seconds[1h])", Unit.SECONDS),
        ("stddev by (job) (process_start_time_seconds)", Unit.SECONDS),
        ("stddev_over_time(process_start_time_seconds[1h])", Unit.SECONDS),
        ("mad_over_time(process_start_time_seconds[1h])", Unit.SECONDS),
        ("delta(node_memory_free_bytes[1h])", Unit.BYTES),
        ("time() - process_start_time_seconds", Unit.SECONDS),
        ("min(time() - timestamp(up))", Unit.SECONDS),
        ("1", None),
    ],
)
def test_the_unit_of_a_query_is_what_its_names_tell(query: str, unit: Unit | None) -> None:
    assert unit_in(parse(query)) is unit


def test_of_up_and_what_it_is_over_time_the_low_ones_are_bad() -> None:
    for query in ("up", "avg by (job) (up)", "min_over_time(up[5m:1m])", "(probe_success)"):
        assert tells_health(parse(query)), query
    for query in ("load", "1 - up", "count(up)", "changes(up[5m])"):
        assert not tells_health(parse(query)), query
    assert not tells_health(None)


def test_of_a_rate_of_histograms_what_was_observed_keeps_its_unit() -> None:
    assert of_observations(Unit.SECONDS_PER_SECOND) is Unit.SECONDS
    assert of_observations(Unit.PER_SECOND) is None
    assert of_observations(Unit.BYTES) is Unit.BYTES


def test_the_metrics_of_a_query_are_named_once() -> None:
    assert metrics_in(parse('a + b{x="y"} / rate(a[5m]) + {__name__="c"}')) == ("a", "b", "c")
    assert metrics_in(parse('{__name__=~"a.*"}')) == ()


@pytest.mark.parametrize(
    ("value", "unit", "told"),
    [
        (0.0, None, "0"),
        (1234567.0, None, "1.235M"),
        (999.99, None, "1k"),
        (-1500.0, None, "-1.5k"),
        (0.00012, None, "0.00012"),
        (1.5e-9, None, "1.5e-09"),
        (3e25, None, "3e+25"),
        (float("nan"), Unit.BYTES, "NaN"),
        (float("-inf"), None, "-Inf"),
        (1536.0, Unit.BYTES, "1.5KiB"),
        (1023.99, Unit.BYTES, "1KiB"),
        (5e9, Unit.BYTES_PER_SECOND, "4.657GiB/s"),
        (0.0, Unit.SECONDS, "0s"),
        (0.00025, Unit.SECONDS, "250us"),
        (1.5, Unit.SECONDS, "1.5s"),
        (-7260.0, Unit.SECONDS, "-2h1m"),
        (1_700_000_000.0, Unit.EPOCH, "2023-11-14T22:13:20Z"),
        (5.0, Unit.EPOCH, "5"),
        (0.5, Unit.RATIO, "0.5"),
    ],
)
def test_numbers_are_told_short(value: float, unit: Unit | None, told: str) -> None:
    assert human(value, unit) == told


@pytest.mark.parametrize(
    ("seconds", "told"), [(0, "0s"), (59, "59s"), (90, "1m30s"), (93_784, "1d2h"), (3_600, "1h")]
)
def test_durations_are_told_in_two_units(seconds: float, told: str) -> None:
    assert span(seconds) == told


def test_a_duration_in_four_units_is_exact() -> None:
    assert span(93_784, 4) == "1d2h3m4s"
    assert span(7_167, 4) == "1h59m27s"
