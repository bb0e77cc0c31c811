"""Pools and control planes that get no machines, and what their controllers wait for."""

from collections.abc import Iterable, Iterator

from clusterwright.tools.analyzer import Analyzer, Fulfilled, ReadRequest, Suspicion
from clusterwright.tools.cluster_api.analyzers.told import lasting, on_cluster, proof, titled
from clusterwright.tools.cluster_api.condition import Condition, condition_of, older_condition
from clusterwright.tools.cluster_api.estate import CORE, DEPLOYMENT, SET, Estate, estate_of
from clusterwright.tools.cluster_api.patience import FLAKE, USUAL
from clusterwright.tools.finding import AbsenceEvidence, Edge, Evidence, Finding, Relation, Severity
from clusterwright.tools.manifest import Manifest, mapping, namespace_of, text
from clusterwright.tools.ref import Ref, legal, owner_of
from clusterwright.tools.snapshot import Snapshot

SCALE_UP, NO_TEMPLATE = "pool/scale-up-blocked", "pool/template-missing"
REFUSED = "pool/machine-refused"
_TEMPLATES = (
    ("spec", "template", "spec", "infrastructureRef"),
    ("spec", "template", "spec", "bootstrap", "configRef"),
    ("spec", "machineTemplate", "spec", "infrastructureRef"),
    ("spec", "machineTemplate", "infrastructureRef"),
)
"""Where a MachineSet and a control plane name what they clone."""
_PASSING = (
    "ControlPlaneIsStable",
    "ControlPlaneVersionSkew",
    "waiting for a version upgrade",
    "to be propagated",
    "to complete deletion",
)
"""Checks that hold a scale up during an upgrade and let go of it by themselves
(core/reconcilers/machineset/machineset_preflight.go, and preflight.go of the control plane,
v1.14)."""
_LATE_REASONS = frozenset({"InfrastructureTemplateCloningFailed", "BootstrapTemplateCloningFailed"})


def _detect(snapshot: Snapshot) -> Iterable[Suspicion]:
    estate = estate_of(snapshot)
    for kind in (DEPLOYMENT, SET):  # without its template, a MachineDeployment has no set yet
        for one in snapshot.of_kind(kind):
            yield from _of_holder(estate, one)
    for cluster in estate.clusters:
        _, plane = estate.referred(cluster, "spec", "controlPlaneRef")
        if plane is not None:
            yield from _of_holder(estate, plane)


def _of_holder(estate: Estate, holder: Manifest) -> Iterator[Suspicion]:
    if text(holder, "metadata", "deletionTimestamp") or estate.at_rest(holder):
        return
    cluster = estate.cluster_of(holder)
    if cluster is not None and text(cluster, "metadata", "deletionTimestamp"):
        return
    found = condition_of(holder, "ScalingUp")
    made = older_condition(holder, "MachinesCreated")
    if found is not None and "blocked because" in found.message:
        yield from _blocked(estate, holder, found)
    elif found is not None and "does not exist" in found.message and found.status == "True":
        yield from _missing(estate, holder, found)
    elif made is not None and made.status == "False":
        yield from _not_created(estate, holder, made)


def _blocked(estate: Estate, holder: Manifest, found: Condition) -> Iterator[Suspicion]:
    """Yield what a controller says holds a scale up, or would hold one."""
    reasons = [line.lstrip("* ") for line in found.message.splitlines()[1:6]] or [
        found.message.partition("because ")[2]
    ]
    if any("not exist" in one for one in reasons):
        yield from _missing(estate, holder, found)
        return
    passing = all(any(word in one for word in _PASSING) for one in reasons)
    healing = any("to become healthy" in one for one in reasons)  # told on the control plane
    patience = USUAL if passing or healing else FLAKE
    if found.status != "True" or not lasting(found.since, estate.snapshot.now, patience):
        return
    if healing and not passing:
        return
    subject = _pool(holder)
    finding = Finding(
        code=SCALE_UP,
        severity=Severity.WARNING,
        subject=subject,
        title=titled("No machine is added", "; ".join(reasons)),
        evidence=proof(holder, found),
        since=found.since,
        members=(Ref.of(holder),),
        relations=(_owned(holder, subject), *on_cluster(estate, holder)),
        fixes=(
            "Bring the versions of the control plane and the pool together.",
            "A check that must not hold here: annotation"
            " machineset.cluster.x-k8s.io/skip-preflight-checks on the pool.",
        ),
    )
    yield Suspicion(finding)


