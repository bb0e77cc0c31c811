"""ClusterDeployments that come to nothing by themselves: what they name, and their config."""

from collections.abc import Iterable

from clusterwright.tools.analyzer import Analyzer, Suspicion
from clusterwright.tools.cluster_api.analyzers.told import proof, titled
from clusterwright.tools.cluster_api.condition import Condition, conditions_of
from clusterwright.tools.cluster_api.estate import CLUSTER
from clusterwright.tools.cluster_api.k0rdent.analyzers.absence import absent, refine
from clusterwright.tools.cluster_api.k0rdent.kinds import CREDENTIAL, DEPLOYMENT, TEMPLATE
from clusterwright.tools.cluster_api.k0rdent.made import cluster_of, ref
from clusterwright.tools.cluster_api.k0rdent.templates import missing_providers
from clusterwright.tools.cluster_api.k0rdent.trace import CLUSTER_MISSING
from clusterwright.tools.finding import Edge, Finding, Relation, Severity
from clusterwright.tools.manifest import Manifest, namespace_of, number, text, truth
from clusterwright.tools.ref import Ref
from clusterwright.tools.snapshot import Snapshot

NO_TEMPLATE, NO_CREDENTIAL = (
    "clusterdeployment/template-missing",
    "clusterdeployment/credential-missing",
)
UNFIT, REJECTED = "clusterdeployment/credential-unfit", "clusterdeployment/config-rejected"
NO_CLUSTER, NOT_READY = "clusterdeployment/cluster-missing", "clusterdeployment/not-ready"
_CODES = (NO_TEMPLATE, NO_CREDENTIAL, UNFIT, REJECTED, NO_CLUSTER, NOT_READY)
_REJECTION = "failed to validate template with provided configuration"
"""How k0rdent begins where the values do not do (validateConfig)."""
_ELSEWHERE = frozenset(
    {
        "Ready",
        "Deleting",
        "Paused",
        "HelmReleaseReady",
        "CAPIClusterSummary",
        "ServicesInReadyState",
        "ServicesDependencyValidation",
        "SveltosClusterReady",
        "CloudResourcesDeletedCondition",
    }
)
"""Conditions that sum up what an object below says, which is told there."""
_STALE = ("failed to get ClusterTemplate", "is not marked as valid")
"""What a ClusterDeployment says of a template that is there, and valid, by now."""
_UNFIT = ("does not support ClusterIdentity Kind", "unsupported infrastructure", "identityRef")
"""How k0rdent tells that a Credential is not for a template (internal/util/validation/cd.go)."""


def _detect(snapshot: Snapshot) -> Iterable[Suspicion]:
    for one in snapshot.of_kind(DEPLOYMENT):
        if not text(one, "metadata", "deletionTimestamp"):
            found = _credential(snapshot, one) or _template(snapshot, one) or _own(snapshot, one)
            if found is not None:
                yield found


def _credential(snapshot: Snapshot, one: Manifest) -> Suspicion | None:
    return _named(snapshot, one, "credential", CREDENTIAL, NO_CREDENTIAL)


def _template(snapshot: Snapshot, one: Manifest) -> Suspicion | None:
    return _named(snapshot, one, "template", TEMPLATE, NO_TEMPLATE)


def _named(snapshot: Snapshot, one: Manifest, field: str, kind: str, code: str) -> Suspicion | None:
    name = text(one, "spec", field)
    wanted = ref(kind, namespace_of(one), name)
    if not name or not snapshot.was_read(kind) or snapshot.get(wanted) is not None:
        return None
    title = f"Its {wanted.kind} {wanted.namespace}/{name} does not exist"
    fix = f"Create the {wanted.kind} in its namespace, or name one that is there."
    return absent(code, Ref.of(one), wanted, title, fix)


def _own(snapshot: Snapshot, one: Manifest) -> Suspicion | None:
    template = snapshot.get(ref(TEMPLATE, namespace_of(one), text(one, "spec", "template"))) or {}
    if not truth(template, "status", "valid") or missing_providers(snapshot, template):
        return None  # told at the template
    seen = number(one, "status", "observedGeneration")
    told = {c.type: c for c in conditions_of(one) if c.status == "False" and c.message}
    if seen < number(one, "metadata", "generation"):
        return None  # the controller has not looked at the latest change yet
    finding = _unfit(snapshot, one, told) or _chart(one, told) or _cluster(snapshot, one, told)
    if finding is None and "CredentialReady" not in told:
        finding = _rest(one, told)
    return Suspicion(finding) if finding else None


def _unfit(snapshot: Snapshot, one: Manifest, told: dict[str, Condition]) -> Finding | None:
    found = told.get("CredentialReady")
    wanted = ref(CREDENTIAL, namespace_of(one), text(one, "spec", "credential"))
    if found is None or not truth(snapshot.get(wanted) or {}, "status", "ready"):
        return None  # told at the Credential
    if not any(words in found.message for words in _UNFIT):
        return None  # that it was not ready, which it is by now
    title = titled("Its Credential does not fit its template", found.message)
    fix = "Name a Credential whose identity is of a kind that the template's provider takes."
    finding = _finding(UNFIT, one, found, title, fix)
    used = Relation(source=Ref.of(one), edge=Edge.USES, target=wanted)
    return finding.model_copy(update={"relations": (used,)})


def _chart(one: Manifest, told: dict[str, Condition]) -> Finding | None:
    found = told.get("HelmChartReady")
    if found is None:
        return None
    if found.message.startswith(_REJECTION):
        words = found.message.removeprefix(_REJECTION).removeprefix(": ")
        lines = [line for line in words.splitlines() if line.startswith("- ")]
        words = " ".join(lines) or words  # behind which schema it is, for a chart of one
        title = titled("The chart of its template refuses its config", words)
        fix = "Correct spec.config; capi_describe_class tells what the template takes."
        return _finding(REJECTED, one, found, title, fix)
    title = titled("The chart of its template cannot be used", found.message)
    return _finding(NOT_READY, one, found, title, "See the HelmChart of its ClusterTemplate.")


def _cluster(snapshot: Snapshot, one: Manifest, told: dict[str, Condition]) -> Finding | None:
    found = told.get("CAPIClusterSummary")
    if found is None or found.reason != CLUSTER_MISSING or not snapshot.was_read(CLUSTER):
        return None
    if cluster_of(snapshot, one) is not None:
        return None
    title = "Its Cluster was deleted behind it, and is not made again"
    fix = "Change spec.config so that the chart is applied again, or delete the ClusterDeployment."
    return _finding(NO_CLUSTER, one, found, title, fix)


def _rest(one: Manifest, told: dict[str, Condition]) -> Finding | None:
    for kind, found in told.items():
        stale = kind == "TemplateReady" and any(words in found.message for words in _STALE)
        if kind not in _ELSEWHERE and not stale:
            title = titled(f"{kind} is not met", found.message)
            return _finding(NOT_READY, one, found, title, "See the object that the message names.")
    return None


def _finding(code: str, one: Manifest, found: Condition, title: str, fix: str) -> Finding:
    return Finding(
        code=code,
        severity=Severity.WARNING,
        subject=Ref.of(one),
        title=title,
        evidence=proof(one, found),
        since=found.since,
        fixes=(fix,),
    )


DEPLOYMENT_ANALYZER = Analyzer(
    "cluster deployment", _CODES, (DEPLOYMENT, TEMPLATE, CREDENTIAL), _detect, refine
)
