"""Control plane certificates that end soon."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from clusterwright.tools.analyzer import Analyzer, Suspicion
from clusterwright.tools.cluster_api.analyzers.told import chain
from clusterwright.tools.cluster_api.estate import CLUSTER, MACHINE, Estate, estate_of, pool_of
from clusterwright.tools.finding import FieldEvidence, Finding, Severity
from clusterwright.tools.manifest import Manifest, dig, instant, text
from clusterwright.tools.ref import Ref
from clusterwright.tools.snapshot import Snapshot

CODE = "controlplane/certificate-expiring"
_NOTICE = timedelta(days=21)
"""kubeadm's certificates last a year; three weeks leave room for a planned rollout."""
_URGENT = timedelta(days=3)
_BEFORE = (
    ("spec", "rollout", "before", "certificatesExpiryDays"),
    (
        "spec",
        "rolloutBefore",
        "certificatesExpiryDays",
    ),
)
"""Where a control plane is told to roll out by itself before that, in v1beta2 and in v1beta1."""


def _detect(snapshot: Snapshot) -> Iterable[Suspicion]:
    estate = estate_of(snapshot)
    ending: dict[Ref, list[tuple[datetime, Manifest]]] = {}
    for machine in snapshot.of_kind(MACHINE):
        ends = instant(machine, "status", "certificatesExpiryDate")
        if ends is None or _leaves(machine) or estate.at_rest(machine):
            continue
        left = ends - snapshot.now
        if left < _URGENT or (left < _NOTICE and not _renews(estate, machine)):
            ending.setdefault(pool_of(machine), []).append((ends, machine))
    for pool, found in ending.items():
        found.sort(key=lambda one: one[0])
        yield Suspicion(_finding(estate, pool, found))


def _finding(estate: Estate, pool: Ref, found: list[tuple[datetime, Manifest]]) -> Finding:
    first = found[0][0] - estate.snapshot.now
    soon = "within a day" if first > timedelta() else "already"
    when = f"in {first.days} days" if first.days > 0 else soon
    path = "$.status.certificatesExpiryDate"
    proofs = (
        FieldEvidence(
            ref=Ref.of(one), path=path, value=text(one, "status", path.rpartition(".")[2])
        )
        for _, one in found
    )
    return Finding(
        code=CODE,
        severity=Severity.CRITICAL if first < _URGENT else Severity.WARNING,
        subject=pool,
        title=f"Certificates of the control plane end {when}",
        evidence=tuple(proofs),
        members=tuple(Ref.of(one) for _, one in found),
        relations=tuple(dict.fromkeys(e for _, one in found for e in chain(estate, one))),
        fixes=(
            "Roll the control plane out (spec.rollout.after): new machines have new certificates.",
            "Set spec.rollout.before.certificatesExpiryDays, so that it happens by itself.",
        ),
    )


def _leaves(machine: Manifest) -> bool:
    return bool(text(machine, "metadata", "deletionTimestamp"))


def _renews(estate: Estate, machine: Manifest) -> bool:
    """Return whether the control plane replaces its machines by itself before that."""
    plane = estate.snapshot.get(pool_of(machine))
    return plane is not None and any(dig(plane, *path) is not None for path in _BEFORE)


CERTIFICATE = Analyzer("certificate", (CODE,), (CLUSTER, MACHINE), _detect)
