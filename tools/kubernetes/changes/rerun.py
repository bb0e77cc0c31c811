"""Run a Job once more: a new Job of the same template, or the next run of a CronJob, now."""

import hashlib
from typing import ClassVar, cast

from clusterwright.tools.diff import clean
from clusterwright.tools.errors import InvalidInputError
from clusterwright.tools.field_path import MISSING, Path, put
from clusterwright.tools.kubernetes.changes.kind import ObjectChange, existing
from clusterwright.tools.kubernetes.changes.step import (
    Check,
    Failed,
    Met,
    Pending,
    Scene,
    Step,
    Verdict,
)
from clusterwright.tools.kubernetes.changes.workloads import AROUND
from clusterwright.tools.kubernetes.changes.write import Verb, Write
from clusterwright.tools.manifest import Json, Manifest, condition, mapping, text
from clusterwright.tools.ref import Ref

_GENERATED: tuple[Path, ...] = (
    ("metadata", "ownerReferences"),
    ("metadata", "labels", "controller-uid"),
    ("metadata", "labels", "batch.kubernetes.io/controller-uid"),
    ("metadata", "labels", "job-name"),
    ("metadata", "labels", "batch.kubernetes.io/job-name"),
    ("spec", "selector"),
    ("spec", "manualSelector"),
    ("spec", "template", "metadata", "labels", "controller-uid"),
    ("spec", "template", "metadata", "labels", "batch.kubernetes.io/controller-uid"),
    ("spec", "template", "metadata", "labels", "job-name"),
    ("spec", "template", "metadata", "labels", "batch.kubernetes.io/job-name"),
)
"""What the Job controller adds for one Job only (k8s.io/kubernetes, pkg/registry/batch/job)."""
_LONGEST = 52


class Rerun(ObjectChange):
    """Start a new run."""

    kind: ClassVar[str] = "rerun"
    around: ClassVar[tuple[str, ...]] = AROUND

    def steps(self, scene: Scene) -> tuple[Step, ...]:
        """Return the creation of one Job, whose name follows from when the plan was made."""
        before, ref = existing(scene, self.object), self.object
        if ref.kind not in {"Job", "CronJob"} or ref.group:
            raise InvalidInputError(f"{ref} is no Job", hint="rerun a Job or a CronJob")
        source = mapping(before, "spec", "jobTemplate") if ref.kind == "CronJob" else clean(before)
        mark = hashlib.sha256(f"{ref} {scene.stamp.isoformat()}".encode()).hexdigest()[:6]
        name = f"{ref.name[:_LONGEST]}-{mark}"
        kept: Json = {"metadata": mapping(source, "metadata"), "spec": mapping(source, "spec")}
        for path in _GENERATED:
            kept = put(kept, path, MISSING)
        meta = mapping(kept, "metadata")
        labels = {"labels": meta["labels"]} if meta.get("labels") else {}
        body = {
            "apiVersion": "batch/v1",
            "kind": "Job",
            "metadata": {"name": name, "namespace": ref.namespace, **labels},
            "spec": cast("Manifest", kept)["spec"],
        }
        made = Ref("Job", name, ref.namespace)
        return (
            Step(
                say=f"run {ref} again as {made}",
                write=Write(Verb.CREATE, made, body),
                checks=(Check(f"{made} completes", made, _completes),),
            ),
        )


def _completes(found: Manifest | None, _listed: object) -> Verdict:
    if found is None:  # one with a time to live is removed once it has ended
        return Failed("it does not exist any more")
    if text(condition(found, "Complete"), "status") == "True":
        return Met()
    failed = condition(found, "Failed")
    if text(failed, "status") == "True":
        return Failed(f"it failed: {text(failed, 'reason')}")
    return Pending("it runs")
