"""What proves that a silence mutes what it is for, or that it does so no more."""

from collections.abc import Sequence
from functools import partial

from clusterwright.tools.kubernetes.changes.step import Check, Failed, Met, Pending, Verdict
from clusterwright.tools.manifest import Manifest, items, text, texts
from clusterwright.tools.ref import Ref

KIND = "Silence"


def mutes(ref: Ref, mark: str, backend: str | None) -> Check:
    """Return the check that a silence is active and that every alert it matches is muted by it."""
    asked: Manifest = {"silence": mark, "backend": backend}
    say = f"{ref} is active, and mutes every alert that it matches"
    return Check(say, ref, _mutes, beyond=asked)


def ended(ref: Ref, identifier: str, backend: str | None) -> Check:
    """Return the check that a silence has ended."""
    asked: Manifest = {"silence": identifier, "backend": backend}
    return Check(f"{ref} has ended", ref, partial(_ended, identifier), beyond=asked)


def _mutes(found: Manifest | None, _listed: Sequence[Manifest]) -> Verdict:
    silences = items(found, "silences")
    active = [one for one in silences if text(one, "state") == "active"]
    if not active:
        gone = any(text(one, "state") == "expired" for one in silences)
        return Failed("it was ended") if gone else Pending("Alertmanager does not have it yet")
    ids = {text(one, "id") for one in active}
    alerts = items(found, "alerts")
    loud = [one for one in alerts if not ids & set(texts(one, "silenced_by"))]
    if loud:
        return Pending(f"{len(loud)} of {len(alerts)} alerts are not muted by it")
    return Met()


def _ended(identifier: str, found: Manifest | None, _listed: Sequence[Manifest]) -> Verdict:
    if any(text(one, "state") != "expired" for one in items(found, "silences")):
        return Pending("it is still active")
    quiet = [one for one in items(found, "alerts") if identifier in texts(one, "silenced_by")]
    return Pending(f"it still mutes {len(quiet)} alerts") if quiet else Met()
