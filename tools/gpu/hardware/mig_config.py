"""Names of MIG layouts as mig-parted knows them, and what they mean on a product.

Source: NVIDIA/mig-parted, deployments/systemd/config-default.yaml and pkg/mig/builder (names, and
which layout is balanced), api/spec/v1 (the form of a configuration).
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from clusterwright.tools.gpu.hardware.mig_profiles import Geometry, Media, Profile, canonical
from clusterwright.tools.gpu.hardware.placement import WhyNot, layout
from clusterwright.tools.gpu.hardware.products import Product
from clusterwright.tools.manifest import Json, items, mapping, number, text, texts, truth

DISABLED, ENABLED, BALANCED = "all-disabled", "all-enabled", "all-balanced"
_ALL = "all-"
_MOST = 32
"""More instances than any GPU takes: what a configuration asks beyond that does not fit either."""
_BALANCED: Mapping[int, Mapping[int, int]] = {7: {3: 1, 2: 1, 1: 2}, 4: {2: 1, 1: 2}}
"""Instances by their slices of compute, by those that the product has."""


@dataclass(frozen=True, slots=True)
class MigLayout:
    """What a name asks of each GPU."""

    enabled: bool
    """Whether MIG is on; a GPU with MIG on and without instances runs nothing."""
    instances: Mapping[str, int]
    """How many of each profile."""

    def names(self) -> Iterator[str]:
        """Yield the profile of each instance."""
        for name, count in self.instances.items():
            yield from [name] * min(count, _MOST)


_OFF, _EMPTY = MigLayout(enabled=False, instances={}), MigLayout(enabled=True, instances={})


def layouts_of(product: Product) -> Mapping[str, MigLayout]:
    """Return the layouts that mig-parted names for a product, by name; none without MIG."""
    geometry = product.geometry
    if geometry is None:
        return {}
    named = {DISABLED: _OFF, ENABLED: _EMPTY}
    if balanced := _balanced(geometry):
        named[BALANCED] = balanced
    for one in geometry.profiles:
        spelled = one.name.replace("+", ".")
        named[f"{_ALL}{spelled}"] = MigLayout(enabled=True, instances={one.name: one.instances})
    return named


def meaning(name: str, product: Product) -> MigLayout | str:
    """Return what a layout's name means on a product, or why it has no meaning there."""
    geometry = product.geometry
    if geometry is None:
        return f"{product.name} has no MIG"
    named = layouts_of(product)
    if name in named:
        return named[name]
    profile = canonical(name.removeprefix(_ALL))
    near = [f"{_ALL}{one.replace('+', '.')}" for one in geometry.nearest(profile)]
    known = ", ".join(near or named)
    return (
        f"{name[:60]!r} is no layout of {product.name}; {'nearest' if near else 'known'}: {known}"
    )


def configured(config: Json, name: str, product: Product) -> MigLayout | str:
    """Return what a layout of a configuration of mig-parted asks of a product's GPUs, or why none.

    The last item that is for all devices and whose `device-filter` takes the product decides, as
    mig-parted applies them in order; items for some devices only are left out.
    """
    if name not in mapping(config, "mig-configs"):
        known = ", ".join(sorted(mapping(config, "mig-configs"))[:20])
        return f"the configuration has no layout {name[:60]!r}; it has {known or 'none'}"
    asked: MigLayout | str = f"nothing of layout {name[:60]!r} is for {product.name}"
    for item in items(config, "mig-configs", name):
        if item.get("devices", "all") != "all" or not _taken(item, product):
            continue
        counts = {key: number(item, "mig-devices", key) for key in mapping(item, "mig-devices")}
        instances = {canonical(key): count for key, count in counts.items() if count > 0}
        asked = MigLayout(enabled=truth(item, "mig-enabled"), instances=instances)
    return asked


def invalid(asked: MigLayout, product: Product) -> WhyNot | None:
    """Return why a layout is not to be had on one GPU of a product; None if it is."""
    geometry = product.geometry
    if geometry is None or not asked.enabled:
        return None
    placed = layout(geometry, asked.names())
    return placed if isinstance(placed, WhyNot) else None


def _taken(item: Json, product: Product) -> bool:
    """Return whether an item's filter, one PCI id or a list of them, takes a product."""
    one = text(item, "device-filter")
    wanted = [one] if one else texts(item, "device-filter")
    known = {pci.lower() for pci in product.pci}
    return not wanted or bool(known.intersection(map(str.lower, wanted)))


def _balanced(geometry: Geometry) -> MigLayout | None:
    counts = _BALANCED.get(geometry.compute)
    if counts is None:
        return None
    profiles = {compute: _smallest(geometry, compute) for compute in counts}
    return MigLayout(
        enabled=True,
        instances={profiles[compute].name: count for compute, count in counts.items()},
    )


def _smallest(geometry: Geometry, compute: int) -> Profile:
    """Return the plain profile of so many slices of compute of which most fit."""
    plain = [one for one in geometry.profiles if one.compute == compute]
    return max(
        (one for one in plain if one.media is Media.SHARE and "+" not in one.name),
        key=lambda one: one.instances,
    )
