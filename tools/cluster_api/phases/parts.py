"""A Cluster taken apart: its layers, its pools, and which Machines belong to which."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Self

from clusterwright.tools.cluster_api.cause import Cause, below, of_layers, of_machine
from clusterwright.tools.cluster_api.condition import Condition, condition_of, summary_of
from clusterwright.tools.cluster_api.estate import (
    CORE,
    DEPLOYMENT,
    MACHINE,
    POOL,
    Estate,
    by_name,
    is_control_plane,
)
from clusterwright.tools.manifest import (
    Manifest,
    dig,
    items,
    labels_of,
    name_of,
    number,
    text,
)
from clusterwright.tools.ref import Ref

_TOPOLOGY_NAME = f"topology.{CORE}/deployment-name"
_TOPOLOGY_POOL = f"topology.{CORE}/pool-name"
_OLDER_CHANGES = {
    "ScalingUp": ("Resized", "ScalingUp"),
    "ScalingDown": ("Resized", "ScalingDown"),
    "RollingOut": ("MachinesSpecUpToDate", "RollingUpdateInProgress"),
}
"""Types of the style v1beta1, and the reasons that they have meanwhile."""


@dataclass(frozen=True, slots=True)
class Pool:
    """A MachineDeployment or MachinePool with its Machines; a pool that is still to be made."""

    name: str
    """As the topology calls it, where it has one."""
    manifest: Manifest | None
    machines: tuple[Manifest, ...]
    wanted: int

    @property
    def version(self) -> str:
        """The version that its next Machine gets."""
        return text(self.manifest, "spec", "template", "spec", "version")


@dataclass(frozen=True)
class Parts:
    """What belongs to one Cluster."""

    estate: Estate
    cluster: Manifest
    infrastructure: Manifest | None
    control_plane: Manifest | None
    control_machines: tuple[Manifest, ...]
    pools: tuple[Pool, ...]
    stray: tuple[Manifest, ...]
    """Machines of no pool that is there."""

    @classmethod
    def of(cls, estate: Estate, cluster: Manifest) -> Self:
        """Return the parts of a Cluster, in the order of their names."""
        machines = by_name(estate.of(MACHINE, cluster))
        workers = [one for one in machines if not is_control_plane(one)]
        pools = tuple(_pools(estate, cluster))
        known = {name_of(one) for pool in pools for one in pool.machines}
        return cls(
            estate,
            cluster,
            estate.referred(cluster, "spec", "infrastructureRef")[1],
            estate.referred(cluster, "spec", "controlPlaneRef")[1],
            tuple(one for one in machines if is_control_plane(one)),
            pools,
            tuple(one for one in workers if name_of(one) not in known),
        )

    @property
    def now(self) -> datetime:
        """The management cluster's clock."""
        return self.estate.snapshot.now

    @property
    def version(self) -> str:
        """The Kubernetes version that is asked for."""
        return text(self.cluster, "spec", "topology", "version") or text(
            self.control_plane, "spec", "version"
        )

    @property
    def infrastructure_kind(self) -> str:
        """The kind of its infrastructure, read or not."""
        return text(self.cluster, "spec", "infrastructureRef", "kind")

    def first_cause(self, machines: Sequence[Manifest]) -> Cause | None:
        """Return for what Machines wait that are not ready: the lowest object, and its words.

        What a provider refuses comes first, then what is wrong, then what is only waited for. A
        Machine that is being deleted counts last: it is meant to be unwell.
        """
        rest = [one for one in machines if leaving(one) or not is_true(one, "Ready")]
        there = [one for one in rest if not leaving(one)]
        refused = [cause for one in there if (cause := below(self.estate, one))]
        causes = [cause for one in there if (cause := of_machine(self.estate, one))]
        going = [cause for one in rest if (cause := of_machine(self.estate, one))]
        for found in (refused, causes, going):
            wrong = next((one for one in found if not one.waiting), None)
            if wrong:
                return wrong
        return next(iter((*causes, *going)), None) or next(map(_unready, there), None)

    def layer_cause(self) -> Cause | None:
        """Return what the providers of the Cluster's own layers say is wrong or is missing."""
        return of_layers(self.estate, self.cluster)


def leaving(manifest: Manifest) -> bool:
    """Return whether an object is being deleted."""
    return bool(text(manifest, "metadata", "deletionTimestamp"))


def is_true(manifest: Manifest | None, *types: str) -> bool:
    """Return whether the first condition of these types that there is, is True."""
    found = condition_of(manifest, *types) if manifest else None
    return found is not None and found.status == "True"


def change(manifest: Manifest | None, *kinds: str) -> Condition | None:
    """Return the first of the conditions ScalingUp, ScalingDown, RollingOut that is True.

    In the style v1beta1 a control plane has others for it, which are False meanwhile
    (api/controlplane/kubeadm/v1beta2/v1beta1_condition_consts.go, v1.14).
    """
    for kind in kinds if manifest else ():
        found = condition_of(manifest or {}, kind)
        if found and found.status == "True":
            return found
        older, reason = _OLDER_CHANGES.get(kind, ("", ""))
        found = condition_of(manifest or {}, older)
        if found and (found.status, found.reason) == ("False", reason):
            return found
    return None


def replicas(manifest: Manifest | None, *path: str) -> int | None:
    """Return a counter, or None where there is none."""
    found = dig(manifest, *path)
    return number(manifest, *path) if found is not None else None


def _pools(estate: Estate, cluster: Manifest) -> list[Pool]:
    found: list[Pool] = []
    for kind, topology in ((DEPLOYMENT, _TOPOLOGY_NAME), (POOL, _TOPOLOGY_POOL)):
        for one in by_name(estate.of(kind, cluster)):
            own = tuple(estate.machines(one))
            name = labels_of(one).get(topology) or name_of(one)
            wanted = 1 if dig(one, "spec", "replicas") is None else number(one, "spec", "replicas")
            found.append(Pool(name, one, own, wanted))
    return [*found, *_to_make(cluster, {one.name for one in found})]


def _to_make(cluster: Manifest, known: set[str]) -> list[Pool]:
    """Return the pools of a topology that are not there yet."""
    return [
        Pool(text(one, "name"), None, (), number(one, "replicas"))
        for kind in ("machineDeployments", "machinePools")
        for one in items(dig(cluster, "spec", "topology", "workers"), kind)
        if text(one, "name") not in known and text(one, "name")
    ]


def _unready(machine: Manifest) -> Cause:
    """Return what a Machine says of itself in sum, where nothing below it says more."""
    told = summary_of(machine)
    reason, message = (told.reason, told.message) if told else ("", "")
    since = told.since if told else None
    return Cause(Ref.of(machine), "Ready", reason, message, since, waiting=True)
