"""Infrastructure that no Machine or Cluster owns any more: it runs and costs, unseen."""

from collections.abc import Iterable, Iterator

from clusterwright.tools.analyzer import Analyzer, Fulfilled, ReadRequest, Suspicion
from clusterwright.tools.cluster_api.analyzers.told import lasting
from clusterwright.tools.cluster_api.estate import (
    CLUSTER,
    CORE,
    MACHINE,
    PROVIDER_GROUPS,
    Estate,
    estate_of,
)
from clusterwright.tools.cluster_api.patience import STEP
from clusterwright.tools.excerpt import one_line
from clusterwright.tools.finding import AbsenceEvidence, Evidence, FieldEvidence, Finding, Severity
from clusterwright.tools.manifest import Manifest, instant, items, text, texts, truth
from clusterwright.tools.quotation import word
from clusterwright.tools.ref import Ref, legal, owner_of
from clusterwright.tools.snapshot import Snapshot

CODE = "infrastructure/orphaned"
_PARENTS = {"Machine": MACHINE, "Cluster": CLUSTER}


def _detect(snapshot: Snapshot) -> Iterable[Suspicion]:
    estate = estate_of(snapshot)
    named = set(_named(estate))
    for kind in snapshot.objects:
        name, _, group = kind.partition(".")
        parent = next((_PARENTS[end] for end in _PARENTS if name.endswith(end)), None)
        if group == PROVIDER_GROUPS[0] and parent is not None and snapshot.was_read(parent):
            for one in snapshot.of_kind(kind):
                if Ref.of(one) not in named and not estate.at_rest(one):
                    yield from _orphaned(estate, one)


def _named(estate: Estate) -> Iterator[Ref]:
    """Yield what Clusters and Machines refer to: that is theirs, whatever else it says."""
    for kind in (CLUSTER, MACHINE):
        for one in estate.snapshot.of_kind(kind):
            ref, _ = estate.referred(one, "spec", "infrastructureRef")
            if ref is not None:
                yield ref


def _orphaned(estate: Estate, one: Manifest) -> Iterator[Suspicion]:
    made = instant(one, "metadata", "creationTimestamp")
    left = instant(one, "metadata", "deletionTimestamp")
    if not lasting(left or made, estate.snapshot.now, STEP) or not _stands_for_something(one):
        return
    owner = _owner(one)
    if owner is not None and (owner.group != CORE or estate.snapshot.get(owner)):
        return  # its owner is there, or of a kind that other controllers see to
    ref = Ref.of(one)
    kept = ", ".join(word(one_line(f, 80)) for f in texts(one, "metadata", "finalizers")[:3])
    what = f"It was deleted, and its finalizers stay ({kept})" if left else "Nothing owns it"
    value = str(owner) if owner else "none"
    told: tuple[Evidence, ...] = (
        FieldEvidence(ref=ref, path="$.metadata.ownerReferences", value=value),
    )
    if owner is not None:
        told = (AbsenceEvidence(ref=owner), *told)
    finding = Finding(
        code=CODE,
        severity=Severity.WARNING,
        subject=ref,
        title=f"{what}: its {owner.kind} {owner.name} does not exist" if owner else what,
        evidence=told,
        since=left or made,
        fixes=(
            "See that its provider runs: only that removes what it made in the cloud."
            if left
            else "Delete it, so that its provider removes what it made; or name it in a Cluster.",
        ),
    )
    yield Suspicion(finding, (ReadRequest(owner),) if owner else ())


def _stands_for_something(one: Manifest) -> bool:
    """Return whether there is something behind an object, or a provider that says so.

    A machine that only waits in a pool to be taken (k0smotron's PooledRemoteMachine) has no owner
    either.
    """
    made = truth(one, "status", "ready") or truth(one, "status", "initialization", "provisioned")
    kept = bool(texts(one, "metadata", "finalizers"))
    pooled = text(one, "kind").startswith("Pooled")
    return not pooled and (made or kept or bool(text(one, "spec", "providerID")))


def _owner(one: Manifest) -> Ref | None:
    """Return the Machine or Cluster that owns an object; whatever owns it, where none does."""
    for each in items(one, "metadata", "ownerReferences"):
        if text(each, "kind") in _PARENTS and text(each, "apiVersion").startswith(f"{CORE}/"):
            place = text(one, "metadata", "namespace")
            return legal(text(each, "kind"), text(each, "name"), place, text(each, "apiVersion"))
    owners = items(one, "metadata", "ownerReferences")
    return owner_of(one) or (Ref("Unknown", "owner") if owners else None)


def _refine(suspicion: Suspicion, fulfilled: Fulfilled) -> Finding | None:
    """Drop what has an owner after all; a read that failed proves nothing."""
    for request in suspicion.requests:
        if isinstance(request, ReadRequest) and fulfilled.objects.get(request, {}) is not None:
            return None
    return suspicion.finding


ORPHAN = Analyzer("orphan", (CODE,), (CLUSTER, MACHINE), _detect, _refine)
