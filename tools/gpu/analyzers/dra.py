"""Dynamic resource allocation as analyzers read it: what claims ask for, what devices there are.

Of resource.k8s.io v1 and its betas: a request stands at `exactly` or, before, by itself; a device
had its attributes and taints below `basic`.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from clusterwright.tools.gpu.analyzers.waiting import in_question, leaving
from clusterwright.tools.gpu.estate import Estate
from clusterwright.tools.kubernetes.analyzers.capacity import finished
from clusterwright.tools.manifest import (
    Manifest,
    condition,
    items,
    mapping,
    name_of,
    namespace_of,
    number,
    text,
    truth,
)
from clusterwright.tools.ref import Ref, checked

CLASS, SLICE, CLAIM = "DeviceClass", "ResourceSlice", "ResourceClaim"
TEMPLATE = "ResourceClaimTemplate"
_DRIVER = re.compile(r"device\.driver\s{0,4}==\s{0,4}[\"']([\w./-]{1,253})[\"']")
_KEEPS_OFF = frozenset({"NoSchedule", "NoExecute"})
DeviceKey = tuple[str, str, str]
"""Driver, pool and name of a device."""


@dataclass(frozen=True, slots=True)
class Device:
    """A device that a driver offers."""

    driver: str
    pool: str
    name: str
    node: str
    """Empty where it is not of one node."""
    shape: Manifest
    """Its attributes and taints."""

    @property
    def key(self) -> DeviceKey:
        """What tells it from all others."""
        return self.driver, self.pool, self.name

    @property
    def taints(self) -> Sequence[Manifest]:
        """Its taints that keep claims off."""
        return [one for one in items(self.shape, "taints") if text(one, "effect") in _KEEPS_OFF]

    def attribute(self, name: str) -> str:
        """Return an attribute that is a string, with or without the driver's domain."""
        found = mapping(self.shape, "attributes")
        for key in (name, f"{self.driver}/{name}"):
            if value := text(found, key, "string"):
                return value
        return ""


@dataclass(frozen=True, slots=True)
class Wanted:
    """One way to meet a request of a claim."""

    device_class: str
    count: int
    selectors: tuple[str, ...]
    tolerations: tuple[tuple[str, str, str, str], ...]
    """Key, operator, value and effect."""

    def tolerates(self, taint: Manifest) -> bool:
        """Return whether a taint of a device does not matter."""
        return any(_tolerated(one, taint) for one in self.tolerations)


def _tolerated(one: tuple[str, str, str, str], taint: Manifest) -> bool:
    key, operator, value, effect = one
    if effect not in {"", text(taint, "effect")} or key not in {"", text(taint, "key")}:
        return False
    return operator == "Exists" or value == text(taint, "value")


def wanted_in(claim: Manifest) -> list[list[Wanted]]:
    """Return the requests of a claim, each with the ways to meet it."""
    found: list[list[Wanted]] = []
    for request in items(claim, "spec", "devices", "requests"):
        ways = items(request, "firstAvailable") or [mapping(request, "exactly") or request]
        found.append([_wanted(one) for one in ways])
    return found


def _wanted(one: Manifest) -> Wanted:
    selectors = (text(each, "cel", "expression") for each in items(one, "selectors"))
    tolerations = (
        (
            text(each, "key"),
            text(each, "operator") or "Equal",
            text(each, "value"),
            text(each, "effect"),
        )
        for each in items(one, "tolerations")
    )
    return Wanted(
        text(one, "deviceClassName"),
        max(1, number(one, "count")),
        tuple(filter(None, selectors)),
        tuple(tolerations),
    )


def drivers_of(device_class: Manifest) -> frozenset[str]:
    """Return the drivers that a class selects by name; none where its selectors name none."""
    selectors = items(device_class, "spec", "selectors")
    named_ = (_DRIVER.findall(text(one, "cel", "expression")[:2_000]) for one in selectors)
    return frozenset(driver for found in named_ for driver in found)


def devices(estate: Estate) -> Sequence[Device]:
    """Return the devices of all slices, those of the newest generation of each pool."""
    slices = estate.of_kind(SLICE)
    newest: dict[tuple[str, str], int] = {}
    for one in slices:
        key, generation = _pool(one)
        newest[key] = max(newest.get(key, generation), generation)
    return [
        device
        for one in slices
        if _pool(one)[1] == newest[_pool(one)[0]]
        for device in _devices(one)
    ]


def _pool(one: Manifest) -> tuple[tuple[str, str], int]:
    pool = mapping(one, "spec", "pool")
    return (text(one, "spec", "driver"), text(pool, "name")), number(pool, "generation")


def _devices(one: Manifest) -> Iterator[Device]:
    (driver, pool), _ = _pool(one)
    node = text(one, "spec", "nodeName")
    for device in items(one, "spec", "devices"):
        shape = mapping(device, "basic") or device
        yield Device(driver, pool, text(device, "name"), node, shape)


def allocated(estate: Estate) -> Mapping[DeviceKey, Ref]:
    """Return the claims that have devices, by the devices."""
    found: dict[DeviceKey, Ref] = {}
    for claim in estate.of_kind(CLAIM):
        for one in items(claim, "status", "allocation", "devices", "results"):
            if not truth(one, "adminAccess"):
                key = (text(one, "driver"), text(one, "pool"), text(one, "device"))
                found[key] = Ref.of(claim)
    return found


def is_allocated(claim: Manifest) -> bool:
    """Return whether a claim has its devices."""
    return bool(mapping(claim, "status", "allocation"))


def waiting_by_claims(estate: Estate) -> Iterable[Manifest]:
    """Yield the pods that are asked about, have claims and no node, and are not held back."""
    for pod in estate.of_kind("Pod"):
        told = text(condition(pod, "PodScheduled"), "reason")
        if told in {"", "Unschedulable", "SchedulerError"} and _may_wait(estate, pod):
            yield pod


def _may_wait(estate: Estate, pod: Manifest) -> bool:
    if text(pod, "spec", "nodeName") or not items(pod, "spec", "resourceClaims"):
        return False
    return not finished(pod) and not leaving(pod) and in_question(estate, pod)


def claims_of(pod: Manifest) -> Iterator[tuple[str, Ref]]:
    """Yield what a pod names in its claims: a claim that is there for it, or the template."""
    made = {
        text(one, "name"): text(one, "resourceClaimName")
        for one in items(pod, "status", "resourceClaimStatuses")
    }
    for one in items(pod, "spec", "resourceClaims"):
        name = text(one, "resourceClaimName") or made.get(text(one, "name"), "")
        kind = CLAIM if name else TEMPLATE
        ref = checked(Ref(kind, name or text(one, "resourceClaimTemplateName"), namespace_of(pod)))
        if ref is not None:
            yield text(one, "name"), ref


def by_name(objects: Iterable[Manifest]) -> Mapping[str, Manifest]:
    """Return objects by name."""
    return {name_of(one): one for one in objects}
