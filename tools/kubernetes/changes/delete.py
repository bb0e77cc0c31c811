"""Delete one object; where its kind holds data, say what goes with it."""

from functools import partial
from typing import ClassVar

from clusterwright.tools.errors import RefusedError
from clusterwright.tools.kubernetes.changes.kind import ObjectChange, existing
from clusterwright.tools.kubernetes.changes.step import Check, Met, Pending, Scene, Step, Verdict
from clusterwright.tools.kubernetes.changes.workload_cluster import CORE
from clusterwright.tools.kubernetes.changes.workloads import AROUND, workload_of
from clusterwright.tools.kubernetes.changes.write import Verb, Write
from clusterwright.tools.manifest import Manifest, mapping, text
from clusterwright.tools.ref import Ref, owner_of
from clusterwright.tools.trust.risk import Risk

_REMADE = frozenset(
    {
        "ConfigMap",
        "Service",
        "ServiceAccount",
        "Role",
        "RoleBinding",
        "NetworkPolicy",
        "ResourceQuota",
        "LimitRange",
        "PodDisruptionBudget",
        "HorizontalPodAutoscaler",
        "Ingress",
        "PriorityClass",
        "StorageClass",
        "ClusterRole",
        "ClusterRoleBinding",
    }
)
"""Kinds whose objects are nothing but what their manifest says, so that they can be made again."""
_NEVER = frozenset({"Namespace", "Node", "CustomResourceDefinition"})
"""Kinds with which more goes than any diff could show."""


class Delete(ObjectChange):
    """Delete the object."""

    kind: ClassVar[str] = "delete"
    around: ClassVar[tuple[str, ...]] = AROUND

    def steps(self, scene: Scene) -> tuple[Step, ...]:
        """Return one deletion; raise RefusedError for what takes others' data with it."""
        before, ref = existing(scene, self.object), self.object
        if ref.kind in _NEVER:
            raise RefusedError(
                f"{ref} is not deleted from here: with it goes more than a plan can show",
                hint="delete what is in it one by one, or delete it with kubectl",
            )
        if (ref.kind, ref.group) == ("Cluster", CORE):
            raise RefusedError(
                f"{ref} is a whole cluster, with machines and all that runs on them",
                hint="the MCP server for Cluster API deletes it, and tells first what goes with it:"
                ' capi_plan_change {"kind": "delete"}',
            )
        if "deletionTimestamp" in mapping(before, "metadata"):
            raise RefusedError(
                f"{ref} is being deleted already",
                hint="k8s_describe tells which finalizer holds it",
            )
        owner = workload_of(before, scene.around) if ref.kind == "Pod" else None
        return (
            Step(
                say=f"delete {ref}",
                write=Write(
                    Verb.DELETE,
                    ref,
                    {"propagationPolicy": "Background"},
                    uid=text(before, "metadata", "uid"),
                    version=""
                    if ref.kind == "Pod"
                    else text(before, "metadata", "resourceVersion"),
                ),
                before=before,
                paths=() if owner else None,
                checks=(gone(ref, text(before, "metadata", "uid")),),
                irreversible=_irreversible(ref, before),
                at_stake=Risk.LOW if owner else Risk.MEDIUM,
                notes=(f"{owner} makes a new pod",) if owner else (),
            ),
        )


def _irreversible(ref: Ref, before: Manifest) -> str:
    if ref.kind in _REMADE and not ref.group and owner_of(before) is None:
        return ""
    return "what is deleted does not come back"


def gone(ref: Ref, uid: str) -> Check:
    """Return the check that the object of a uid is gone; another may have its name by then."""
    return Check(f"{ref} is gone", ref, partial(_gone, uid))


def _gone(uid: str, found: Manifest | None, _listed: object) -> Verdict:
    if found is None or text(found, "metadata", "uid") != uid:
        return Met()
    return Pending("it is still there")
