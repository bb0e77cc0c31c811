"""MultiClusterServices that reach no cluster."""

from collections.abc import Iterable, Iterator

from clusterwright.tools.analyzer import Analyzer, Suspicion
from clusterwright.tools.cluster_api.analyzers.told import proof, titled
from clusterwright.tools.cluster_api.condition import condition_of
from clusterwright.tools.cluster_api.k0rdent.kinds import DEPLOYMENT, MULTI_CLUSTER_SERVICE
from clusterwright.tools.cluster_api.selection import is_empty, selects
from clusterwright.tools.excerpt import one_line
from clusterwright.tools.finding import FieldEvidence, Finding, Severity
from clusterwright.tools.kubernetes.label_selector import selector_text
from clusterwright.tools.manifest import Manifest, labels_of, mapping, strings, text, truth
from clusterwright.tools.ref import Ref
from clusterwright.tools.snapshot import Snapshot

NOTHING, DEPENDENCY = (
    "multiclusterservice/matches-nothing",
    "multiclusterservice/dependency-invalid",
)


def _detect(snapshot: Snapshot) -> Iterable[Suspicion]:
    for one in snapshot.of_kind(MULTI_CLUSTER_SERVICE):
        if text(one, "metadata", "deletionTimestamp"):
            continue
        found = condition_of(one, "MultiClusterServiceDependencyValidation")
        if found is not None and found.status == "False":
            finding = Finding(
                code=DEPENDENCY,
                severity=Severity.WARNING,
                subject=Ref.of(one),
                title=titled("It is deployed nowhere", found.message),
                evidence=proof(one, found),
                since=found.since,
                fixes=("Correct dependsOn: MultiClusterServices that exist, in no circle.",),
            )
            yield Suspicion(finding)
        elif snapshot.was_read(DEPLOYMENT) and not snapshot.namespace:
            yield from _nothing(snapshot, one)


def _nothing(snapshot: Snapshot, one: Manifest) -> Iterator[Suspicion]:
    """Yield what selects no cluster; a near miss is a mistake, else clusters may come yet."""
    selector = mapping(one, "spec", "clusterSelector")
    own = truth(one, "spec", "serviceSpec", "provider", "selfManagement")
    there = snapshot.of_kind(DEPLOYMENT)
    if own or any(selects(selector, labels_of(found)) for found in there):
        return
    near = None if is_empty(selector) else _near(selector, there)
    title = f"Its selector matches no ClusterDeployment: {one_line(selector_text(selector), 100)}"
    if is_empty(selector):
        title = "It has no selector, and is deployed nowhere"
    elif near:
        title = f"{title}; {near}"
    subject = Ref.of(one)
    finding = Finding(
        code=NOTHING,
        severity=Severity.WARNING if near else Severity.INFO,
        subject=subject,
        title=title,
        evidence=(
            FieldEvidence(
                ref=subject, path="$.spec.clusterSelector", value=selector_text(selector) or "{}"
            ),
        ),
        fixes=("Correct the selector, or label the ClusterDeployments that it is for.",),
    )
    yield Suspicion(finding)


def _near(selector: Manifest, there: Iterable[Manifest]) -> str:
    """Return which cluster has a label that differs only in how it is written."""
    for key, value in strings(selector, "matchLabels").items():
        for one in there:
            for name, has in labels_of(one).items():
                same = name.lower() == key.lower() and has.lower() == value.lower()
                if same and (name, has) != (key, value):
                    return f"{Ref.of(one)} has {name}={has}"
    return ""


MULTI_CLUSTER = Analyzer(
    "multi-cluster service", (NOTHING, DEPENDENCY), (MULTI_CLUSTER_SERVICE, DEPLOYMENT), _detect
)
