"""Names that are given whole, in part, and as others spell them."""

import pytest

from clusterwright.tools.gpu import meant

_THERE = frozenset({"gpu-1", "gpu-10", "gpu-11", "cpu-1"})


@pytest.mark.parametrize(
    ("wanted", "names"),
    [
        ("gpu-1", {"gpu-1"}),
        ("Node/GPU-1", {"gpu-1"}),
        ("gpu-", {"gpu-1", "gpu-10", "gpu-11"}),
        ("", _THERE),
        ("tpu", set[str]()),
    ],
)
def test_a_whole_name_means_that_node_alone_and_a_part_all_that_have_it(
    wanted: str, names: set[str]
) -> None:
    assert set(meant.nodes(wanted, _THERE)) == names


@pytest.mark.parametrize("wanted", ["h100", "H100 80GB", "NVIDIA_H100", "hbm3 h100", "100-80"])
def test_a_product_is_meant_by_a_part_or_by_words_of_it(wanted: str) -> None:
    assert meant.is_product(wanted, "NVIDIA-H100-80GB-HBM3")


@pytest.mark.parametrize("wanted", ["h200", "h100 96gb", "NVIDIA A100"])
def test_another_product_is_not_meant(wanted: str) -> None:
    assert not meant.is_product(wanted, "NVIDIA-H100-80GB-HBM3")


@pytest.mark.parametrize(
    ("wanted", "told"),
    [
        ("gpu-3", "gpu-1, gpu-10, gpu-11, cpu-1"),
        ("pu-1", "cpu-1, gpu-1, gpu-10, gpu-11"),
        ("zzz", "cpu-1, gpu-1, gpu-10, gpu-11"),
    ],
)
def test_names_that_may_have_been_meant_are_told_first(wanted: str, told: str) -> None:
    assert meant.likely(wanted, _THERE) == told
    assert meant.likely(wanted, ()) == "none"
