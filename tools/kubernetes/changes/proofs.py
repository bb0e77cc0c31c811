"""Which proofs a change of fields calls for: that it holds, and that what hangs on it works."""

import re
from collections.abc import Iterator, Sequence
from functools import partial

from clusterwright.tools.diff import Difference, clean, same
from clusterwright.tools.field_path import MISSING, read, spell
from clusterwright.tools.kubernetes.changes.step import (
    Check,
    Failed,
    Listing,
    Met,
    Pending,
    Verdict,
)
from clusterwright.tools.kubernetes.changes.workload_cluster import CORE, POOLS, manned, reconciled
from clusterwright.tools.kubernetes.changes.workloads import TEMPLATED, rolled_out
from clusterwright.tools.manifest import Manifest, condition, items, text, truth
from clusterwright.tools.quantity import quantity
from clusterwright.tools.ref import Ref

_RESIZE = re.compile(r"FileSystemResizePending|Resizing")


def proofs(ref: Ref, wanted: Manifest, changed: Sequence[Difference]) -> tuple[Check, ...]:
    """Return the checks for an object some of whose fields changed."""
    return tuple(_proofs(ref, wanted, changed))


def _proofs(ref: Ref, wanted: Manifest, changed: Sequence[Difference]) -> Iterator[Check]:
    spec = [one for one in changed if one.path[0] == "spec"]
    if ref.kind in TEMPLATED and not ref.group and spec:
        yield rolled_out(ref)
    if ref.kind == "Cluster" and ref.group == CORE and spec:
        yield reconciled(ref)
    if ref.kind in POOLS and ref.group == CORE and spec:
        yield manned(ref)
    if ref.kind == "Service" and spec and read(wanted, ("spec", "selector")) not in (MISSING, {}):
        slices = Listing(
            "EndpointSlice", ref.namespace, labels=f"kubernetes.io/service-name={ref.name}"
        )
        yield Check(f"{ref} has a ready endpoint", ref, _has_endpoint, (slices,))
    if ref.kind == "PersistentVolumeClaim" and spec:
        yield Check(f"{ref} has the capacity that it asks for", ref, _has_capacity)
    if ref.kind == "HorizontalPodAutoscaler" and spec:
        yield Check(f"{ref} can scale its target", ref, _can_scale)


def holds(ref: Ref, written: Sequence[Difference]) -> Check:
    """Return the check that nobody took back what was written."""
    return Check(f"{ref} keeps what was written", ref, partial(_holds, tuple(written)))


def _holds(
    written: Sequence[Difference], found: Manifest | None, _listed: Sequence[Manifest]
) -> Verdict:
    if found is None:
        return Failed("it does not exist any more")
    now = clean(found)
    for one in written:
        if not same(one.after, read(now, one.path)):
            return Failed(f"{spell(one.path)} was changed by somebody else")
    return Met()


def _has_endpoint(found: Manifest | None, listed: Sequence[Manifest]) -> Verdict:
    if found is None:
        return Failed("it does not exist any more")
    for one in listed:
        for endpoint in items(one, "endpoints"):
            if truth(endpoint, "conditions", "ready"):
                return Met()
    return Pending("none of the pods that it selects is ready")


def _has_capacity(found: Manifest | None, _listed: Sequence[Manifest]) -> Verdict:
    if found is None:
        return Failed("it does not exist any more")
    asked = quantity(text(found, "spec", "resources", "requests", "storage"))
    if asked <= quantity(text(found, "status", "capacity", "storage")):
        return Met()
    waiting = any(_RESIZE.search(text(one, "type")) for one in items(found, "status", "conditions"))
    return Pending("the volume is being resized" if waiting else "the volume is not resized yet")


def _can_scale(found: Manifest | None, _listed: Sequence[Manifest]) -> Verdict:
    if found is None:
        return Failed("it does not exist any more")
    able = condition(found, "AbleToScale")
    if text(able, "status") == "True":
        return Met()
    return Pending(f"it cannot scale: {text(able, 'reason') or 'not tried yet'}")
