"""Profiles against NVIDIA's published tables, and their names in resources and labels."""

import math

import pytest

from clusterwright.tools.gpu.hardware.mig_profiles import (
    GEOMETRIES,
    Media,
    canonical,
    gigabytes_of,
    profile_of,
    resource_of,
)
from clusterwright.tools.gpu.hardware.products import PRODUCTS, Product

SEVENTHS = {
    "A100-40GB": "1g.5gb 1g.5gb+me 1g.10gb 2g.10gb 3g.20gb 4g.20gb 7g.40gb",
    "A100-80GB": "1g.10gb 1g.10gb+me 1g.20gb 2g.20gb 3g.40gb 4g.40gb 7g.80gb",
    "H100-80GB": "1g.10gb 1g.10gb+me 1g.20gb 2g.20gb 3g.40gb 4g.40gb 7g.80gb",
    "H100-94GB": "1g.12gb 1g.12gb+me 1g.24gb 2g.24gb 3g.47gb 4g.47gb 7g.94gb",
    "H100-96GB": "1g.12gb 1g.12gb+me 1g.24gb 2g.24gb 3g.48gb 4g.48gb 7g.96gb",
    "H200": "1g.18gb 1g.18gb+me 1g.35gb 2g.35gb 3g.71gb 4g.71gb 7g.141gb",
    "B200": "1g.23gb 1g.23gb+me 1g.45gb 2g.45gb 3g.90gb 4g.90gb 7g.180gb",
    "GB200": "1g.23gb 1g.23gb+me 1g.47gb 2g.47gb 3g.93gb 4g.93gb 7g.186gb",
    "GH200-144GB": "1g.18gb 1g.18gb+me 1g.36gb 2g.36gb 3g.72gb 4g.72gb 7g.144gb",
}
"""Names in the order of the guide's tables; of the last two from mig-parted's configuration."""
PRINTED = {
    "sevenths": """\
Profile ID 19 Placements: {0,1,2,3,4,5,6}:1
Profile ID 20 Placements: {0,1,2,3,4,5,6}:1
Profile ID 15 Placements: {0,2,4,6}:2
Profile ID 14 Placements: {0,2,4}:2
Profile ID  9 Placements: {0,4}:4
Profile ID  5 Placement : {0}:4
Profile ID  0 Placement : {0}:8
""",
    "A30": """\
Profile ID 14 Placements: {0,1,2,3}:1
Profile ID 21 Placements: {0,1,2,3}:1
Profile ID  5 Placements: {0,2}:2
Profile ID  6 Placements: {0,2}:2
Profile ID  0 Placement : {0}:4
""",
    "RTX-PRO-6000": """\
Profile ID 14 Placements: {0,3,6,9}:3
Profile ID 21 Placements: {0,3,6,9}:3
Profile ID 47 Placements: {0,3,6,9}:3
Profile ID 65 Placements: {0,3,6,9}:3
Profile ID 67 Placements: {0,3,6,9}:3
Profile ID  5 Placements: {0,6}:6
Profile ID 35 Placements: {0,6}:6
Profile ID 64 Placements: {0,6}:6
Profile ID 66 Placements: {0,6}:6
Profile ID  0 Placement : {0}:12
Profile ID 32 Placement : {0}:12
""",
}
"""As `nvidia-smi mig -lgipp` prints them: "Getting Started with MIG" in NVIDIA's guide, and the
same of an A30 and of an RTX PRO 6000."""
WITH_MIG = [one for one in PRODUCTS if one.mig]


@pytest.mark.parametrize("family", SEVENTHS)
def test_the_profiles_of_seven_slices_are_those_of_the_guide(family: str) -> None:
    geometry = GEOMETRIES[family]
    assert " ".join(one.name for one in geometry.profiles) == SEVENTHS[family]
    assert [one.instances for one in geometry.profiles] == [7, 1, 4, 3, 2, 1, 1]
    assert [one.compute for one in geometry.profiles] == [1, 1, 1, 2, 3, 4, 7]
    assert [one.size for one in geometry.profiles] == [1, 1, 2, 2, 4, 4, 8]


