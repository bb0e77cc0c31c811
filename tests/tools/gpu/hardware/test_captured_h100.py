"""The H100's table against what a real H100 printed (`data/h100-mig-profiles.txt`)."""

import re
from pathlib import Path

import pytest

from clusterwright.tools.gpu.hardware.mig_profiles import Profile
from clusterwright.tools.gpu.hardware.placement import how_many
from clusterwright.tools.gpu.hardware.products import find

CAPTURE = (Path(__file__).parent / "data" / "h100-mig-profiles.txt").read_text()
PRINTED = {
    name: (int(id_), int(total), float(gib))
    for name, id_, total, gib in re.findall(r"MIG (\S+) +(\d+) +\d+/(\d+) +([\d.]+) +No", CAPTURE)
}
TOLD = {
    one["name"].removeprefix("MIG "): one
    for line in CAPTURE.splitlines()
    if (one := {key: word or number for key, number, word in
                re.findall(r"\('(\w+)', (?:(\d+)|'([^']*)')\)", line)})
}  # fmt: skip
H100 = find("NVIDIA H100 80GB HBM3")
assert H100 is not None
GEOMETRY = H100.geometry
assert GEOMETRY is not None
PROFILES = {one.name: one for one in GEOMETRY.profiles}


def test_the_capture_was_read() -> None:
    assert len(PRINTED) == len(TOLD) == 7


def test_the_profiles_are_those_that_the_gpu_printed() -> None:
    assert set(PROFILES) == set(PRINTED)


@pytest.mark.parametrize("name", sorted(PRINTED))
def test_a_profile_has_the_id_and_the_instances_that_the_gpu_printed(name: str) -> None:
    id_, total, _ = PRINTED[name]
    assert (PROFILES[name].id, PROFILES[name].instances) == (id_, total)


@pytest.mark.parametrize("name", sorted(TOLD))
def test_a_profile_has_the_slices_that_the_library_told(name: str) -> None:
    told, profile = TOLD[name], PROFILES[name]
    assert profile.compute == int(told["sliceCount"])
    assert profile.instances == int(told["instanceCount"])
    assert profile.id == int(told["id"])


@pytest.mark.parametrize("name", sorted(TOLD))
def test_the_slices_of_memory_follow_from_the_memory_that_the_library_told(name: str) -> None:
    profile, mib = PROFILES[name], int(TOLD[name]["memorySizeMB"])
    assert H100 is not None
    assert GEOMETRY is not None
    eighths = mib * GEOMETRY.memory / H100.memory_mib
    assert profile.size - 1 < eighths <= profile.size
    assert PRINTED[name][2] == pytest.approx(mib / 1024, abs=0.01)


@pytest.mark.parametrize("profile", GEOMETRY.profiles, ids=lambda one: one.name)
def test_an_empty_gpu_takes_as_many_as_it_printed_by_arithmetic_too(profile: Profile) -> None:
    assert GEOMETRY is not None
    assert how_many(GEOMETRY, profile.name) == PRINTED[profile.name][1]


def test_its_memory_is_what_the_gpu_told() -> None:
    assert H100 is not None
    assert f"\n{H100.memory_mib} MiB\n" in CAPTURE
