"""Products by the names that labels, libraries and people give them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clusterwright.tools.gpu.hardware.products import (
    PRODUCTS,
    Product,
    all_called,
    find,
    is_amd,
    nearest,
)
from clusterwright.tools.gpu.vendor import Vendor


def named(name: str) -> str:
    found = find(name)
    return found.name if found else ""


@pytest.mark.parametrize("product", PRODUCTS, ids=lambda one: one.name)
def test_a_product_is_found_by_its_name_its_label_and_its_other_names(product: Product) -> None:
    for name in (product.name, product.label, product.name.lower(), *product.aliases):
        assert find(name) is product


@pytest.mark.parametrize(
    ("label", "name"),
    [
        ("NVIDIA-A100-SXM4-40GB-MIG-1g.5gb", "NVIDIA A100-SXM4-40GB"),
        ("NVIDIA-A100-SXM4-40GB-MIG-1g.5gb-SHARED", "NVIDIA A100-SXM4-40GB"),
        ("NVIDIA-H100-80GB-HBM3-MIG-1g.10gb.me", "NVIDIA H100 80GB HBM3"),
        ("Tesla-T4-SHARED", "Tesla T4"),
        ("A100-SXM4-40GB", "NVIDIA A100-SXM4-40GB"),
        ("NVIDIA H100 80GB HBM3", "NVIDIA H100 80GB HBM3"),
        ("NVIDIA-GH200-120GB", "NVIDIA GH200 480GB"),
        ("NVIDIA-RTX-PRO-6000-Blackwell-Server-Edition",
         "NVIDIA RTX PRO 6000 Blackwell Server Edition"),
        ("AMD_Instinct_MI300X_OAM", "AMD Instinct MI300X OAM"),
        ("AMD_INSTINCT_MI250_(MCM)_OAM_AC_MBA", "AMD Instinct MI250"),
        ("Instinct-MI300X", "AMD Instinct MI300X OAM"),
        ("mi210", "AMD Instinct MI210"),
        ("AMD_Instinct_MI325_OAM", "AMD Instinct MI325X OAM"),
    ],
)  # fmt: skip
def test_a_product_is_found_by_what_labels_say(label: str, name: str) -> None:
    assert named(label) == name


@pytest.mark.parametrize(
    "name", ["H100", "A100", "", "NVIDIA", "H100 80GB HBM", "MI999", "-SHARED"]
)
def test_a_name_that_may_be_several_or_none_is_not_guessed(name: str) -> None:
    assert find(name) is None


@pytest.mark.parametrize(
    ("name", "meant"),
    [
        ("H100", "NVIDIA H100 80GB HBM3"),
        ("NVIDIA-A100-SXM-40GB", "NVIDIA A100-SXM4-40GB"),
        ("h200 nvll", "NVIDIA H200 NVL"),
    ],
)
def test_a_name_that_is_nearly_right_is_told_the_right_one(name: str, meant: str) -> None:
    assert meant in nearest(name, most=4)


def test_a_name_of_nothing_known_has_none_near() -> None:
    assert nearest("toaster") == ()
    assert nearest("") == ()


@pytest.mark.parametrize(
    ("name", "amd"),
    [
        ("AMD_Instinct_MI300X_OAM", True),
        ("AMD Radeon PRO W7900", True),
        ("MI455X", True),
        ("NVIDIA-H100-80GB-HBM3", False),
        ("Tesla-T4", False),
        ("", False),
        ("diamond 5000", False),
    ],
)
def test_amd_is_told_from_others_by_name(name: str, *, amd: bool) -> None:
    assert is_amd(name) is amd


def test_every_spelling_names_one_product() -> None:
    spelled = [name.lower() for one in PRODUCTS for name in (one.name, *one.aliases)]
    pci = [id_ for one in PRODUCTS for id_ in one.pci]
    assert len(spelled) == len(set(spelled))
    assert len(pci) == len(set(pci))


def test_mig_goes_by_vendor() -> None:
    for one in PRODUCTS:
        assert one.mig is (one.geometry is not None)
        assert not (one.mig and one.vendor is Vendor.AMD)


@pytest.mark.parametrize("name", ["Tesla T4", "NVIDIA L4", "NVIDIA L40S", "NVIDIA A10"])
def test_some_products_have_no_mig(name: str) -> None:
    found = find(name)
    assert found is not None
    assert not found.mig


@given(st.text(max_size=80))
def test_no_name_breaks_the_search(name: str) -> None:
    find(name)
    is_amd(name)
    assert len(nearest(name)) <= 3


def test_a_name_for_short_is_of_all_products_that_have_its_words() -> None:
    assert {one.name.split()[1] for one in all_called("H100")} == {"H100"}
    assert len(all_called("H100")) > len(all_called("H100 80GB")) > 0
    assert [one.name for one in all_called("Tesla-T4")] == ["Tesla T4"]
    assert not all_called("H1000")
    assert not all_called("")
