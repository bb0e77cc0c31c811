"""Providers that are not there, too old or on their way out for what clusters ask of them."""

import re
from collections.abc import Iterable, Iterator

from clusterwright.tools.analyzer import Analyzer, Fulfilled, ReadRequest, Suspicion
from clusterwright.tools.cluster_api.analyzers.told import proof, titled
from clusterwright.tools.cluster_api.condition import unwell
from clusterwright.tools.cluster_api.estate import (
    CLUSTER,
    MACHINE,
    PROVIDER,
    PROVIDER_GROUPS,
    Estate,
    estate_of,
    is_control_plane,
)
from clusterwright.tools.finding import (
    AbsenceEvidence,
    Edge,
    Evidence,
    FieldEvidence,
    Finding,
    Relation,
    Severity,
)
from clusterwright.tools.manifest import Manifest, labels_of, text
from clusterwright.tools.quotation import word
from clusterwright.tools.ref import Ref
from clusterwright.tools.snapshot import Snapshot

SKEW, ABSENT = "provider/contract-skew", "provider/not-installed"
DEPRECATED, TOO_OLD = "provider/kind-deprecated", "provider/too-old-for-kubernetes"
_CONTRACT = re.compile(r"cluster\.x-k8s\.io/v1(alpha|beta)\d{1,2}\Z")
_NO_CONTRACT = "contract version label"
"""What is said where a CustomResourceDefinition has no label of a contract (internal/contract,
version.go, v1.14: "as contract version label(s) are either missing or empty")."""
_DOCKER = ("DockerCluster", "DockerMachine", "DockerMachinePool")
"""Kinds deprecated in v1.14 in favour of DevCluster and DevMachine, to go in v1.15."""
_PATCHES = {(36, 1), (35, 5), (34, 8), (33, 12)}
"""Minor and patch from which on an API server needs a binding to reach kubelets, which older
control plane providers do not make during an upgrade (Cluster API book, troubleshooting.md,
"kubeadm join fails after upgrading to Kubernetes patch releases")."""
_FIXED_IN = {13: 2, 12: 8, 11: 11}
"""Minor and patch of Cluster API v1 that mends it, same page."""
_VERSION = re.compile(r"v?1\.(\d{1,4})\.(\d{1,4})")


def _detect(snapshot: Snapshot) -> Iterable[Suspicion]:
    estate = estate_of(snapshot)
    yield from _absent(estate)
    yield from _skewed(estate)
    yield from _deprecated(estate)
    yield from _too_old(estate)


def _absent(estate: Estate) -> Iterator[Suspicion]:
    """Yield kinds that Clusters name and that the management cluster does not serve."""
    listed = {one.partition(".")[2] for one in estate.snapshot.objects}
    unread = {gap.what for gap in estate.snapshot.coverage.gaps}
    named: dict[str, list[tuple[Manifest, Ref]]] = {}
    for cluster in estate.clusters:
        for path in ("infrastructureRef", "controlPlaneRef"):
            ref, _ = estate.referred(cluster, "spec", path)
            if ref is not None and ref.group in PROVIDER_GROUPS:
                named.setdefault(f"{ref.kind}.{ref.group}", []).append((cluster, ref))
    for kind, found in named.items():
        known = estate.snapshot.was_read(kind) or kind in unread
        if known or not listed & set(PROVIDER_GROUPS):
            continue
        crd = _definition(found[0][1])
        finding = Finding(
            code=ABSENT,
            severity=Severity.CRITICAL,
            subject=crd,
            title=f"Clusters are made of {found[0][1].kind}, a kind that no provider here serves",
            evidence=(AbsenceEvidence(ref=crd),),
            members=tuple(Ref.of(cluster) for cluster, _ in found),
            relations=tuple(
                Relation(source=Ref.of(cluster), edge=Edge.USES, target=crd) for cluster, _ in found
            ),
            fixes=("Install the provider of that kind (clusterctl init), or its version again.",),
        )
        yield Suspicion(finding, (ReadRequest(crd),))


def _definition(ref: Ref) -> Ref:
    """Return the CustomResourceDefinition of a kind, named as kubebuilder does it."""
    return Ref("CustomResourceDefinition", f"{ref.kind.lower()}s.{ref.group}")


def _skewed(estate: Estate) -> Iterator[Suspicion]:
    """Yield what says that a kind carries no contract that this core understands."""
    for kind in (CLUSTER, MACHINE):
        for one in estate.snapshot.of_kind(kind):
            found = next((c for c in unwell(one) if _NO_CONTRACT in c.message), None)
            if found is None or estate.at_rest(one):
                continue
            paths = ("infrastructureRef",), ("controlPlaneRef",), ("bootstrap", "configRef")
            refs = (estate.referred(one, "spec", *path)[0] for path in paths)
            wanted = [ref for ref in refs if ref is not None]
            named = next((ref for ref in wanted if ref.kind in found.message), None)
            ref = named or next(iter(wanted), None)
            if ref is None:
                continue
            crd = _definition(ref)
            finding = Finding(
                code=SKEW,
                severity=Severity.CRITICAL,
                subject=crd,
                title=titled(f"{ref.kind} follows no contract that this core knows", found.message),
                evidence=proof(one, found),
                since=found.since,
                members=(Ref.of(one),),
                relations=(Relation(source=Ref.of(one), edge=Edge.USES, target=crd),),
                fixes=(
                    "Upgrade the provider to a version for this contract (clusterctl upgrade).",
                ),
            )
            yield Suspicion(finding, (ReadRequest(crd),))


