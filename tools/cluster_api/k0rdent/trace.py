"""A ClusterDeployment as the way down: its release and Cluster, and what became of its services."""

from collections.abc import Iterator

from clusterwright.tools.cluster_api.condition import Condition, conditions_of
from clusterwright.tools.cluster_api.k0rdent.made import cluster_of, release_of, sets_of
from clusterwright.tools.cluster_api.sveltos.kinds import profile_of
from clusterwright.tools.cluster_api.sveltos.trace import profile_branch, summaries_of
from clusterwright.tools.cluster_api.tree import Branch
from clusterwright.tools.excerpt import one_line
from clusterwright.tools.manifest import Manifest, items, text
from clusterwright.tools.quotation import word
from clusterwright.tools.ref import Ref
from clusterwright.tools.snapshot import Snapshot

_LONGEST = 300
_ORDER = (
    "CredentialReady",
    "TemplateReady",
    "HelmChartReady",
    "HelmReleaseReady",
    "ServicesDependencyValidation",
)
"""What a ClusterDeployment goes through, in this order: the first that is not met is the cause."""


CLUSTER_MISSING = "CAPIClusterMissing"


def first_cause(deployment: Manifest) -> Condition | None:
    """Return the first thing that a ClusterDeployment itself says is wrong."""
    found = {one.type: one for one in conditions_of(deployment) if not _progress(one)}
    rest = [one for one in found.values() if one.type not in {*_ORDER, "Ready"}]
    ordered = [found[kind] for kind in _ORDER if kind in found] + rest
    return next((one for one in ordered if one.status == "False" and one.message), None)


def _progress(one: Condition) -> bool:
    """Return whether a condition sums up what comes later, and is not met while that is made."""
    summary = one.type == "CAPIClusterSummary" and one.reason != CLUSTER_MISSING
    return summary or one.type in {"ServicesInReadyState", "Deleting", "Paused"}


def deployment_branch(snapshot: Snapshot, deployment: Manifest) -> Branch:
    """Return a ClusterDeployment with its HelmRelease, and the Cluster that came of it."""
    release, cluster = release_of(snapshot, deployment), cluster_of(snapshot, deployment)
    below = (_told("cluster", cluster),) if cluster is not None else ()
    children = (_told("release", release, below),) if release is not None else below
    found = _told("deployment", deployment, children)
    cause = first_cause(deployment)
    explained = any(one.cause for one in children)
    said = (
        f"{cause.type}: {word(cause.reason)} {one_line(cause.message, _LONGEST)}" if cause else ""
    )
    return found.model_copy(update={"cause": "" if explained else said})


def service_branches(
    snapshot: Snapshot, cluster: Ref, deployment: Manifest | None
) -> Iterator[Branch]:
    """Yield each ServiceSet of a cluster with its profile, then the profiles that have none."""
    summaries: dict[Ref | None, Manifest] = {}
    for one in summaries_of(snapshot, cluster):
        summaries.setdefault(profile_of(one), one)
    for one in sets_of(snapshot, deployment) if deployment is not None else ():
        own = Ref.of(one)
        profile = Ref("Profile", own.name, own.namespace, "config.projectsveltos.io")
        summary = summaries.pop(profile, None)
        below = (profile_branch(snapshot, summary),) if summary is not None else ()
        yield _set(one, below)
    for one in summaries.values():
        yield profile_branch(snapshot, one)


def _set(one: Manifest, below: tuple[Branch, ...]) -> Branch:
    built = _condition(one, "ServiceSetProfile")
    counted = _condition(one, "ServicesInReadyState")
    said = one_line(built.message, _LONGEST) if built and built.status == "False" else ""
    failed = [
        f"{text(state, 'namespace')}/{text(state, 'name')} {text(state, 'state')}"
        for state in items(one, "status", "services")
        if text(state, "state") not in {"Deployed", ""}
    ]
    return Branch(
        role="services",
        ref=Ref.of(one),
        replicas=f"{counted.message} ready" if counted else "",
        status=counted.status if counted else (built.status if built else ""),
        reason=word(built.reason) if built else "",
        cause=said or one_line(", ".join(failed), _LONGEST),
        children=below,
    )


def _told(role: str, one: Manifest, children: tuple[Branch, ...] = ()) -> Branch:
    found = _condition(one, "Available") or _condition(one, "Ready")
    if text(one, "kind") == "SveltosCluster":
        return _adopted(role, one)
    bad = found is not None and found.status == "False" and role == "release"
    return Branch(
        role=role,
        ref=Ref.of(one),
        status=found.status if found else "",
        reason=word(found.reason) if found else "",
        since=found.since if found else None,
        cause=one_line(found.message, _LONGEST) if bad and found else "",
        children=children,
    )


def _adopted(role: str, one: Manifest) -> Branch:
    connection = text(one, "status", "connectionStatus")
    return Branch(
        role=role,
        ref=Ref.of(one),
        version=text(one, "status", "version"),
        status={"Healthy": "True", "Down": "False"}.get(connection, "Unknown"),
        reason=word(connection),
        cause=one_line(text(one, "status", "failureMessage"), _LONGEST),
    )


def _condition(one: Manifest, kind: str) -> Condition | None:
    return next((found for found in conditions_of(one) if found.type == kind), None)
