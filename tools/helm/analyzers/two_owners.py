"""Objects of a live release that somebody else deploys too: each takes back the other's work."""

from collections.abc import Iterable, Iterator
from datetime import datetime

from clusterwright.tools.analyzer import Analyzer, Suspicion
from clusterwright.tools.excerpt import one_line
from clusterwright.tools.finding import FieldEvidence, Finding
from clusterwright.tools.helm.analyzers.about import Cure, about, applied_again, spelled
from clusterwright.tools.helm.estate import Estate, Standing, estate_of
from clusterwright.tools.helm.record import Status
from clusterwright.tools.kubernetes.owners.claim import Claim, Question
from clusterwright.tools.kubernetes.owners.gitops import argo_cd, flux, sveltos
from clusterwright.tools.kubernetes.owners.managed_fields import writers
from clusterwright.tools.manifest import Manifest, labels_of, text
from clusterwright.tools.quotation import word
from clusterwright.tools.ref import Ref
from clusterwright.tools.snapshot import Snapshot

CODE = "release/two-owners"
_BY_HAND = "helm"
"""The field manager of the program; controllers that use its library have names of their own."""
_TRACKING = "argocd.argoproj.io/tracking-id"
_ARGO, _KUSTOMIZE = "argocd", "kustomize-controller"
_LIBRARY = ("helm-controller", "addon-controller", "sveltos")
_GONE = frozenset({Status.UNINSTALLED, Status.UNINSTALLING})


def _detect(snapshot: Snapshot) -> Iterable[Suspicion]:
    estate = estate_of(snapshot)
    for standing in estate.standings:
        if standing.newest.status in _GONE:
            continue
        found: dict[str, list[tuple[Manifest, Claim]]] = {}
        for one in estate.live_of(standing.ref):
            for claim in _others(estate, one):
                found.setdefault(claim.owner, []).append((one, claim))
        for claimed in found.values():
            yield Suspicion(_finding(standing, claimed))


def _others(estate: Estate, one: Manifest) -> Iterator[Claim]:
    """Yield who deploys an object beside the release that it is of."""
    asked = Question(one, None, estate)
    tracked = list(argo_cd(asked))
    yield from tracked
    application = labels_of(one).get("app.kubernetes.io/instance", "")
    if not tracked and application and _wrote(one, _ARGO):
        yield Claim(
            f"Argo CD Application {word(application)}",
            f"field manager {_ARGO}*",
            "its Git repository",
            "argo_cd",
        )
    for claim in flux(asked):
        by_kustomize = "Kustomization" in claim.owner and _wrote(one, _KUSTOMIZE)
        if by_kustomize or ("HelmRelease" in claim.owner and _upgraded_by_hand(one)):
            yield claim
    if _upgraded_by_hand(one):
        yield from sveltos(asked)


def _wrote(one: Manifest, manager: str) -> datetime | None:
    """Return when a manager last wrote an object, by the beginning of its name."""
    found = [by for by in writers(one, ()) if by.manager.lower().startswith(manager)]
    return max((by.when for by in found if by.when and not by.subresource), default=None)


def _upgraded_by_hand(one: Manifest) -> bool:
    """Return whether the program Helm wrote after the controller that keeps the release.

    A controller may have taken over what the program installed: that is no second owner.
    """
    hand = [by.when for by in writers(one, ()) if by.manager == _BY_HAND and by.when]
    keeper = [when for name in _LIBRARY if (when := _wrote(one, name))]
    return bool(hand and keeper) and max(hand) > max(keeper)


def _finding(standing: Standing, claimed: list[tuple[Manifest, Claim]]) -> Finding:
    one, claim = claimed[0]
    refs = [Ref.of(each) for each, _ in claimed]
    others = f" and {len(refs) - 1} more of its objects" if len(refs) > 1 else ""
    evidence = [_evidence(each, by) for each, by in claimed[:3]]
    again = applied_again(standing)
    return about(
        standing,
        CODE,
        f"{claim.owner} deploys {spelled(refs[0])}{others} as well: what Helm upgrades it takes"
        " back, and the other way round",
        tuple(evidence),
        Cure("Have Helm write its objects again, once nobody else does", again),
        Cure(f"Let one of them go: uninstall the release, or take it out of {claim.owner}"),
        since=_wrote(one, _ARGO),
        members=tuple(refs),
    )


def _evidence(one: Manifest, claim: Claim) -> FieldEvidence:
    tracking = text(one, "metadata", "annotations", _TRACKING)
    if tracking:
        path = f"$.metadata.annotations['{_TRACKING}']"
        return FieldEvidence(ref=Ref.of(one), path=path, value=one_line(tracking))
    names = ", ".join(
        dict.fromkeys(word(by.manager) for by in writers(one, ()) if not by.subresource)
    )
    value = f"{names} ({claim.shown_by} names {claim.owner})"
    return FieldEvidence(ref=Ref.of(one), path="$.metadata.managedFields[*].manager", value=value)


TWO_OWNERS = Analyzer("two-owners", (CODE,), ("Secret", "ConfigMap", "Deployment"), _detect)
