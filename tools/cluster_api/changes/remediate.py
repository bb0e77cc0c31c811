"""Have a machine replaced by its health check, as if it had been found unhealthy.

The annotation leaves it to Cluster API, which honours the budget of the health check and the rules
of control planes (Cluster API book, "Configure a MachineHealthCheck", and KubeadmControlPlane's
remediation in controlplane/kubeadm/controllers/remediation.go).
"""

from collections.abc import Sequence
from dataclasses import replace
from typing import ClassVar, cast

from clusterwright.tools.cluster_api.changes.checks import settled
from clusterwright.tools.cluster_api.changes.cluster_change import (
    ClusterChange,
    elsewhere,
    existing_cluster,
)
from clusterwright.tools.cluster_api.changes.running import running_on
from clusterwright.tools.cluster_api.changes.standing import require_steady
from clusterwright.tools.cluster_api.condition import condition_of
from clusterwright.tools.cluster_api.estate import (
    HEALTH_CHECK,
    MACHINE,
    Estate,
    by_name,
    estate_of,
    is_control_plane,
    paused,
)
from clusterwright.tools.errors import NotFoundError, RefusedError
from clusterwright.tools.field_path import put
from clusterwright.tools.kubernetes.changes.delete import gone
from clusterwright.tools.kubernetes.changes.patch import patched
from clusterwright.tools.kubernetes.changes.step import Scene, Step
from clusterwright.tools.kubernetes.label_selector import matches
from clusterwright.tools.manifest import (
    Manifest,
    dig,
    labels_of,
    mapping,
    name_of,
    number,
    strings,
    text,
)
from clusterwright.tools.ref import Ref, owner_of
from clusterwright.tools.trust.risk import Risk

_ANNOTATION = "cluster.x-k8s.io/remediate-machine"
_SKIP = "cluster.x-k8s.io/skip-remediation"
_LONE = 1


class Remediate(ClusterChange):
    """Replace a machine."""

    kind: ClassVar[str] = "remediate"
    resumes: ClassVar[bool] = False  # by then the machine may be gone
    machine: str

    @property
    def machine_ref(self) -> Ref:
        """The Machine, by its name alone or by its Ref."""
        kind, _, group = MACHINE.partition(".")
        return Ref(kind, self.machine.rpartition("/")[2], self.ref.namespace, group)

    def further(self, scene: Scene) -> tuple[Ref, ...]:
        """Return the Machine."""
        return (self.machine_ref,) if self.ref in scene.live else ()

    def steps(self, scene: Scene) -> tuple[Step, ...]:
        """Return one patch of an annotation; raise RefusedError where nothing would heed it."""
        estate, cluster = estate_of(scene.around), existing_cluster(scene, self.ref)
        require_steady(cluster)
        machines = by_name(estate.of(MACHINE, cluster))
        ref, machine = self.machine_ref, scene.live.get(self.machine_ref)
        if machine is None or name_of(machine) not in {name_of(one) for one in machines}:
            names = ", ".join(name_of(one) for one in machines[:10])
            raise NotFoundError(
                f"{self.ref} has no machine {self.machine[:120]!r}",
                hint=f"it has {names or 'none'}",
            )
        _check(machine, machines)
        check = _health_check(estate, cluster, machine)
        marked = put(machine, ("metadata", "annotations", _ANNOTATION), "")
        found = patched(ref, machine, cast("Manifest", marked))
        if found is None:
            return ()
        seen = elsewhere(scene, self.ref)
        runs = running_on([machine], seen.snapshot) if seen.snapshot else []
        notes = [one.line() for one in runs] or [
            f"what runs on it could not be read: {seen.why_not}"
        ]
        pods = sum(len(one.pods) for one in runs)
        risk = Risk.HIGH if pods or not runs or is_control_plane(machine) else Risk.MEDIUM
        said = f"{ref} is replaced" + (f", and its {pods} pods must move" if pods else "")
        uid = text(machine, "metadata", "uid")
        return (
            replace(
                found,
                say=f"have {ref} replaced by {Ref.of(check)}",
                checks=(gone(ref, uid), settled(estate, cluster, self.ref, in_turn=1)),
                risks=((risk, said),),
                notes=tuple(notes),
                passing=True,
                irreversible="a machine does not return",
                at_stake=Risk.MEDIUM,
            ),
        )


