"""Placement of MIG instances, against NVIDIA's own examples and by brute force."""

import itertools
from collections.abc import Sequence

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from clusterwright.tools.gpu.hardware.mig_profiles import GEOMETRIES, Geometry, Media, Profile
from clusterwright.tools.gpu.hardware.placement import (
    Layout,
    Misfit,
    Placed,
    WhyNot,
    how_many,
    layout,
)

H100, A30, RTX = GEOMETRIES["H100-80GB"], GEOMETRIES["A30"], GEOMETRIES["RTX-PRO-6000"]


def at(geometry: Geometry, name: str, start: int) -> Placed:
    profile = geometry.profile(name)
    assert profile is not None
    return Placed(profile, start)


def placed(geometry: Geometry, *names: str, there: Layout = ()) -> list[tuple[str, int]]:
    found = layout(geometry, names, there)
    assert not isinstance(found, WhyNot), found.sentence
    return [(one.profile.name, one.start) for one in found]


def refused(geometry: Geometry, *names: str, there: Layout = ()) -> WhyNot:
    found = layout(geometry, names, there)
    assert isinstance(found, WhyNot), found
    return found


def more(geometry: Geometry, there: Layout = ()) -> dict[str, int]:
    """Return how many more of each profile fit, each asked alone."""
    counted = {one.name: how_many(geometry, one.name, there) for one in geometry.profiles}
    return {name: count for name, count in counted.items() if count}


def starts(profile: Profile, there: Layout) -> list[int]:
    taken = {slice_ for one in there for slice_ in one.slices}
    return [one for one in profile.starts if taken.isdisjoint(Placed(profile, one).slices)]


def test_large_instances_are_placed_first() -> None:
    found = placed(H100, "1g.10gb", "1g.10gb", "2g.20gb", "3g.40gb")
    assert [name for name, _ in found] == ["3g.40gb", "2g.20gb", "1g.10gb", "1g.10gb"]
    assert found[0] == ("3g.40gb", 4)


@pytest.mark.parametrize(
    "names",
    [
        ["3g.40gb", "1g.10gb", "2g.20gb", "1g.10gb"],
        ["2g.20gb", *["1g.10gb"] * 5],
        ["4g.40gb", "3g.40gb"],
        ["3g.40gb", "3g.40gb"],
        ["4g.40gb", "2g.20gb", "1g.20gb"],
        ["1g.20gb"] * 4,
        ["1g.20gb", *["1g.10gb"] * 6],
        ["1g.10gb+me", *["1g.10gb"] * 6],
        ["2g.20gb", "2g.20gb", "2g.20gb", "1g.20gb"],
        ["7g.80gb"],
        [],
    ],
)
def test_geometries_of_the_guide_fit(names: list[str]) -> None:
    assert sorted(name for name, _ in placed(H100, *names)) == sorted(names)


@pytest.mark.parametrize(
    ("names", "misfit", "says"),
    [
        (["1g.5gb"], Misfit.UNKNOWN, "no profile '1g.5gb' here; nearest: 1g.10gb"),
        (["1g.10gb"] * 8, Misfit.INSTANCES, "at most 7 of 1g.10gb on a GPU, not 8"),
        (["1g.10gb+me"] * 2, Misfit.INSTANCES, "at most 1 of 1g.10gb+me"),
        (["4g.40gb", "4g.40gb"], Misfit.INSTANCES, "at most 1 of 4g.40gb"),
        (["4g.40gb", "2g.20gb", "2g.20gb"], Misfit.COMPUTE, "8 slices of compute"),
        (["3g.40gb", "3g.40gb", "1g.10gb"], Misfit.MEMORY, "9 slices of memory"),
        (["7g.80gb", "1g.10gb"], Misfit.COMPUTE, "8 slices of compute"),
    ],
)
def test_what_does_not_fit_says_why(names: list[str], misfit: Misfit, says: str) -> None:
    why = refused(H100, *names)
    assert why.misfit is misfit
    assert says in why.sentence


def test_an_a30_has_one_media_extension_whatever_the_profile() -> None:
    why = refused(A30, "1g.6gb+me", "2g.12gb+me")
    assert why.misfit is Misfit.MEDIA
    assert placed(A30, "2g.12gb+me", "1g.6gb", "1g.6gb")


def test_an_instance_with_all_media_engines_leaves_none_to_others() -> None:
    assert placed(RTX, "1g.24gb+me.all", "1g.24gb-me", "2g.48gb-me")
    why = refused(RTX, "1g.24gb+me.all", "1g.24gb")
    assert why.misfit is Misfit.MEDIA
    assert "-me" in why.sentence
    assert placed(RTX, "1g.24gb+gfx", "1g.24gb", "2g.48gb")


