"""Conditions of Cluster API objects, whichever of its two styles wrote them.

The style v1beta1 has severities and no reason where all is well; v1beta2 has a reason always, and
types for which True is the bad news (Cluster API book, "Status improvements").
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Self

from clusterwright.tools.manifest import Manifest, instant, items, text

_OF_CORE = (
    "Deleting",
    "Paused",
    "Remediating",
    "RollingOut",
    "ScalingDown",
    "ScalingUp",
    "Updating",
)
_OF_PROVIDERS = (
    "EKSControlPlaneCreating",
    "EKSControlPlaneUpdating",
    "EKSFargateCreating",
    "EKSFargateDeleting",
    "ROSAControlPlaneUpgrading",
    *(
        f"{part}{act}"
        for part in ("GKEControlPlane", "GKEMachinePool")
        for act in ("Creating", "Updating", "Deleting")
    ),
)
NEGATIVE = frozenset({*_OF_CORE, *_OF_PROVIDERS})
"""Types for which False is the normal state (api/core/v1beta2, condition polarity; CAPA,
controlplane/eks/api, controlplane/rosa/api and exp/api, and CAPG, exp/api, whose managed kinds stay
False with a reason such as created or upgraded)."""
STATUS = "$.status.conditions"
_BESIDE = "$.status.v1beta2.conditions"
_DEPRECATED = "$.status.deprecated.v1beta1.conditions"
_FAILING = ("BackOff", "ErrImage", "CreateContainer", "RunContainer")
"""What the kubelet says of a container that does not start; a control plane's pod that is in such
a state has the reason Provisioning all the same (controlplane/kubeadm/pkg,
workload_cluster_conditions.go, v1.14)."""
_NO_REASON = "NoReasonReported"
"""What `clusterctl describe` shows for a condition without one."""


@dataclass(frozen=True, slots=True)
class Condition:
    """One condition, read alike from both styles."""

    type: str
    status: str
    reason: str
    message: str
    since: datetime | None
    severity: str
    """Error, Warning or Info in the style v1beta1; empty in v1beta2."""
    where: str
    """JSONPath of the list that it is in."""

    @classmethod
    def of(cls, raw: Manifest, where: str = STATUS) -> Self:
        """Return a condition; fields that are missing or odd stay empty."""
        return cls(
            type=text(raw, "type"),
            status=text(raw, "status"),
            reason=text(raw, "reason") or _NO_REASON,
            message=text(raw, "message"),
            since=instant(raw, "lastTransitionTime"),
            severity=text(raw, "severity"),
            where=where,
        )

    @property
    def bad(self) -> bool:
        """Whether it tells of something that is not as it should be, in the end."""
        return self.status != "True" and self.type not in NEGATIVE

    @property
    def waiting(self) -> bool:
        """Whether it only says that something else has to come first, or is not known yet."""
        words = self.reason.startswith(("Waiting", "Creating", "Provisioning"))
        words = words or self.message.startswith("Waiting ")  # kubeadm's bootstrap says it there
        fails = any(one in self.message for one in _FAILING)
        return (words and not fails) or self.status == "Unknown" or self.severity == "Info"


def conditions_of(manifest: Manifest) -> tuple[Condition, ...]:
    """Return an object's conditions, those of the newer style where it has both."""
    where, found = _raw(manifest)
    return tuple(Condition.of(one, where) for one in found)


def unwell(manifest: Manifest) -> tuple[Condition, ...]:
    """Return those conditions of an object that tell of something that is not as it should be."""
    where, found = _raw(manifest)
    return tuple(
        Condition.of(one, where)
        for one in found
        if one.get("status") != "True" and text(one, "type") not in NEGATIVE
    )


def _raw(manifest: Manifest) -> tuple[str, list[Manifest]]:
    newer = items(manifest, "status", "v1beta2", "conditions")  # an API v1beta1 that knows both
    return (_BESIDE, newer) if newer else (STATUS, items(manifest, "status", "conditions"))


def older_condition(manifest: Manifest, kind: str) -> Condition | None:
    """Return a condition of the style v1beta1, wherever an object of either API keeps it.

    Some of what went wrong is said in that style alone, as that a Machine could not be created
    (core/reconcilers/machineset, v1.14).
    """
    deprecated = items(manifest, "status", "deprecated", "v1beta1", "conditions")
    where = _DEPRECATED if deprecated else STATUS
    for one in deprecated or items(manifest, "status", "conditions"):
        if one.get("type") == kind:
            return Condition.of(one, where)
    return None


def condition_of(manifest: Manifest, *types: str) -> Condition | None:
    """Return the first of the types that an object has a condition of."""
    where, found = _raw(manifest)
    for kind in types:
        for one in found:
            if one.get("type") == kind:
                return Condition.of(one, where)
    return None


def summary_of(manifest: Manifest) -> Condition | None:
    """Return the condition that speaks for an object, as `clusterctl describe` chooses it.

    A Machine that is Ready becomes Available later, and is drawn by the former (newRowDescriptor in
    internal/util/tree/tree.go).
    """
    machine = text(manifest, "kind") == "Machine"
    return condition_of(manifest, *(("Ready", "Available") if machine else ("Available", "Ready")))
