"""Which versions a cluster can go to, and over which others."""

import pytest

from clusterwright.tools.cluster_api.changes.versions import spelled, too_far_behind, way
from clusterwright.tools.errors import InvalidInputError, RefusedError

OFFERED = ("v1.33.1", "v1.34.0", "v1.34.5", "v1.35.2", "v1.36.3")


@pytest.mark.parametrize(
    ("now", "wanted", "over"),
    [
        ("v1.35.2", "v1.35.4", ("v1.35.4",)),
        ("v1.35.2", "v1.36.0", ("v1.36.0",)),
        ("v1.35.2", "v1.36.0-rc.1", ("v1.36.0-rc.1",)),
        ("odd", "v1.36.0", ("v1.36.0",)),  # which the API server judges
    ],
)
def test_a_patch_and_the_next_minor_are_one_step(
    now: str, wanted: str, over: tuple[str, ...]
) -> None:
    assert way(now, wanted, (), of="train") == over


def test_minors_are_skipped_only_over_those_that_the_class_lists() -> None:
    assert way("v1.33.1", "v1.36.3", OFFERED, of="train") == ("v1.34.5", "v1.35.2", "v1.36.3")
    with pytest.raises(RefusedError, match=r"would skip v1\.34") as raised:
        way("v1.33.1", "v1.35.2", ("v1.33.1", "v1.35.2"), of="train")
    assert "v1.34.x first" in raised.value.hint
    with pytest.raises(RefusedError, match=r"would skip v1\.34"):
        way("v1.33.1", "v1.36.0", (), of="train")


def test_minors_between_are_a_runtime_extensions_affair_where_it_plans_them() -> None:
    assert way("v1.33.1", "v1.36.0", (), of="train", planned=True) == ("v1.36.0",)
    with pytest.raises(RefusedError, match="does not go back"):
        way("v1.33.1", "v1.32.0", (), of="train", planned=True)


def test_nothing_goes_back_not_even_a_patch() -> None:
    for wanted in ("v1.34.9", "v1.35.1"):
        with pytest.raises(RefusedError, match="does not go back"):
            way("v1.35.2", wanted, (), of="train")


def test_a_class_that_lists_versions_offers_no_other() -> None:
    with pytest.raises(RefusedError, match=r"does not offer v1\.34\.9") as raised:
        way("v1.34.0", "v1.34.9", OFFERED, of="train")
    assert raised.value.hint == f"it offers {', '.join(OFFERED)}"


@pytest.mark.parametrize("version", ["1.36.3", "v1.36.3"])
def test_a_version_is_written_with_a_v(version: str) -> None:
    assert spelled(version) == "v1.36.3"


@pytest.mark.parametrize("version", ["", "1.36", "latest", "v1.36.3 ", "v1.36.3; rm", "v1.36.x"])
def test_what_is_no_version_is_told_so(version: str) -> None:
    with pytest.raises(InvalidInputError, match="no Kubernetes version"):
        spelled(version)


def test_digits_of_other_scripts_are_none() -> None:
    with pytest.raises(InvalidInputError, match="no Kubernetes version"):
        spelled("v1.\N{FULLWIDTH DIGIT THREE}6.3")


def test_a_kubelet_may_be_three_minors_behind() -> None:
    assert not too_far_behind("v1.33.0", "v1.36.3")
    assert too_far_behind("v1.32.9", "v1.36.0")
    assert not too_far_behind("", "v1.36.0")
