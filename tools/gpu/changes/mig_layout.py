"""MIG layouts by name, as mig-parted's configuration has them, and what each makes of a node.

Source: NVIDIA/mig-parted, api/spec/v1/spec.go; NVIDIA/k8s-device-plugin, docs on MIG strategies.
"""

import difflib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, cast

from clusterwright.tools.errors import InvalidInputError, RefusedError
from clusterwright.tools.excerpt import one_line
from clusterwright.tools.gpu.changes.config_text import read_config
from clusterwright.tools.gpu.hardware.mig_profiles import resource_of
from clusterwright.tools.gpu.hardware.placement import WhyNot, layout
from clusterwright.tools.gpu.hardware.products import Product
from clusterwright.tools.gpu.vendor import Vendor
from clusterwright.tools.manifest import Json, Manifest, items, mapping, texts, truth
from clusterwright.tools.quotation import word

GPU = "nvidia.com/gpu"
KEY = "config.yaml"
_MOST_DEVICES = 64


@dataclass(frozen=True, slots=True)
class Split:
    """How some of a node's GPUs are split."""

    devices: tuple[int, ...] | None
    """By index; None: all."""
    enabled: bool
    profiles: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class NodeLayout:
    """A layout for one product."""

    name: str
    splits: tuple[Split, ...]

    def expected(self, gpus: int | None, strategy: str) -> Mapping[str, int] | None:
        """Return what a node with so many GPUs advertises; None where their number is not known."""
        if gpus is None and any(one.devices is None for one in self.splits):
            return None
        total: dict[str, int] = {GPU: 0}
        for split in self.splits:
            count = len(split.devices) if split.devices is not None else gpus or 0
            if not split.enabled:
                total[GPU] += count
            for profile, each in split.profiles.items():
                resource = GPU if strategy == "single" else resource_of(profile)
                total[resource] = total.get(resource, 0) + count * each
        return total

    def each(self, strategy: str) -> Mapping[str, int]:
        """Return what is advertised for each GPU, of which the node has some multiple."""
        found = self.expected(1, strategy) or {}
        return {resource: count for resource, count in found.items() if count}

    @property
    def uniform(self) -> bool:
        """Whether all devices are alike, as strategy `single` wants them."""
        kinds = {(one.enabled, tuple(sorted(one.profiles.items()))) for one in self.splits}
        return len(kinds) == 1 and all(len(one.profiles) <= 1 for one in self.splits)


def layouts(content: str, where: str) -> Mapping[str, Json]:
    """Return the layouts of a configuration by name; raise RefusedError for what is none."""
    found = read_config(content, where, "the MIG manager")
    return {key: one for key, one in mapping(found, "mig-configs").items() if _is_text(key)}


def layout_of(known: Mapping[str, Json], name: str, product: Product | None) -> NodeLayout:
    """Return a layout as it is for a product.

    Raises InvalidInputError for one that is not there, RefusedError for one that says nothing of
    the product, or asks for what it does not have.
    """
    if name not in known:
        near = difflib.get_close_matches(name, list(known), n=5, cutoff=0.4) or list(known)[:12]
        raise InvalidInputError(
            f"there is no MIG layout {name[:80]!r}",
            hint=f"nearest: {', '.join(map(word, near))}; {len(known)} in all",
        )
    splits = [_split(one, name) for one in items(known, name) if _is_for(one, product)]
    if not splits:
        raise RefusedError(
            f"MIG layout {name[:80]!r} says nothing of {product.name if product else 'its GPUs'}",
            hint="its device-filter names other products; choose another layout",
        )
    last = max((place for place, one in enumerate(splits) if one.devices is None), default=0)
    return NodeLayout(name, tuple(splits[last:]))  # applied in order: what comes later counts


def check_fits(found: NodeLayout, product: Product) -> None:
    """Raise RefusedError for a layout that a product cannot have on one GPU."""
    geometry = product.geometry
    if geometry is None:
        if any(one.enabled for one in found.splits):
            raise no_mig(product.name)
        return
    for split in found.splits:
        names = [name for name, count in split.profiles.items() for _ in range(count)]
        placed = layout(geometry, names)
        if isinstance(placed, WhyNot):
            raise RefusedError(
                f"MIG layout {found.name[:80]!r} cannot be had on {product.name}:"
                f" {one_line(placed.sentence)}",
                hint="choose a layout with the profiles of the product",
            )


def no_mig(product: str, vendor: Vendor = Vendor.NVIDIA) -> RefusedError:
    """Return the error for a product that cannot be split by MIG."""
    if vendor is Vendor.AMD:
        return RefusedError(
            f"{product} has no MIG, which is NVIDIA's",
            hint="AMD's are split by the label dcm.amd.com/gpu-config-profile: kind label_node",
        )
    return RefusedError(
        f"{product} has no MIG: its devices cannot be split",
        hint="MIG is of A30, A100, H100, H200, B200 and their like; set_sharing lets pods share"
        " a whole device",
    )


def _split(entry: Manifest, name: str) -> Split:
    devices: Json = entry.get("devices")
    listed: tuple[int, ...] | None = None
    if isinstance(devices, list):
        numbers = cast("list[Any]", devices)
        listed = tuple(one for one in numbers[:_MOST_DEVICES] if _is_count(one))
        if len(listed) < len(numbers):
            raise _odd(name, "devices")
    profiles = {key: n for key, n in mapping(entry, "mig-devices").items() if _is_text(key)}
    if not all(map(_is_count, profiles.values())):
        raise _odd(name, "mig-devices")
    return Split(listed, truth(entry, "mig-enabled"), {key: n for key, n in profiles.items() if n})


def _odd(name: str, field: str) -> RefusedError:
    return RefusedError(
        f"MIG layout {name[:80]!r} has {field} that no machine has",
        hint="repair it in its ConfigMap, or choose another layout",
    )


def _is_count(value: Json) -> bool:
    """Return whether a number can be one of devices, or the index of one."""
    known = isinstance(value, int) and not isinstance(value, bool)
    return known and 0 <= value <= _MOST_DEVICES


def _is_text(key: object) -> bool:
    """Return whether YAML took a key for a text, and not for a number or a date."""
    return isinstance(key, str)


def _is_for(entry: Manifest, product: Product | None) -> bool:
    """Return whether an entry is for a product; of one that is not known, whether it may be."""
    given: Json = entry.get("device-filter")
    wanted = [given] if isinstance(given, str) else texts(entry, "device-filter")
    if not wanted or product is None or not product.pci:
        return True
    return not {one.lower() for one in wanted}.isdisjoint(one.lower() for one in product.pci)
