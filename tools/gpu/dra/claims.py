"""Claims of pods: which a pod names, which devices they have, which resources stand for classes."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence

from clusterwright.tools.gpu.dra.device import Key
from clusterwright.tools.manifest import (
    Manifest,
    items,
    mapping,
    name_of,
    namespace_of,
    text,
    truth,
)
from clusterwright.tools.ref import Ref, checked
from clusterwright.tools.snapshot import Snapshot

CLAIM, TEMPLATE, CLASS = "ResourceClaim", "ResourceClaimTemplate", "DeviceClass"
_IMPLICIT = "deviceclass.resource.kubernetes.io/"


def claims_of(pod: Manifest) -> Iterator[tuple[Manifest, Ref | None]]:
    """Yield a pod's entries, each with the claim that is there for it, or else its template.

    None where it names neither; a claim that was meant not to be made is left out.
    """
    made = {
        text(one, "name"): text(one, "resourceClaimName")
        for one in items(pod, "status", "resourceClaimStatuses")
    }
    for one in items(pod, "spec", "resourceClaims"):
        own, template = text(one, "name"), text(one, "resourceClaimTemplateName")
        name = text(one, "resourceClaimName") or made.get(own, "")
        if name or own not in made:
            kind = CLAIM if name else TEMPLATE
            yield one, checked(Ref(kind, name or template, namespace_of(pod)))


def is_allocated(claim: Manifest) -> bool:
    """Return whether a claim has its devices."""
    return bool(mapping(claim, "status", "allocation"))


def requests_of(claim: Manifest) -> Sequence[Manifest]:
    """Return what a claim, or the spec of a template, asks for."""
    return items(claim, "spec", "devices", "requests")


def classes(snapshot: Snapshot) -> Mapping[str, Manifest]:
    """Return the DeviceClasses by name."""
    return {name_of(one): one for one in snapshot.of_kind(CLASS)}


def given(snapshot: Snapshot) -> Mapping[Key, Sequence[Manifest]]:
    """Return the claims that have devices, by device.

    Access of an admin (`adminAccess`) takes a device from nobody.
    """
    found: dict[Key, list[Manifest]] = defaultdict(list)
    for claim in snapshot.of_kind(CLAIM):
        for one in items(claim, "status", "allocation", "devices", "results"):
            if not truth(one, "adminAccess"):
                found[text(one, "driver"), text(one, "pool"), text(one, "device")].append(claim)
    return dict(found)


def mapped(snapshot: Snapshot) -> Mapping[str, str]:
    """Return the DeviceClass of each extended resource: of several the newest, then by name."""
    found: dict[str, str] = {}
    some = sorted(snapshot.of_kind(CLASS), key=name_of, reverse=True)
    for one in sorted(some, key=lambda one: text(one, "metadata", "creationTimestamp")):
        found[f"{_IMPLICIT}{name_of(one)}"] = name_of(one)
        if resource := text(one, "spec", "extendedResourceName"):
            found[resource] = name_of(one)
    return found
