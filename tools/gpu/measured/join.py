"""Join series to devices, and devices to nodes and pods: pure, from results and an estate."""

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from clusterwright.tools.gpu.measured import throttling
from clusterwright.tools.gpu.measured.device import MIB_PER_GIB, Device, Key, Measured
from clusterwright.tools.gpu.measured.places import Places
from clusterwright.tools.gpu.measured.vocabulary import LABELS
from clusterwright.tools.gpu.vendor import Vendor
from clusterwright.tools.prometheus.analyzers.gpu_hung import hung
from clusterwright.tools.prometheus.result import Labels, Series

if TYPE_CHECKING:
    from clusterwright.tools.ref import Ref

Results = Mapping[str, Sequence[Series]]
_SHARES = ("busy", "peak")
"""How queries for shares of time end."""
_WHOLE = 1.01
"""A share of time, with what is lost in adding up."""
_MOST_MIB = 1e9
_Kept = tuple[str, ...]
"""The values of `LABELS`."""


def joined(results: Results, places: Places) -> Measured:
    """Return the devices that any series is about which is there now."""
    joining = _Joining(places)
    for name, put in _PUT.items():
        is_share = name.endswith(_SHARES)
        for one in results.get(name, ()):
            if not one.values or not (is_share or math.isfinite(one.values[-1])):
                continue
            device, value = joining.now(one.labels), one.values[-1]
            if device and 0 <= value <= (_WHOLE if is_share else _MOST_MIB):
                put(device, value)
            elif device and is_share:
                device.unusable = True
    _what_lasted(joining, results)
    for one in hung(places.watched):
        device = joining.same(one.series.labels)
        if device:
            device.hung = f"its tensor cores and memory do nothing{one.power}"
    found = _without_wholes(joining.found)
    return Measured(found, frozenset(joining.named), len(joining.nowhere))


def _what_lasted(joining: "_Joining", results: Results) -> None:
    """Put what queries tell that also know of series which ended, as of who had it before."""
    for series, value in _values(results.get("known", ())):
        device = joining.same(series.labels)
        if device:
            device.known = max(device.known, value)
    for name in throttling.PARTS:
        for series, share in _values(results.get(name, ())):
            device, reason = joining.same(series.labels), series.labels.get("reason", "")
            if device and reason in throttling.REASONS:
                device.slowed[reason] = max(device.slowed.get(reason, 0.0), min(share, 1.0))


class _Joining:
    """Devices as they are met in one series after another."""

    def __init__(self, places: Places) -> None:
        self._places = places
        self._nodes = {one.ref.name: one for one in places.estate.nodes}
        self._met: dict[_Kept, Device | None] = {}
        self.found: dict[Key, Device] = {}
        self.named: set[Ref] = set()
        self.nowhere: set[_Kept] = set()

    def now(self, labels: Labels) -> Device | None:
        """Return the device of a series that is there now; None where its node is not known."""
        kept = _kept(labels)
        if kept not in self._met:
            self._met[kept] = self._meet(labels)
        return self._met[kept]

    def same(self, labels: Labels) -> Device | None:
        """Return the device of a series, if one like it is there now."""
        return self._met.get(_kept(labels))

    def _meet(self, labels: Labels) -> Device | None:
        node = self._places.node(labels)
        if not node:
            self.nowhere.add(_kept(labels))
            return None
        key = _key(node, labels)
        device = self.found.setdefault(key, self._new(key, labels))
        pod = self._places.pod(labels)
        if pod:
            device.pods.add(pod)
            self.named.add(pod)
        return device

    def _new(self, key: Key, labels: Labels) -> Device:
        node = self._nodes.get(key.node)
        amd = not labels.get("UUID") and any(
            labels.get(one) for one in ("gpu_uuid", "gpu_id", "card_series", "card_model")
        )
        told = labels.get("modelName") or labels.get("card_series") or labels.get("card_model")
        return Device(
            key,
            Vendor.AMD if amd else Vendor.NVIDIA,
            labels.get("gpu") or labels.get("gpu_id", ""),
            labels.get("GPU_I_PROFILE", ""),
            (node.model if node else "") or told or "",
            node,
        )


def _kept(labels: Labels) -> _Kept:
    return tuple(labels.get(one, "") for one in LABELS)


def _key(node: str, labels: Labels) -> Key:
    names = ("UUID", "gpu_uuid", "serial_number", "gpu", "gpu_id")
    device = next((labels[one] for one in names if labels.get(one)), "")
    part = labels.get("gpu_partition_id", "")
    return Key(node, device, labels.get("GPU_I_ID", "") or ("" if part == "0" else part))


def _values(series: Sequence[Series]) -> Iterator[tuple[Series, float]]:
    for one in series:
        value = one.values[-1] if one.values else math.nan
        if math.isfinite(value):
            yield one, value


def _without_wholes(found: Mapping[Key, Device]) -> Mapping[Key, Device]:
    """Leave out GPUs that are split: their instances are what pods have.

    What slows the whole down slows down each of them.
    """
    wholes = {replace(key, instance="") for key in found if key.instance}
    for key, device in found.items():
        whole = found.get(replace(key, instance="")) if key.instance else None
        if whole and whole.vendor is Vendor.NVIDIA:
            device.slowed = {**whole.slowed, **device.slowed}
    return {
        key: one
        for key, one in found.items()
        if key.instance or key not in wholes or one.vendor is Vendor.AMD
    }


def _put_engine(device: Device, value: float) -> None:
    device.busy, device.by_engine = max(device.busy or 0.0, value), True


def _put_util(device: Device, value: float) -> None:
    if not device.by_engine:
        device.busy = max(device.busy or 0.0, value)


def _put_engine_peak(device: Device, value: float) -> None:
    device.peak = max(device.peak or 0.0, value)


def _put_util_peak(device: Device, value: float) -> None:
    if not device.by_engine:
        device.peak = max(device.peak or 0.0, value)


def _put_used(device: Device, value: float) -> None:
    device.used = max(device.used or 0.0, value / MIB_PER_GIB)


def _put_total(device: Device, value: float) -> None:
    device.total = max(device.total or 0.0, value / MIB_PER_GIB)


_PUT: Mapping[str, Callable[[Device, float], None]] = {
    "engine busy": _put_engine,
    "engine peak": _put_engine_peak,
    "util busy": _put_util,
    "util peak": _put_util_peak,
    "amd busy": _put_util,
    "amd peak": _put_util_peak,
    "used": _put_used,
    "total": _put_total,
    "amd used": _put_used,
    "amd total": _put_total,
}
"""By the query's name, in an order in which what counts more comes first."""
