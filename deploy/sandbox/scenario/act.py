"""Carry out what a stage declares: objects deleted and applied, Helm run, objects patched."""

from clusterwright.deploy.sandbox.scenario.errors import ScenarioError
from clusterwright.deploy.sandbox.scenario.helm_program import operate
from clusterwright.deploy.sandbox.scenario.kubectl import Cluster
from clusterwright.deploy.sandbox.scenario.metrics import end_silences, silence
from clusterwright.deploy.sandbox.scenario.model import WORKLOAD_NAMESPACE, Stage
from clusterwright.deploy.sandbox.scenario.play import Patch
from clusterwright.deploy.sandbox.scenario.records import rewrite
from clusterwright.deploy.sandbox.scenario.workload import at
from clusterwright.tools.manifest import labels_of, name_of, text
from clusterwright.tools.ref import Ref


def act(cluster: Cluster, namespace: str, stage: Stage) -> None:
    """Carry out a stage, in the scenario's namespace or on the workload cluster that it names."""
    inside = WORKLOAD_NAMESPACE if stage.target else namespace
    with at(cluster, stage.target) as where:
        for ref in stage.remove:
            # A replacement of the same name can only be made once the old object is gone.
            where.delete(ref, wait=bool(stage.apply or stage.helm))
        if stage.apply:
            where.apply(stage.apply)
        for one in stage.helm:
            operate(where, inside, one)
        for one in stage.patch:
            _patch(where, one, inside)
        for one in stage.records:
            rewrite(where, inside, one)
        for one in stage.silences:
            silence(where, one)
        if stage.unsilence:
            end_silences(where, stage.unsilence)


def _patch(cluster: Cluster, wanted: Patch, namespace: str) -> None:
    found = [
        one
        for one in sorted(cluster.get([wanted.kind], wanted.namespace or namespace), key=name_of)
        if wanted.labels.items() <= labels_of(one).items()
        and wanted.node in {"", text(one, "spec", "nodeName")}
    ]
    if not found:
        raise ScenarioError(f"there is no {wanted.kind} to patch, with labels {wanted.labels}")
    for one in found[: wanted.first]:
        cluster.patch(Ref.of(one), wanted.merge, wanted.manager, status=wanted.status)
