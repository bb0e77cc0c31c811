"""Who uses the accelerators of a node."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from clusterwright.tools.excerpt import few
from clusterwright.tools.gpu.changes.unasked import unasked
from clusterwright.tools.gpu.dra import claims
from clusterwright.tools.gpu.estate import Estate, asked_of
from clusterwright.tools.gpu.vendor import vendor_of
from clusterwright.tools.kubernetes.analyzers.capacity import finished
from clusterwright.tools.kubernetes.analyzers.node_match import repelling
from clusterwright.tools.kubernetes.drained import moves
from clusterwright.tools.manifest import (
    Manifest,
    items,
    mapping,
    text,
)
from clusterwright.tools.ref import Ref
from clusterwright.tools.snapshot import Snapshot

_SHOWN = 4
_CORDONED: Manifest = {"spec": {"unschedulable": True}}


@dataclass(frozen=True, slots=True)
class Client:
    """A pod that has accelerators."""

    pod: Manifest
    devices: str
    """What of: `8 nvidia.com/gpu`, a claim, `gpu-fraction 0.5`."""

    @property
    def ref(self) -> Ref:
        """The pod."""
        return Ref.of(self.pod)

    @property
    def stays(self) -> bool:
        """Whether it cannot be moved: a DaemonSet's comes back at once, a static one cannot go."""
        return not moves(self.pod)

    @property
    def returns(self) -> bool:
        """Whether what takes its place may come back to a node that is cordoned."""
        return not repelling({"spec": mapping(self.pod, "spec")}, _CORDONED)

    def line(self) -> str:
        """Return it in a few words."""
        return f"{self.ref} ({self.devices})"


def clients_on(estate: Estate, node: str) -> list[Client]:
    """Return who has accelerators of a node, also by claims; those on their way out as well."""
    found = ((pod, _devices(estate, pod)) for pod in estate.pods_on(node) if not finished(pod))
    return sorted(
        (Client(pod, devices) for pod, devices in found if devices), key=lambda one: str(one.ref)
    )


def named(clients: Sequence[Client]) -> str:
    """Return the first of them by name."""
    return few([one.line() for one in clients], _SHOWN)


def _devices(estate: Estate, pod: Manifest) -> str:
    asked = [f"{count} {resource}" for resource, count in asked_of(pod).items()]
    return ", ".join((*asked, *_claims(estate, pod), *unasked(pod)))


def _claims(estate: Estate, pod: Manifest) -> list[str]:
    """Return the claims of a pod that hold accelerators; one that could not be read may."""
    found: dict[Ref, None] = {}
    for ref in (*claims_of(pod), *estate.derived(_reserved).get(text(pod, "metadata", "uid"), ())):
        claim = estate.get(ref)
        if claim is None or _is_of_gpus(claim):
            found[ref] = None
    return list(map(str, found))


def _reserved(snapshot: Snapshot) -> Mapping[str, Sequence[Ref]]:
    """Return the claims that are reserved for pods, by uid, also where the pod does not say so."""
    found: dict[str, list[Ref]] = defaultdict(list)
    for claim in snapshot.of_kind(claims.CLAIM):
        for one in items(claim, "status", "reservedFor"):
            if text(one, "resource") == "pods" and text(one, "uid"):
                found[text(one, "uid")].append(Ref.of(claim))
    return found


def claims_of(pod: Manifest) -> list[Ref]:
    """Return the claims of a pod: those that it names, and those made for it of a template."""
    return [ref for _, ref in claims.claims_of(pod) if ref and ref.kind == claims.CLAIM]


def _is_of_gpus(claim: Manifest) -> bool:
    """Return whether devices of a claim are accelerators: their drivers are named as theirs."""
    results = items(claim, "status", "allocation", "devices", "results")
    return any(vendor_of(f"{_domain(text(one, 'driver'))}/device") for one in results)


def _domain(driver: str) -> str:
    """Return the domain of a driver: `nvidia.com` of `gpu.nvidia.com`."""
    return driver if driver == "gpu.intel.com" else driver.partition(".")[2]
