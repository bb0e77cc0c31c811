"""What is asked, from what exporters tell: nothing of metrics that are not there."""

import re

import pytest

from clusterwright.tools.gpu.measured import throttling
from clusterwright.tools.gpu.measured.join import joined
from clusterwright.tools.gpu.measured.vocabulary import LABELS, Vocabulary, existing
from clusterwright.tools.gpu.vendor import Vendor
from clusterwright.tools.prometheus.promql.reading import read
from tests.tools.gpu.measured.place import HOUR, places

DEFAULT = (
    *("DCGM_FI_PROF_GR_ENGINE_ACTIVE", "DCGM_FI_DEV_GPU_UTIL", "DCGM_FI_DEV_POWER_USAGE"),
    *("DCGM_FI_DEV_FB_USED", "DCGM_FI_DEV_FB_FREE", "DCGM_FI_DEV_FB_RESERVED"),
    *("DCGM_FI_PROF_PIPE_TENSOR_ACTIVE", "DCGM_FI_PROF_DRAM_ACTIVE"),
)
"""What dcgm-exporter tells by default, as far as it matters here."""
MORE = (
    *("DCGM_FI_DEV_CLOCK_THROTTLE_REASONS", "DCGM_FI_DEV_CLOCKS_EVENT_REASONS"),
    *("DCGM_EXP_CLOCK_EVENTS_COUNT", "DCGM_FI_DEV_POWER_VIOLATION"),
    *("DCGM_FI_DEV_THERMAL_VIOLATION", "node_gpu_hourly_cost"),
)
AMD = ("gfx_activity", "used_vram", "total_vram", "violation_hbm_thermal_residency_percentage")
_METRIC = re.compile(r"\b(?:DCGM|amd_gpu|gpu|node_gpu)_\w+")


def amd(prefix: str) -> tuple[str, ...]:
    return tuple(f"{prefix}gpu_{one}" for one in AMD)


@pytest.mark.parametrize(
    ("there", "asked", "vendors"),
    [
        ((), set[str](), set[Vendor]()),
        (("node_gpu_hourly_cost",), {"price gpu"}, set[Vendor]()),
        (
            DEFAULT,
            {"engine busy", "engine peak", "util busy", "util peak", "used", "total", "known",
             "gpu-hung", "gpu-hung-power", "gpu-power-limit"},
            {Vendor.NVIDIA},
        ),
        (("DCGM_FI_DEV_FB_USED",), {"used", "known"}, {Vendor.NVIDIA}),
        (
            amd("amd_"),
            {"amd busy", "amd peak", "amd used", "amd total", "known", "amd violations"},
            {Vendor.AMD},
        ),
        (
            amd(""),
            {"amd busy", "amd peak", "amd used", "amd total", "known", "amd violations"},
            {Vendor.AMD},
        ),
    ],
    ids=["nothing", "only prices", "by default", "only memory in use", "amd", "amd, no prefix"],
)  # fmt: skip
def test_what_is_asked_rests_on_what_is_there(
    there: tuple[str, ...], asked: set[str], vendors: set[Vendor]
) -> None:
    vocabulary = Vocabulary(there, HOUR)
    assert set(vocabulary.asked()) == asked
    assert vocabulary.vendors == vendors


def test_every_query_is_right_and_names_only_what_is_there() -> None:
    there = (*DEFAULT, *MORE, *amd("amd_"))
    asked = Vocabulary(there, HOUR).asked()
    assert {"reasons", "counts", "violations", "price gpu"} <= set(asked)
    for name, query in asked.items():
        read(query)
        if not name.startswith("gpu-"):  # those of the other domain may have alternatives
            assert set(_METRIC.findall(query)) - set(LABELS) <= set(there), name
    read(existing())


def test_the_resolution_of_a_long_window_keeps_a_query_small() -> None:
    assert [Vocabulary((), one).resolution for one in (300, HOUR, 7 * 86_400)] == [60, 60, 10_080]


def test_reasons_are_told_from_a_least_share_of_time_and_those_of_full_load_from_more() -> None:
    query = Vocabulary(MORE, HOUR).asked()["violations"]
    assert '/ 1e9 > 0.3, "reason", "power_cap"' in query
    assert '/ 1e9 > 0.05, "reason", "sw_thermal"' in query


def test_every_reason_has_words_and_a_name_that_results_may_have() -> None:
    assert all(one.says and not one.says.endswith(".") for one in throttling.REASONS.values())
    bits = [one.bit for one in throttling.REASONS.values() if one.bit]
    assert sorted(bits) == [0x4, 0x8, 0x20, 0x40, 0x80]


def test_no_results_are_no_devices() -> None:
    assert not joined({}, places({})).devices