def _missing(estate: Estate, holder: Manifest, found: Condition) -> Iterator[Suspicion]:
    """Yield a template that does not exist; by what is read again, whichever it is."""
    wanted = _templates(holder)
    subject = _pool(holder)
    if not wanted:
        return
    hurts = found.status == "True" or found.type == "MachinesCreated"
    finding = Finding(
        code=NO_TEMPLATE,
        severity=Severity.WARNING if hurts else Severity.INFO,
        subject=subject,
        title="A template that its machines are made from does not exist",
        evidence=proof(holder, found),
        since=found.since if hurts else None,
        members=(Ref.of(holder),),
        relations=(
            *(Relation(source=subject, edge=Edge.USES, target=one) for one in wanted),
            _owned(holder, subject),
            *on_cluster(estate, holder),
        ),
        fixes=("Create the template again, or name one that exists.",),
    )
    yield Suspicion(finding, tuple(ReadRequest(one) for one in wanted))


def _not_created(estate: Estate, holder: Manifest, made: Condition) -> Iterator[Suspicion]:
    if made.reason in _LATE_REASONS:
        yield from _missing(estate, holder, made)
        return
    if made.reason == "PreflightCheckFailed":
        patience = USUAL if any(word in made.message for word in _PASSING) else FLAKE
        code, ours = SCALE_UP, "No machine is added"
    elif made.reason in {"MachineCreationFailed", "MachineGenerationFailed"}:
        patience, code, ours = FLAKE, REFUSED, "A Machine is refused when it is to be created"
    else:
        return
    if not lasting(made.since, estate.snapshot.now, patience):
        return
    subject = _pool(holder)
    finding = Finding(
        code=code,
        severity=Severity.WARNING,
        subject=subject,
        title=titled(ours, made.message),
        evidence=proof(holder, made),
        since=made.since,
        members=(Ref.of(holder),),
        relations=(_owned(holder, subject), *on_cluster(estate, holder)),
        fixes=("See what the message names: a webhook, a quota, or a field of the template.",),
    )
    yield Suspicion(finding)


def _pool(holder: Manifest) -> Ref:
    """Return the MachineDeployment of a MachineSet; a control plane is itself."""
    owner = owner_of(holder)
    wanted = f"{owner.kind}.{owner.group}" if owner else ""
    return owner if owner and wanted == DEPLOYMENT else Ref.of(holder)


def _owned(holder: Manifest, pool: Ref) -> Relation:
    own = Ref.of(holder)
    cluster = Ref("Cluster", text(holder, "spec", "clusterName") or "?", namespace_of(holder), CORE)
    return Relation(source=own, edge=Edge.OWNED_BY, target=pool if pool != own else cluster)


def _templates(holder: Manifest) -> tuple[Ref, ...]:
    refs: list[Ref] = []
    for path in _TEMPLATES:
        found = mapping(holder, *path)
        api = text(found, "apiVersion") or f"{text(found, 'apiGroup')}/any"
        ref = legal(text(found, "kind"), text(found, "name"), namespace_of(holder), api)
        refs += [ref] if ref else []
    return tuple(refs)


def _refine(suspicion: Suspicion, fulfilled: Fulfilled) -> Finding | None:
    """Name the template that is missing; say nothing of one that is there after all."""
    asked = [one for one in suspicion.requests if isinstance(one, ReadRequest)]
    if not asked:
        return suspicion.finding
    absent = [one.ref for one in asked if fulfilled.objects.get(one, {}) is None]
    if absent:
        named = absent[0]
        gone: tuple[Evidence, ...] = tuple(AbsenceEvidence(ref=one) for one in absent)
        update = {
            "title": f"Its {named.kind} {named.name} does not exist",
            "evidence": (*gone, *suspicion.finding.evidence),
        }
        return suspicion.finding.model_copy(update=update)
    all_there = all(fulfilled.objects.get(one) is not None for one in asked)
    return None if all_there else suspicion.finding


POOL_ANALYZER = Analyzer(
    "pool", (SCALE_UP, NO_TEMPLATE, REFUSED), (DEPLOYMENT, SET), _detect, _refine
)
