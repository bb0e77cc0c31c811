"""Pools that a cluster autoscaler may size, and that are outside its bounds."""

from collections.abc import Iterable

from clusterwright.tools.analyzer import Analyzer, Suspicion
from clusterwright.tools.cluster_api.analyzers.told import on_cluster
from clusterwright.tools.cluster_api.estate import CORE, DEPLOYMENT, POOL, Estate, estate_of
from clusterwright.tools.finding import FieldEvidence, Finding, Severity
from clusterwright.tools.manifest import Manifest, dig, number, strings, text
from clusterwright.tools.ref import Ref
from clusterwright.tools.snapshot import Snapshot

CODE = "pool/outside-autoscaler-bounds"
_MIN = f"{CORE}/cluster-api-autoscaler-node-group-min-size"
_MAX = f"{CORE}/cluster-api-autoscaler-node-group-max-size"
"""The annotations of kubernetes/autoscaler, cluster-autoscaler/cloudprovider/clusterapi."""


def _detect(snapshot: Snapshot) -> Iterable[Suspicion]:
    estate = estate_of(snapshot)
    for kind in (DEPLOYMENT, POOL):
        for one in snapshot.of_kind(kind):
            if text(one, "metadata", "deletionTimestamp") or estate.at_rest(one):
                continue
            finding = _outside(estate, one)
            if finding is not None:
                yield Suspicion(finding)


def _outside(estate: Estate, one: Manifest) -> Finding | None:
    found = strings(one, "metadata", "annotations")
    least, most = _size(found.get(_MIN)), _size(found.get(_MAX))
    if least is None or most is None or dig(one, "spec", "replicas") is None:
        return None
    has = number(one, "spec", "replicas")
    if least <= most and least <= has <= most:
        return None
    ours = (
        f"Its least size {least} is above its most {most}"
        if least > most
        else f"It has {has} replicas, and its autoscaler keeps it between {least} and {most}"
    )
    ref = Ref.of(one)
    return Finding(
        code=CODE,
        severity=Severity.WARNING,
        subject=ref,
        title=ours,
        evidence=(
            FieldEvidence(ref=ref, path="$.spec.replicas", value=str(has)),
            FieldEvidence(ref=ref, path=f"$.metadata.annotations['{_MIN}']", value=str(least)),
            FieldEvidence(ref=ref, path=f"$.metadata.annotations['{_MAX}']", value=str(most)),
        ),
        relations=on_cluster(estate, one),
        fixes=("Change the bounds or the size; of a topology's pool, in the Cluster.",),
    )


def _size(value: str | None) -> int | None:
    digits = (value or "")[:9]
    return int(digits) if digits.isascii() and digits.isdigit() else None


AUTOSCALER = Analyzer("autoscaler", (CODE,), (DEPLOYMENT, POOL), _detect)
