"""Findings that rest on what a condition of an object says."""

from datetime import datetime, timedelta

from clusterwright.tools.cluster_api.cause import Cause
from clusterwright.tools.cluster_api.condition import Condition
from clusterwright.tools.excerpt import one_line
from clusterwright.tools.finding import Evidence, FieldEvidence
from clusterwright.tools.manifest import Manifest
from clusterwright.tools.ref import Ref

_LONGEST = 200
"""Characters of what a controller said; a finding's evidence has more."""


def titled(ours: str, message: str) -> str:
    """Return a title that ends with what a controller said."""
    said = one_line(message, _LONGEST - len(ours))
    return f"{ours}: {said}" if said else ours


def proof(manifest: Manifest, one: Condition) -> tuple[Evidence, ...]:
    """Return a condition as evidence: its status, its reason, and what it says."""
    return _proof(Ref.of(manifest), one.type, one.reason, one.message)


def proof_of(cause: Cause) -> tuple[Evidence, ...]:
    """Return a cause as evidence."""
    return _proof(cause.ref, cause.condition, cause.reason, cause.message)


def lasting(since: datetime | None, now: datetime, patience: timedelta) -> bool:
    """Return whether something is so for longer than it normally takes."""
    return since is not None and now - since > patience


def _proof(ref: Ref, kind: str, reason: str, message: str) -> tuple[Evidence, ...]:
    path = f"$.status.conditions[?(@.type=='{kind}')]"
    told: list[Evidence] = []
    if message:
        told.append(FieldEvidence(ref=ref, path=f"{path}.message", value=one_line(message, 600)))
    told.append(FieldEvidence(ref=ref, path=f"{path}.reason", value=one_line(reason)))
    return tuple(told)