def _check(machine: Manifest, machines: Sequence[Manifest]) -> None:
    """Raise RefusedError for a machine that would not be remediated, or must not be."""
    ref = Ref.of(machine)
    if text(machine, "metadata", "deletionTimestamp"):
        raise RefusedError(f"{ref} is being deleted", hint="capi_describe_cluster tells on")
    if _SKIP in strings(machine, "metadata", "annotations"):
        raise RefusedError(
            f"{ref} carries {_SKIP}: somebody wants it kept", hint="find out who, and why"
        )
    if paused(machine):
        raise RefusedError(f"{ref} is paused", hint="find out who paused it, and why")
    if owner_of(machine) is None:
        raise RefusedError(
            f"nothing would make another {ref}: no pool owns it",
            hint="make a machine in a pool, then delete this one",
        )
    if is_control_plane(machine):
        _check_quorum(machine, [one for one in machines if is_control_plane(one)])


def _check_quorum(machine: Manifest, members: Sequence[Manifest]) -> None:
    """Raise RefusedError if the control plane would not survive the loss of a member.

    Kubeadm's control plane remediates only with another member there and none on its way out, and
    while etcd keeps its quorum (controlplane/kubeadm/controllers/remediation.go).
    """
    ref = Ref.of(machine)
    if len(members) == _LONE:
        raise RefusedError(
            f"{ref} is the only member of its control plane: with it goes the cluster's state",
            hint="scale the control plane to 3 first",
        )
    leaving = [one for one in members if text(one, "metadata", "deletionTimestamp")]
    if leaving:
        raise RefusedError(
            f"{Ref.of(leaving[0])} is on its way out, and one member goes at a time",
            hint="wait until it is replaced",
        )
    well = [one for one in members if one is not machine and name_of(one) != name_of(machine)]
    healthy = [one for one in well if _has_etcd(one)]
    rest = len(members) - 1
    if len(healthy) < rest // 2 + 1:
        raise RefusedError(
            f"without {ref} etcd has {len(healthy)} healthy of {rest} members: no quorum",
            hint="repair another member first: capi_describe_cluster",
        )


def _has_etcd(machine: Manifest) -> bool:
    told = condition_of(machine, "EtcdMemberHealthy", "NodeHealthy", "Ready")
    return told is not None and told.status == "True"


def _health_check(estate: Estate, cluster: Manifest, machine: Manifest) -> Manifest:
    """Return the health check that heeds the annotation; raise RefusedError if none does."""
    checks = [
        one
        for one in by_name(estate.of(HEALTH_CHECK, cluster))
        if matches(mapping(one, "spec", "selector"), labels_of(machine))
    ]
    if not checks:
        raise RefusedError(
            f"no MachineHealthCheck selects {Ref.of(machine)}, so that nothing would heed it",
            hint="give the pool a health check, in the Cluster's topology or the class; a machine"
            " of a pool may also be deleted, and is made again",
        )
    if paused(checks[0]):
        raise RefusedError(
            f"{Ref.of(checks[0])} is paused, so that it would heed nothing",
            hint="find out who paused it, and why",
        )
    allowed = dig(checks[0], "status", "remediationsAllowed")
    if isinstance(allowed, int) and allowed < 1:
        healthy = number(checks[0], "status", "currentHealthy")
        expected = number(checks[0], "status", "expectedMachines")
        raise RefusedError(
            f"{Ref.of(checks[0])} allows no remediation at present: {healthy} of {expected}"
            " machines are healthy, too few for its budget",
            hint="find out what makes so many unhealthy: capi_find_problems",
        )
    return checks[0]
