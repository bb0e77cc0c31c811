"""The chart that a ClusterDeployment runs, and whether a template would put another in its place.

Flux compares the name of a chart with that of the newest release; where they differ, it uninstalls
what there is (helm-controller, internal/action, ReleaseTargetChanged). k0rdent makes a HelmChart
for each template, so that a reference differs from one version of a chart to the next
(internal/controller/template_controller.go, reconcileHelmChart).
"""

from pathlib import PurePosixPath

from clusterwright.tools.cluster_api.k0rdent.kinds import TEMPLATE
from clusterwright.tools.cluster_api.k0rdent.made import ref as named
from clusterwright.tools.cluster_api.k0rdent.made import release_of
from clusterwright.tools.manifest import Manifest, items, mapping, namespace_of, text, truth
from clusterwright.tools.quotation import word
from clusterwright.tools.snapshot import Snapshot

_Source = tuple[str, str, str]
_UNTOLD = "not told"
_ENDS = "Flux uninstalls the old release, and the cluster with it"


def running_template(
    around: Snapshot, deployment: Manifest, *, leaves: bool = False
) -> Manifest | None:
    """Return the template that a ClusterDeployment runs, as its release tells.

    Without a release it is the one that is asked for, but where it `leaves` a dry run: that one was
    only validated.
    """
    namespace = namespace_of(deployment)
    release = release_of(around, deployment)
    source = _source(mapping(release, "spec", "chartRef"), namespace)
    for one in around.in_namespace(TEMPLATE, namespace):
        if source is not None and _source_of(one) == source:
            return one
    if leaves:
        return None
    return around.get(named(TEMPLATE, namespace, text(deployment, "spec", "template")))


def kubernetes(
    around: Snapshot, deployment: Manifest, template: Manifest, *, leaves: bool = False
) -> tuple[str, str]:
    """Return the version of Kubernetes that runs and the one to come, as their templates say."""
    running = running_template(around, deployment, leaves=leaves)
    was, will = (text(one, "status", "k8sVersion") for one in (running, template))
    return was, will


def becomes(was: str, will: str) -> tuple[str, ...]:
    """Return that one version of Kubernetes follows another; nothing where that is not so."""
    other = was and will and was != will
    return (f"Kubernetes {word(was)} becomes {word(will)}",) if other else ()


def another_chart(
    around: Snapshot, deployment: Manifest, template: Manifest, *, leaves: bool = False
) -> str:
    """Return what a template comes to whose chart may be another; empty where it is the same.

    A name that is not known is equal to none; two references to one HelmChart are the same.
    """
    dry = truth(deployment, "spec", "dryRun") and not leaves
    later = "once it is no dry run any more, " if dry else ""
    running = running_template(around, deployment, leaves=leaves)
    release = release_of(around, deployment)
    history = items(release, "status", "history")
    was = (text(history[0], "chartName") if history else "") or _name_of(running)
    will = _name_of(template)
    known = bool(was and will)
    now = _source(mapping(release, "spec", "chartRef"), namespace_of(deployment))
    now = now or (_source_of(running) if running else None)
    same = was == will if known else now is not None and now == _source_of(template)
    if same:
        return ""
    told = f"its chart is {word(will) or _UNTOLD} and was {word(was) or _UNTOLD}"
    return f"{told}: {later}{'' if known else 'if it is another, '}{_ENDS}"


def _name_of(template: Manifest | None) -> str:
    """Return the name of a template's chart: of a path in a repository, its last part."""
    return PurePosixPath(text(template, "spec", "helm", "chartSpec", "chart")).name


def _source_of(template: Manifest) -> _Source | None:
    """Return the HelmChart of a template."""
    namespace = namespace_of(template)
    told = _source(mapping(template, "status", "chartRef"), namespace)
    return told or _source(mapping(template, "spec", "helm", "chartRef"), namespace)


def _source(reference: Manifest, namespace: str) -> _Source | None:
    name = text(reference, "name")
    where = text(reference, "namespace") or namespace
    return (text(reference, "kind") or "HelmChart", where, name) if name else None
