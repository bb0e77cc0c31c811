"""Metrics are grouped as they were meant, and ranked by the words of a question."""

import pytest

from clusterwright.tools.manifest import Json
from clusterwright.tools.prometheus.searching.family import Family, families
from clusterwright.tools.prometheus.searching.labels import of_series, takes
from clusterwright.tools.prometheus.searching.meanings import asked, meant, stem
from clusterwright.tools.prometheus.searching.score import ranked

METADATA = {
    "wait_seconds": [{"type": "histogram", "help": "How long.", "unit": ""}],
    "gc_seconds": [{"type": "summary", "help": "", "unit": ""}],
    "native_seconds": [{"type": "histogram", "help": "", "unit": ""}],
    "hits": [{"type": "counter", "help": "OpenMetrics names the family.", "unit": ""}],
    "odd": [{"type": "gauge"}, {"type": "counter"}],
    "job_count": [{"type": "gauge", "help": "It ends as histograms do.", "unit": ""}],
}


@pytest.mark.parametrize(
    ("names", "name", "kind", "told", "ask"),
    [
        (
            ["wait_seconds_bucket", "wait_seconds_sum", "wait_seconds_count"],
            "wait_seconds",
            "histogram",
            True,
            "histogram_quantile(0.95, sum by (le) (rate(wait_seconds_bucket[5m])))",
        ),
        (
            ["wait_seconds_sum", "wait_seconds_count"],
            "wait_seconds",
            "histogram",
            True,
            "rate(wait_seconds_sum[5m]) / rate(wait_seconds_count[5m])",
        ),
        (
            ["native_seconds"],
            "native_seconds",
            "histogram",
            True,
            "histogram_quantile(0.95, sum(rate(native_seconds[5m])))",
        ),
        (
            ["gc_seconds", "gc_seconds_sum", "gc_seconds_count"],
            "gc_seconds",
            "summary",
            True,
            "rate(gc_seconds_sum[5m]) / rate(gc_seconds_count[5m])",
        ),
        (
            ["x_bucket", "x_sum", "x_count"],
            "x",
            "histogram",
            False,
            "histogram_quantile(0.95, sum by (le) (rate(x_bucket[5m])))",
        ),
        (["hits_total"], "hits_total", "counter", True, "rate(hits_total[5m])"),
        (["shop_total"], "shop_total", "counter", False, "rate(shop_total[5m])"),
        (["job:shop_total"], "job:shop_total", "", False, None),
        (["odd"], "odd", "", False, None),
        (["job_count"], "job_count", "gauge", True, None),
    ],
)
def test_series_are_the_metric_that_was_meant(
    names: list[str], name: str, kind: str, told: bool, ask: str | None
) -> None:
    (one,) = families(names, METADATA)
    assert (one.name, one.type, one.told, one.ask) == (name, kind, told, ask)
    assert set(one.members) == set(names)


ODD: tuple[Json, ...] = (None, [], {"up": None}, {"up": [1, {"type": 3}]}, "text")


def test_metadata_that_is_no_metadata_breaks_nothing() -> None:
    for odd in ODD:
        (one,) = families(["up"], odd)
        assert (one.name, one.type, one.help) == ("up", "", "")


def named(*names: str) -> list[Family]:
    return [Family(name, (name,)) for name in names]


SEVERAL = named(
    "container_memory_working_set_bytes",
    "container_memory_rss",
    "go_memstats_heap_bytes",
    "node:container_memory:sum",
    "DCGM_FI_DEV_GPU_TEMP",
    "DCGM_FI_DEV_GPU_UTIL",
    "kube_pod_container_status_restarts_total",
    "apiserver_request_duration_seconds",
    "apiserver_request_total",
    "workqueue_depth",
)


@pytest.mark.parametrize(
    ("question", "first"),
    [
        ("pod memory", "container_memory_working_set_bytes"),
        ("memory usage of my containers", "container_memory_working_set_bytes"),
        ("gpu temperature", "DCGM_FI_DEV_GPU_TEMP"),
        ("how hot are the GPUs", "DCGM_FI_DEV_GPU_TEMP"),
        ("gpu utilisation", "DCGM_FI_DEV_GPU_UTIL"),
        ("crashlooping pods", "kube_pod_container_status_restarts_total"),
        ("p99 latency of the api server", "apiserver_request_duration_seconds"),
        ("5xx errors of the apiserver", "apiserver_request_total"),
        ("backlog", "workqueue_depth"),
        ("workingset", "container_memory_working_set_bytes"),
        ("memroy", "container_memory_working_set_bytes"),
        ("container_memory_rss", "container_memory_rss"),
        ("dcgm_fi_dev_gpu_temp", "DCGM_FI_DEV_GPU_TEMP"),
        ("go heap", "go_memstats_heap_bytes"),
    ],
)
def test_what_is_asked_for_comes_first(question: str, first: str) -> None:
    assert ranked(question, SEVERAL).fits[0].family.name == first


def test_a_mistyped_word_is_told_with_what_it_was_read_as() -> None:
    found = ranked("tempreture qqq", SEVERAL)
    assert dict(found.read_as) == {"tempreture": "temperature"}
    assert found.unknown == ("qqq",)


@pytest.mark.parametrize("question", ["", "   ", "()[]{}", "x" * 300, "(a|aa)+" * 40, "🙂"])
def test_a_question_without_words_fits_nothing(question: str) -> None:
    assert ranked(question, SEVERAL).fits == ()


def test_words_are_read_singular_and_idle_ones_left_out() -> None:
    assert [stem(one) for one in ("pods", "bytes", "queries", "fs", "status", "gas", "dns")] == [
        *("pod", "byte", "query", "fs", "status", "gas", "dns")
    ]
    assert asked("how many pods are there") == ["pod"]
    assert asked("how many") == ["how", "many"]
    assert meant("mem")["memory"] > meant("mem")["rss"]


def test_labels_are_told_by_how_many_values_they_have() -> None:
    every = [{"__name__": "x", "job": "a", "pod": f"p{i}", "code": str(i % 2)} for i in range(9)]
    found = of_series(every)
    assert [(one.name, one.count, one.values) for one in found.labels] == [
        ("pod", 9, ()),
        ("code", 2, ("0", "1")),
    ]
    assert found.fixed == {"job": "a"}


def test_selectors_take_names_of_any_kind() -> None:
    assert takes("up") == "up"
    assert takes("up", 'a="b"') == 'up{a="b"}'
    assert takes("http.requests") == '{__name__="http.requests"}'
    assert takes('a"b', 'c="d"') == '{__name__="a\\"b",c="d"}'