def _deprecated(estate: Estate) -> Iterator[Suspicion]:
    for kind in _DOCKER:
        found = estate.snapshot.of_kind(f"{kind}.{PROVIDER_GROUPS[0]}")
        if not found:
            continue
        crd = _definition(Ref.of(found[0]))
        finding = Finding(
            code=DEPRECATED,
            severity=Severity.INFO,
            subject=crd,
            title=f"{kind} is deprecated since Cluster API v1.14 and goes with v1.15",
            evidence=(
                FieldEvidence(ref=Ref.of(found[0]), path="$.kind", value=f"{len(found)} of {kind}"),
            ),
            members=tuple(Ref.of(one) for one in found),
            fixes=(f"Use {kind.replace('Docker', 'Dev')} with the docker backend.",),
        )
        yield Suspicion(finding)


def _too_old(estate: Estate) -> Iterator[Suspicion]:
    """Yield control planes on their way to a patch release at which an old provider stalls."""
    installed = [one for one in estate.snapshot.of_kind(PROVIDER) if _is_kubeadm(one)]
    old = next((one for one in installed if _before_the_fix(text(one, "version"))), None)
    if old is None:
        return
    for cluster in estate.clusters:
        _, plane = estate.referred(cluster, "spec", "controlPlaneRef")
        version = text(plane, "spec", "version") if plane is not None else ""
        if plane is None or text(plane, "kind") != "KubeadmControlPlane" or not _trapped(version):
            continue
        before = [one for one in estate.of(MACHINE, cluster) if is_control_plane(one)]
        if estate.at_rest(cluster) or all(_trapped(text(one, "spec", "version")) for one in before):
            continue  # it came through, or began with it
        has = text(old, "version")
        finding = Finding(
            code=TOO_OLD,
            severity=Severity.WARNING,
            subject=Ref.of(old),
            title=f"kubeadm control plane provider {word(has)} stalls an upgrade to Kubernetes"
            f" {word(version)}",
            evidence=(
                FieldEvidence(ref=Ref.of(old), path="$.version", value=has),
                FieldEvidence(ref=Ref.of(plane), path="$.spec.version", value=version),
            ),
            members=(Ref.of(cluster),),
            relations=(Relation(source=Ref.of(cluster), edge=Edge.USES, target=Ref.of(old)),),
            fixes=(
                "Upgrade Cluster API to 1.13.2, 1.12.8, 1.11.11 or later: it binds"
                " kubeadm:apiserver-kubelet-client, which the new API servers need.",
            ),
        )
        yield Suspicion(finding)


def _is_kubeadm(one: Manifest) -> bool:
    of = text(one, "type"), text(one, "providerName")
    return of == ("ControlPlaneProvider", "kubeadm")


def _before_the_fix(version: str) -> bool:
    found = _VERSION.match(version[:64])
    if found is None:
        return False
    minor, patch = int(found[1]), int(found[2])
    return minor < min(_FIXED_IN) or patch < _FIXED_IN.get(minor, 0)


def _trapped(version: str) -> bool:
    found = _VERSION.match(version[:64])
    minor, patch = (int(found[1]), int(found[2])) if found else (0, 0)
    return any(minor == m and patch >= p for m, p in _PATCHES)


def _refine(suspicion: Suspicion, fulfilled: Fulfilled) -> Finding | None:
    """Look at the CustomResourceDefinition itself: absent, or without the label of a contract."""
    asked = next((one for one in suspicion.requests if isinstance(one, ReadRequest)), None)
    if asked is None:
        return suspicion.finding
    crd = fulfilled.objects.get(asked, {})  # of what was not read, nothing is known
    if suspicion.finding.code == ABSENT:
        return suspicion.finding if crd is None else None
    if not crd:
        return suspicion.finding
    labels = {k: v for k, v in labels_of(crd).items() if _CONTRACT.match(k)}
    value = ", ".join(f"{k}={v}" for k, v in labels.items())[:200] or "none of a contract"
    field: Evidence = FieldEvidence(ref=asked.ref, path="$.metadata.labels", value=value)
    evidence = (field, *suspicion.finding.evidence)
    return suspicion.finding.model_copy(update={"evidence": evidence})


PROVIDER_ANALYZER = Analyzer(
    "provider",
    (SKEW, ABSENT, DEPRECATED, TOO_OLD),
    (CLUSTER, MACHINE, PROVIDER),
    _detect,
    _refine,
)
