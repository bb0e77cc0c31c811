"""Proof that Helm itself holds an operation for done: the record that it leaves."""

from collections.abc import Sequence
from functools import partial

from clusterwright.tools.helm.changes.outlook import Outlook
from clusterwright.tools.helm.record import Status, record_name, revision_of
from clusterwright.tools.kubernetes.changes.step import Check, Failed, Met, Pending, Verdict
from clusterwright.tools.manifest import Manifest
from clusterwright.tools.ref import Ref


def is_deployed(found: Outlook, number: int) -> Check:
    """Return the check that a revision is what Helm holds for deployed."""
    kind = found.history[0].record.kind if found.history else "Secret"
    ref = Ref(kind, record_name(found.ref.name, number), found.ref.namespace)
    return Check(f"{found.ref} is deployed as revision {number}", ref, _deployed)


def has_no_records(found: Outlook) -> tuple[Check, ...]:
    """Return the checks that nothing of a release is kept any more."""
    newest = found.history[0]
    return (Check(f"{found.ref} is not there any more", newest.record, _gone),)


def is_uninstalled(found: Outlook) -> Check:
    """Return the check that only the history of a release is left."""
    newest = found.history[0]
    return Check(
        f"{found.ref} is uninstalled, and its history kept",
        newest.record,
        partial(_has_status, Status.UNINSTALLED),
    )


def _deployed(found: Manifest | None, listed: Sequence[Manifest]) -> Verdict:
    return _has_status(Status.DEPLOYED, found, listed)


def _has_status(wanted: Status, found: Manifest | None, _listed: Sequence[Manifest]) -> Verdict:
    told = revision_of(found) if found is not None else None
    if told is None:
        return Failed("there is no such record")
    if told.status is wanted:
        return Met()
    if told.status.pending or told.status is Status.UNINSTALLING:
        return Pending(f"its status is {told.status}", stuck=True)
    return Failed(f"its status is {told.status}")


def _gone(found: Manifest | None, _listed: Sequence[Manifest]) -> Verdict:
    return Met() if found is None else Failed("its record is still there")