@pytest.mark.parametrize("family", GEOMETRIES)
def test_ids_and_placements_are_as_nvidia_smi_prints_them(family: str) -> None:
    lines: list[str] = []
    for one in GEOMETRIES[family].profiles:
        word = "Placements" if len(one.starts) > 1 else "Placement "
        starts = ",".join(map(str, one.starts))
        lines.append(f"Profile ID {one.id:>2} {word}: {{{starts}}}:{one.size}\n")
    assert "".join(lines) == PRINTED["sevenths" if family in SEVENTHS else family]


@pytest.mark.parametrize("product", WITH_MIG, ids=lambda one: one.name)
def test_the_memory_in_a_name_follows_from_the_memory_of_the_product(product: Product) -> None:
    """NVIDIA/go-nvlib, pkg/nvlib/device/mig_profile.go: eighths of the GPU, in whole gigabytes."""
    geometry = product.geometry
    assert geometry is not None
    gigabytes = math.ceil(product.memory_mib / 1024)
    for one in geometry.profiles:
        part = math.ceil(one.size * 8 / geometry.memory) / 8
        assert one.gigabytes == math.floor(part * gigabytes + 0.5)


@pytest.mark.parametrize("family", GEOMETRIES)
def test_every_profile_can_be_placed_within_the_gpu(family: str) -> None:
    geometry = GEOMETRIES[family]
    for one in geometry.profiles:
        assert one.name.startswith(f"{one.compute}g.")
        assert all(start + one.size <= geometry.memory for start in one.starts)
        assert len(one.starts) >= one.instances
        assert (one.media is Media.EXTENSIONS) is one.name.endswith("+me")
    assert len({one.id for one in geometry.profiles}) == len(geometry.profiles)


@pytest.mark.parametrize(
    ("profile", "resource"),
    [
        ("1g.10gb", "nvidia.com/mig-1g.10gb"),
        ("1g.10gb+me", "nvidia.com/mig-1g.10gb.me"),
        ("1g.24gb+me.all", "nvidia.com/mig-1g.24gb.me.all"),
        ("1g.24gb+gfx", "nvidia.com/mig-1g.24gb.gfx"),
        ("1g.24gb-me", "nvidia.com/mig-1g.24gb-me"),
    ],
)
def test_a_profile_and_its_resource_name_each_other(profile: str, resource: str) -> None:
    assert resource_of(profile) == resource
    assert profile_of(resource) == profile


@pytest.mark.parametrize("family", GEOMETRIES)
def test_every_profile_comes_back_from_its_resource(family: str) -> None:
    names = [one.name for one in GEOMETRIES[family].profiles]
    assert [profile_of(resource_of(name)) for name in names] == names


@pytest.mark.parametrize(
    "resource", ["nvidia.com/gpu", "nvidia.com/mig-", "nvidia.com/mig-all", "amd.com/gpu", ""]
)
def test_other_resources_count_no_profile(resource: str) -> None:
    assert profile_of(resource) is None


@pytest.mark.parametrize(
    ("spelled", "name"),
    [
        ("MIG 1g.10gb+me", "1g.10gb+me"),
        ("mig-1g.10gb.me", "1g.10gb+me"),
        ("1G.10GB", "1g.10gb"),
        (" 3g.40gb ", "3g.40gb"),
        ("1c.3g.40gb", "3g.40gb"),
        ("nonsense", "nonsense"),
    ],
)
def test_a_profile_is_known_in_any_spelling(spelled: str, name: str) -> None:
    assert canonical(spelled) == name


@pytest.mark.parametrize(
    ("family", "wrong", "meant"),
    [
        ("H100-80GB", "2g.10gb", "2g.20gb"),
        ("A100-40GB", "7g.80gb", "7g.40gb"),
        ("H100-80GB", "1g.5gb.me", "1g.10gb"),
        ("A30", "3g.20gb", "2g.12gb"),
    ],
)
def test_the_nearest_profile_has_as_many_slices(family: str, wrong: str, meant: str) -> None:
    near = GEOMETRIES[family].nearest(wrong)
    assert meant in near
    assert len(near) <= 3


def test_what_is_no_profile_has_no_gigabytes() -> None:
    assert (gigabytes_of("2g.24gb-me"), gigabytes_of("gpu"), gigabytes_of("")) == (24, 0, 0)