def test_instances_that_are_there_do_not_move() -> None:
    scattered = (at(H100, "1g.10gb", 1), at(H100, "1g.10gb", 5))
    why = refused(H100, "3g.40gb", there=scattered)
    assert why.misfit is Misfit.PLACEMENT
    assert "beside 1g.10gb at 1, 1g.10gb at 5" in why.sentence
    assert "an emptied GPU has it" in why.sentence
    assert more(H100, scattered) == {
        "1g.10gb": 5, "1g.10gb+me": 1, "1g.20gb": 2, "2g.20gb": 1,
    }  # fmt: skip


@pytest.mark.parametrize("family", GEOMETRIES)
def test_a_full_gpu_takes_nothing_more(family: str) -> None:
    geometry = GEOMETRIES[family]
    whole = max(geometry.profiles, key=lambda one: one.compute)
    assert more(geometry, (Placed(whole, 0),)) == {}


@pytest.mark.parametrize("family", GEOMETRIES)
def test_as_many_fit_on_an_empty_gpu_as_the_guide_prints(family: str) -> None:
    geometry = GEOMETRIES[family]
    assert more(geometry) == {one.name: one.instances for one in geometry.profiles}


def any_names(geometry: Geometry, most: int) -> st.SearchStrategy[list[str]]:
    return st.lists(st.sampled_from([one.name for one in geometry.profiles]), max_size=most)


def allowed(geometry: Geometry, profiles: Sequence[Profile]) -> bool:
    """The rules that are not about places, told a second time."""
    media = [one.media for one in profiles]
    special = media.count(Media.EXTENSIONS) + media.count(Media.ALL)
    return (
        all(profiles.count(one) <= one.instances for one in profiles)
        and sum(one.compute for one in profiles) <= geometry.compute
        and special <= 1
        and not (Media.ALL in media and Media.SHARE in media)
    )


def brute(geometry: Geometry, names: Sequence[str]) -> bool:
    """Whether any choice of starts places all without overlap."""
    profiles = [one for name in names if (one := geometry.profile(name))]
    if not allowed(geometry, profiles):
        return False
    for starts in itertools.product(*(one.starts for one in profiles)):
        taken = [
            slice_
            for profile, start in zip(profiles, starts, strict=True)
            for slice_ in range(start, start + profile.size)
        ]
        if len(taken) == len(set(taken)):
            return True
    return False


@settings(max_examples=150, deadline=None)
@given(st.data())
def test_a_layout_is_found_exactly_when_brute_force_finds_one(data: st.DataObject) -> None:
    geometry = GEOMETRIES[data.draw(st.sampled_from(sorted(GEOMETRIES)))]
    names = data.draw(any_names(geometry, 5))
    assert (not isinstance(layout(geometry, names), WhyNot)) is brute(geometry, names)


@settings(max_examples=150, deadline=None)
@given(st.data())
def test_instances_never_overlap_and_start_where_they_may(data: st.DataObject) -> None:
    geometry = GEOMETRIES[data.draw(st.sampled_from(sorted(GEOMETRIES)))]
    there = layout(geometry, data.draw(any_names(geometry, 4)))
    if isinstance(there, WhyNot):
        return
    added = layout(geometry, data.draw(any_names(geometry, 4)), there)
    if isinstance(added, WhyNot):
        return
    every = [*there, *added]
    slices = [slice_ for one in every for slice_ in one.slices]
    assert len(slices) == len(set(slices))
    assert all(one.start in one.profile.starts for one in every)
    assert set(slices) <= set(range(geometry.memory))
    assert sum(one.profile.compute for one in every) <= geometry.compute


@settings(max_examples=150, deadline=None)
@given(st.data())
def test_the_order_of_names_does_not_matter(data: st.DataObject) -> None:
    names = data.draw(any_names(H100, 7))
    other = data.draw(st.permutations(names))
    assert layout(H100, names) == layout(H100, other) or all(
        isinstance(layout(H100, one), WhyNot) for one in (names, other)
    )


@settings(max_examples=100, deadline=None)
@given(st.data())
def test_as_many_fit_as_greedy_search_finds_for_one_profile(data: st.DataObject) -> None:
    geometry = GEOMETRIES[data.draw(st.sampled_from(sorted(GEOMETRIES)))]
    there = layout(geometry, data.draw(any_names(geometry, 4)))
    if isinstance(there, WhyNot):
        return
    profile = data.draw(st.sampled_from(geometry.profiles))
    greedy: Layout = there
    while free := starts(profile, greedy):
        if isinstance(layout(geometry, [profile.name], greedy), WhyNot):
            break
        greedy = (*greedy, Placed(profile, free[0]))
    assert how_many(geometry, profile.name, there) == len(greedy) - len(there)


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_one_instance_less_fits_whenever_all_do(data: st.DataObject) -> None:
    geometry = GEOMETRIES[data.draw(st.sampled_from(sorted(GEOMETRIES)))]
    names = data.draw(any_names(geometry, 6))
    if names and not isinstance(layout(geometry, names), WhyNot):
        assert not isinstance(layout(geometry, names[1:]), WhyNot)
