"""Names of MIG layouts: what they mean on a product, and whether it can have them."""

import pytest
import yaml

from clusterwright.tools.gpu.hardware.mig_config import (
    MigLayout,
    configured,
    invalid,
    layouts_of,
    meaning,
)
from clusterwright.tools.gpu.hardware.placement import Misfit
from clusterwright.tools.gpu.hardware.products import PRODUCTS, Product, find
from clusterwright.tools.manifest import Json

WITH_MIG = [one for one in PRODUCTS if one.mig]
CONFIG = yaml.safe_load("""\
version: v1
mig-configs:
  all-disabled:
    - devices: all
      mig-enabled: false
  all-1g.10gb:
    - device-filter: ["0x233010DE", "0x20B210DE"]
      devices: all
      mig-enabled: true
      mig-devices: {"1g.10gb": 7}
    - device-filter: "0x20b010de"
      devices: all
      mig-enabled: true
      mig-devices: {"1g.10gb": 4}
  two-halves:
    - devices: all
      mig-enabled: true
      mig-devices: {"1g.10gb": 7}
    - devices: [0]
      mig-enabled: false
    - devices: all
      mig-enabled: true
      mig-devices: {"3g.40gb": 2, "1g.10gb+me": 0}
  greedy:
    - devices: all
      mig-enabled: true
      mig-devices: {"1g.10gb": 1000000000000}
  odd:
    - devices: all
      mig-enabled: "yes"
      mig-devices: ["1g.10gb", null]
    - nonsense
""")


def product(name: str) -> Product:
    found = find(name)
    assert found is not None
    return found


H100, A100 = product("NVIDIA H100 80GB HBM3"), product("NVIDIA A100-SXM4-40GB")


def on(**instances: int) -> MigLayout:
    named = {key.removeprefix("_").replace("_", "."): n for key, n in instances.items()}
    return MigLayout(enabled=True, instances=named)


@pytest.mark.parametrize(
    ("name", "of", "instances"),
    [
        ("all-1g.10gb", H100, {"1g.10gb": 7}),
        ("all-1g.10gb", A100, {"1g.10gb": 4}),
        ("all-1g.10gb.me", H100, {"1g.10gb+me": 1}),
        ("all-balanced", H100, {"3g.40gb": 1, "2g.20gb": 1, "1g.10gb": 2}),
        ("all-balanced", A100, {"3g.20gb": 1, "2g.10gb": 1, "1g.5gb": 2}),
        ("all-balanced", product("NVIDIA A30"), {"2g.12gb": 1, "1g.6gb": 2}),
        ("all-balanced", product("NVIDIA B200"), {"3g.90gb": 1, "2g.45gb": 1, "1g.23gb": 2}),
        ("all-balanced", product("NVIDIA GB200"), {"3g.93gb": 1, "2g.47gb": 1, "1g.23gb": 2}),
        ("all-1g.24gb.me.all", product("NVIDIA RTX PRO 6000 Blackwell Server Edition"),
         {"1g.24gb+me.all": 1}),
        ("all-2g.48gb-me", product("NVIDIA RTX PRO 6000 Blackwell Server Edition"),
         {"2g.48gb-me": 2}),
        ("all-enabled", H100, {}),
    ],
)  # fmt: skip
def test_a_name_means_on_a_product_what_mig_parted_makes_of_it(
    name: str, of: Product, instances: dict[str, int]
) -> None:
    assert meaning(name, of) == MigLayout(enabled=True, instances=instances)


def test_disabled_means_without_mig() -> None:
    assert meaning("all-disabled", H100) == MigLayout(enabled=False, instances={})


def test_a_name_of_another_product_is_told_the_nearest_of_this_one() -> None:
    assert meaning("all-1g.5gb", H100) == (
        "'all-1g.5gb' is no layout of NVIDIA H100 80GB HBM3;"
        " nearest: all-1g.10gb, all-1g.20gb, all-1g.10gb.me"
    )
    assert "all-balanced" in str(meaning("mine", H100))
    assert meaning("all-1g.5gb", product("Tesla T4")) == "Tesla T4 has no MIG"


@pytest.mark.parametrize("of", WITH_MIG, ids=lambda one: one.name)
def test_every_named_layout_fits_its_product(of: Product) -> None:
    for name, asked in layouts_of(of).items():
        assert invalid(asked, of) is None, name


def test_products_without_mig_have_no_layouts() -> None:
    assert layouts_of(product("NVIDIA L4")) == {}
    assert invalid(on(_1g_10gb=7), product("NVIDIA L4")) is None


def test_a_configuration_asks_by_product() -> None:
    assert configured(CONFIG, "all-1g.10gb", H100) == on(_1g_10gb=7)
    assert configured(CONFIG, "all-1g.10gb", A100) == on(_1g_10gb=4)
    assert configured(CONFIG, "all-1g.10gb", product("NVIDIA A30")) == (
        "nothing of layout 'all-1g.10gb' is for NVIDIA A30"
    )


def test_the_last_item_for_all_devices_decides() -> None:
    assert configured(CONFIG, "two-halves", H100) == on(_3g_40gb=2)


def test_a_layout_that_the_configuration_lacks_is_told_those_it_has() -> None:
    said = configured(CONFIG, "all-2g.20gb", H100)
    assert str(said).startswith("the configuration has no layout 'all-2g.20gb'; it has all-1g.10gb")


def test_more_than_any_gpu_takes_is_refused_at_once() -> None:
    greedy = configured(CONFIG, "greedy", H100)
    assert isinstance(greedy, MigLayout)
    why = invalid(greedy, H100)
    assert why is not None
    assert why.misfit is Misfit.INSTANCES


@pytest.mark.parametrize("config", [None, [], {}, {"mig-configs": []}, {"mig-configs": {"x": 3}}])
def test_an_odd_configuration_asks_nothing(config: Json) -> None:
    assert isinstance(configured(config, "x", H100), str)


def test_odd_items_are_read_as_far_as_they_go() -> None:
    assert configured(CONFIG, "odd", H100) == MigLayout(enabled=False, instances={})
