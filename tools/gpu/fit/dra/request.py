"""What a claim asks for: requests, the ways to meet each, and what all of them must share."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from clusterwright.tools.gpu.fit.dra.device import Device
from clusterwright.tools.gpu.fit.dra.selector import Answer, holds
from clusterwright.tools.manifest import Json, Manifest, items, mapping, number, text, texts, truth

_KEEPS_OFF = frozenset({"NoSchedule", "NoExecute"})


@dataclass(frozen=True)
class Way:
    """One way to meet a request."""

    name: str
    """Of the request, or `request/subrequest`."""
    selectors: Sequence[str]
    """Of the class and of the request."""
    count: int
    """0: all that match."""
    admin: bool
    tolerations: Sequence[Manifest]
    portioned: bool
    """Whether it asks for a part of a device's capacity."""

    def selects(self, device: Device) -> Answer:
        """Return whether a device is of those asked for; None where that cannot be told."""
        answers = [holds(one, device) for one in self.selectors]
        if False in answers:
            return False
        return None if None in answers or device.accounted or self.portioned else True

    def tolerates(self, device: Device) -> bool:
        """Return whether no taint of a device keeps it off."""
        return all(self._tolerates(taint) for taint in items(device.shape, "taints"))

    def _tolerates(self, taint: Manifest) -> bool:
        if text(taint, "effect") not in _KEEPS_OFF:
            return True
        return any(_tolerated(one, taint) for one in self.tolerations)


def ways_of(request: Manifest, classes: dict[str, Manifest]) -> Iterator[Way]:
    """Yield the ways to meet a request, the preferred first; a class that is not there has none.

    Before resource.k8s.io/v1, what stands at `exactly` stood in the request itself.
    """
    name = text(request, "name")
    alternatives = items(request, "firstAvailable")
    for one in alternatives or [mapping(request, "exactly") or request]:
        found = classes.get(text(one, "deviceClassName"))
        if found is None:
            continue
        yield Way(
            f"{name}/{text(one, 'name')}" if alternatives else name,
            [*_selectors(mapping(found, "spec")), *_selectors(one)],
            0 if text(one, "allocationMode") == "All" else max(1, number(one, "count")),
            truth(one, "adminAccess"),
            items(one, "tolerations"),
            bool(mapping(one, "capacity")),
        )


def class_names(request: Manifest) -> Iterator[tuple[str, str]]:
    """Yield the name of each way to meet a request, with the DeviceClass that it names."""
    name = text(request, "name")
    alternatives = items(request, "firstAvailable")
    for one in alternatives:
        yield f"{name}/{text(one, 'name')}", text(one, "deviceClassName")
    if not alternatives:
        yield name, text(mapping(request, "exactly") or request, "deviceClassName")


@dataclass(frozen=True)
class Constraint:
    """An attribute in which the devices of some requests must be equal."""

    attribute: str
    requests: Sequence[str]
    """Empty: of all."""

    def binds(self, name: str) -> bool:
        """Return whether it is about a request."""
        whole, _, _ = name.partition("/")
        return not self.requests or name in self.requests or whole in self.requests

    def value(self, device: Device) -> Json:
        """Return what a device has of it."""
        domain, _, name = self.attribute.partition("/")
        return device.value("attributes", domain, name)


def constraints_of(claim: Manifest) -> Sequence[Constraint]:
    """Return the constraints of a claim."""
    return [
        Constraint(text(one, "matchAttribute"), texts(one, "requests"))
        for one in items(claim, "spec", "devices", "constraints")
    ]


def _selectors(holder: Manifest) -> list[str]:
    """Return CEL; a selector of another kind cannot be told, and no device meets it."""
    return [text(one, "cel", "expression") for one in items(holder, "selectors")]


def _tolerated(one: Manifest, taint: Manifest) -> bool:
    if text(one, "effect") not in {"", text(taint, "effect")}:
        return False
    if text(one, "key") not in {"", text(taint, "key")}:
        return False
    exists = text(one, "operator") == "Exists"
    return exists or text(one, "value") == text(taint, "value")
