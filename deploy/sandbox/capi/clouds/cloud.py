"""What a simulated cloud is: its kinds, the steps that it tells, and why it refuses.

Each cloud is served with the names and the contract of the original provider, and tells of an
error where and how the original does, so that what a tool learns here holds there; behind all of
them stands the same simulated hardware. What one of them is asked for, and what surrounds it, is
all that decides: nobody writes a status by hand.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Literal
from uuid import UUID

from clusterwright.deploy.sandbox.capi.clouds.hardware import Size
from clusterwright.deploy.sandbox.capi.definition import Kind
from clusterwright.tools.manifest import Manifest, name_of, namespace_of, text

REVOKED = "revoked"
"""A credential that has this word in it is one that the cloud rejects; it accepts all others."""
Find = Callable[[str, str, str, str], Manifest]
"""Looks up an object by apiVersion, kind, namespace and name; an empty one where there is none."""


@dataclass(frozen=True, slots=True)
class Step:
    """A condition of the original, in the order in which its controller comes to it."""

    type: str
    reason: str = ""
    """What it says when met; nothing in the contract v1beta1."""


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why a cloud does not make, or does not give up, something."""

    step: str
    """The condition that is not met. Empty: the original tells it in no condition."""
    reason: str
    message: str
    severity: Literal["Error", "Warning", "Info"] = "Error"
    status: Literal["False", "Unknown"] = "False"
    event: tuple[str, str] = ("", "")
    """Reason and message of the Warning that the original records; empty: it records none."""
    fields: Manifest = field(default_factory=dict[str, object])
    """What else the original writes into the status."""
    also: tuple["Refusal", ...] = ()
    """Further conditions that are not met for the same reason."""


@dataclass(frozen=True, slots=True)
class Asked:
    """What is asked of a cloud, and what surrounds it."""

    cluster: Manifest
    """The infrastructure object of the Cluster."""
    find: Find
    used: Mapping[str, int] = field(default_factory=dict[str, int])
    """How much of each quota of the region is in use."""
    machine: Manifest = field(default_factory=dict[str, object])
    """The infrastructure object of the Machine; empty when a cluster is asked for."""
    hosts: Sequence[Manifest] = ()
    """BareMetalHosts of the namespace."""

    @property
    def namespace(self) -> str:
        """Where the objects are."""
        return namespace_of(self.cluster)

    @property
    def name(self) -> str:
        """The name of the machine."""
        return name_of(self.machine)

    @property
    def id(self) -> str:
        """The uid of the machine, from which made-up numbers of the cloud are derived."""
        return text(self.machine, "metadata", "uid")


def made_up(asked: Asked, digits: int) -> str:
    """Return hexadecimal digits, always the same for a machine, or for its cluster."""
    return sha256((asked.id or text(asked.cluster, "metadata", "uid")).encode()).hexdigest()[
        :digits
    ]


def uuid_of(asked: Asked) -> str:
    """Return a made-up UUID of a machine, or of its cluster."""
    return str(UUID(made_up(asked, 32)))


def never(_asked: Asked) -> Refusal | None:
    """Refuse nothing."""
    return None


def keep_nothing(_asked: Asked, _left: Sequence[str]) -> Refusal | None:
    """Give up everything, whatever load balancers are left."""
    return None


@dataclass(frozen=True, slots=True)
class Cloud:
    """One infrastructure provider."""

    name: str
    imitates: str
    """The original, whose names and words are used; empty for the sandbox's own."""
    cluster: Kind
    machine: Kind
    cluster_steps: Sequence[Step]
    machine_steps: Sequence[Step]
    region_of: Callable[[Asked], str]
    size_of: Callable[[Asked], Size]
    """The hardware of a machine that is not refused."""
    provider_id: Callable[[Asked], str]
    waits: tuple[str, str]
    """The reasons of a machine that waits for the cluster's infrastructure, for bootstrap data."""
    waits_for_endpoint: str = ""
    """The reason of the last step while the control plane does not answer; empty: none is told."""
    ready: Literal["same", "summary", "own", "none"] = "same"
    """What Ready tells of a failing step: the same, a summary of it, only what the refusal says of
    Ready itself; or there is no Ready at all."""
    needs_of: Callable[[Asked], Mapping[str, int]] = lambda _: {}
    """What a machine uses up of which quota of its region."""
    cluster_needs: Mapping[str, int] = field(default_factory=dict[str, int])
    refuses_cluster: Callable[[Asked], Refusal | None] = never
    refuses_machine: Callable[[Asked], Refusal | None] = never
    refuses_deletion: Callable[[Asked, Sequence[str]], Refusal | None] = keep_nothing
    """Why a cluster's infrastructure stays while load balancers of its Services are left."""
    bootstrap_failed: Callable[[Asked], Refusal | None] = never
    """What the infrastructure tells of a machine whose bootstrap failed; most see nothing."""
    balances: bool = False
    """Whether Services of type LoadBalancer get a load balancer."""
    takes_hosts: bool = False
    """Whether machines are BareMetalHosts."""
    others: Sequence[Kind] = ()
    """Its further kinds: identities, hosts."""
