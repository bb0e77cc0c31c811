"""What a claim asks for: requests, the ways to meet each, and what all of them must share."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from clusterwright.tools.gpu.dra.device import Device
from clusterwright.tools.gpu.dra.selector import holds, may_be_of
from clusterwright.tools.gpu.dra.values import Answer, joined
from clusterwright.tools.kubernetes.analyzers.node_match import tolerates
from clusterwright.tools.manifest import Manifest, items, mapping, number, text, texts, truth

_DRIVER = re.compile(r"device\.driver\s{0,4}==\s{0,4}[\"']([\w./-]{1,253})[\"']")


@dataclass(frozen=True)
class Way:
    """One way to meet a request."""

    name: str
    """Of the request, or `request/subrequest`."""
    device_class: str
    of_class: Sequence[str]
    """The selectors of the class."""
    own: Sequence[str]
    """Those of the request."""
    count: int
    """0: all that match."""
    admin: bool
    tolerations: Sequence[Manifest]
    portioned: bool
    """Whether it asks for a part of a device's capacity."""

    @property
    def drivers(self) -> frozenset[str]:
        """The drivers that its class names, and whose devices may be meant."""
        named = {one for each in self.of_class for one in _DRIVER.findall(each[:2_000])}
        return frozenset(one for one in named if self.may_be_of(one))

    def may_be_of(self, driver: str) -> bool:
        """Return whether a device of a driver may be meant."""
        return all(may_be_of(one, driver) for one in self.of_class)

    def in_class(self, device: Device) -> Answer:
        """Return whether a device is of the class; None where that cannot be told."""
        return _all(self.of_class, device)

    def matches(self, device: Device) -> Answer:
        """Return whether a device is what the selectors ask for; None where it cannot be told."""
        return _all((*self.of_class, *self.own), device)

    def selects(self, device: Device) -> Answer:
        """Return the same; None also where more than the whole device is in question."""
        found = self.matches(device)
        return None if found and (device.accounted or self.portioned) else found

    def tolerates(self, device: Device) -> bool:
        """Return whether no taint of a device keeps it off."""
        return all(any(tolerates(one, taint) for one in self.tolerations)
                   for taint in device.taints)  # fmt: skip


def ways_of(request: Manifest, classes: Mapping[str, Manifest]) -> Iterator[Way]:
    """Yield the ways to meet a request, the preferred first; a class that is not there has none."""
    for name, one in _alternatives(request):
        found = classes.get(text(one, "deviceClassName"))
        if found is not None:
            yield Way(
                name,
                text(one, "deviceClassName"),
                _selectors(mapping(found, "spec")),
                _selectors(one),
                0 if text(one, "allocationMode") == "All" else max(1, number(one, "count")),
                truth(one, "adminAccess"),
                items(one, "tolerations"),
                bool(mapping(one, "capacity")),
            )


def class_names(request: Manifest) -> Iterator[tuple[str, str]]:
    """Yield the name of each way to meet a request, with the DeviceClass that it names."""
    for name, one in _alternatives(request):
        yield name, text(one, "deviceClassName")


def _alternatives(request: Manifest) -> Iterator[tuple[str, Manifest]]:
    """Yield the ways to meet a request, each with its name.

    Before resource.k8s.io/v1, what stands at `exactly` stood in the request itself.
    """
    name = text(request, "name")
    alternatives = items(request, "firstAvailable")
    for one in alternatives:
        yield f"{name}/{text(one, 'name')}", one
    if not alternatives:
        yield name, mapping(request, "exactly") or request


@dataclass(frozen=True)
class Constraint:
    """An attribute in which the devices of some requests must be equal."""

    attribute: str
    """Empty: another kind of constraint, of which nothing can be told."""
    requests: Sequence[str]
    """Empty: of all."""

    def binds(self, name: str) -> bool:
        """Return whether it is about a request."""
        whole, _, _ = name.partition("/")
        return not self.requests or name in self.requests or whole in self.requests

    def value(self, device: Device) -> tuple[object, bool]:
        """Return what a device has of it, None for nothing, and whether that can be told."""
        domain, _, name = self.attribute.partition("/")
        found = device.value("attributes", domain, name)
        absent = device.entry("attributes", domain, name) is None
        return found, bool(self.attribute) and (absent or found is not None)


def constraints_of(claim: Manifest) -> Sequence[Constraint]:
    """Return the constraints of a claim."""
    return [
        Constraint(text(one, "matchAttribute"), texts(one, "requests"))
        for one in items(claim, "spec", "devices", "constraints")
    ]


def _selectors(holder: Manifest) -> list[str]:
    """Return CEL; a selector of another kind cannot be told, as nothing is no CEL."""
    return [text(one, "cel", "expression") for one in items(holder, "selectors")]


def _all(selectors: Sequence[str], device: Device) -> Answer:
    return joined((holds(one, device) for one in selectors), decides=False)
