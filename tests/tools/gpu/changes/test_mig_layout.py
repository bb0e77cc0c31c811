"""MIG layouts: read as mig-parted writes them, and what each makes of a node."""

import pytest

from clusterwright.tools.errors import InvalidInputError, RefusedError
from clusterwright.tools.gpu.changes.mig_layout import check_fits, layout_of, layouts
from clusterwright.tools.gpu.hardware.products import find
from tests.tools.gpu.changes.cluster import LAYOUTS

KNOWN = layouts(LAYOUTS, "it")
H100, T4 = find("NVIDIA-H100-80GB-HBM3"), find("Tesla-T4")
GPU, TEN, FORTY = "nvidia.com/gpu", "nvidia.com/mig-1g.10gb", "nvidia.com/mig-3g.40gb"


@pytest.mark.parametrize(
    ("name", "strategy", "expected"),
    [
        ("all-disabled", "mixed", {GPU: 8}),
        ("all-1g.10gb", "mixed", {GPU: 0, TEN: 56}),
        ("all-1g.10gb", "single", {GPU: 56}),
        ("mixed", "mixed", {GPU: 0, TEN: 8, FORTY: 8}),
        ("halves", "mixed", {GPU: 4, FORTY: 8}),
    ],
)
def test_what_a_node_of_eight_advertises(
    name: str, strategy: str, expected: dict[str, int]
) -> None:
    assert layout_of(KNOWN, name, H100).expected(8, strategy) == expected


def test_without_their_number_only_what_is_of_each_is_known() -> None:
    found = layout_of(KNOWN, "mixed", H100)
    assert found.expected(None, "mixed") is None
    assert found.each("mixed") == {TEN: 1, FORTY: 1}
    assert layout_of(KNOWN, "halves", H100).expected(None, "mixed") == {GPU: 4, FORTY: 8}


def test_devices_of_several_kinds_are_not_uniform() -> None:
    kinds = {name: layout_of(KNOWN, name, H100).uniform for name in ("mixed", "halves")}
    assert kinds == {"mixed": False, "halves": False}
    assert layout_of(KNOWN, "all-1g.10gb", H100).uniform


def test_a_layout_that_there_is_not_names_the_nearest() -> None:
    with pytest.raises(InvalidInputError) as caught:
        layout_of(KNOWN, "all-1g.10g", H100)
    assert "all-1g.10gb" in caught.value.hint


@pytest.mark.parametrize("name", ["of-a100", "odd"])
def test_a_layout_that_says_nothing_of_the_product_is_refused(name: str) -> None:
    with pytest.raises(RefusedError, match="says nothing of NVIDIA H100"):
        layout_of(KNOWN, name, H100)


def test_profiles_of_another_product_are_refused_with_its_own() -> None:
    assert H100
    assert T4
    with pytest.raises(RefusedError, match=r"no profile '1g\.5gb' here; nearest: 1g\.10gb"):
        check_fits(layout_of(KNOWN, "all-1g.5gb", H100), H100)
    with pytest.raises(RefusedError, match="has no MIG"):
        check_fits(layout_of(KNOWN, "all-1g.10gb", T4), T4)
    check_fits(layout_of(KNOWN, "all-disabled", T4), T4)


@pytest.mark.parametrize("content", ["", "mig-configs: 1", "mig-configs: {1: [], 2026-01-01: []}"])
def test_a_file_without_layouts_has_none(content: str) -> None:
    assert dict(layouts(content, "it")) == {}


@pytest.mark.parametrize(
    "content", ["[]", "just words", "a: [", "{{", "x" * 300_001, "[" * 5_000, "a: 2026-02-31"]
)
def test_what_cannot_be_read_is_told(content: str) -> None:
    with pytest.raises(RefusedError):
        layouts(content, "it")


def test_of_entries_for_the_same_devices_the_last_counts() -> None:
    twice = "{devices: all, mig-enabled: true, mig-devices: {1g.10gb: 7}}"
    once = "{devices: all, mig-enabled: false}"
    found = layouts(f"mig-configs: {{a: [{twice}, {once}]}}", "it")
    assert layout_of(found, "a", H100).expected(8, "mixed") == {GPU: 8}


@pytest.mark.parametrize(
    ("entry", "field"),
    [
        ("{devices: [0, x], mig-enabled: false}", "devices"),
        ("{devices: [0, true], mig-enabled: false}", "devices"),
        ("{devices: [-1], mig-enabled: false}", "devices"),
        ("{devices: all, mig-enabled: true, mig-devices: {1g.10gb: -1}}", "mig-devices"),
        ("{devices: all, mig-enabled: true, mig-devices: {1g.10gb: 1000000000}}", "mig-devices"),
        ("{devices: all, mig-enabled: true, mig-devices: {1g.10gb: many}}", "mig-devices"),
    ],
)
def test_counts_that_no_machine_has_are_refused(entry: str, field: str) -> None:
    odd = layouts(f"mig-configs: {{a: [{entry}]}}", "it")
    with pytest.raises(RefusedError, match=f"'a' has {field} that no machine has"):
        layout_of(odd, "a", H100)


def test_what_is_none_of_a_device_counts_for_nothing() -> None:
    entry = "{devices: [0], mig-enabled: yes, mig-devices: {1g.10gb: 0, 1: 2}}"
    odd = layouts(f"mig-configs: {{a: [{entry}]}}", "it")
    assert layout_of(odd, "a", H100).expected(8, "mixed") == {GPU: 0}
