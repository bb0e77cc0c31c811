"""What changes of one node have in common: the node, and all that is known around it."""

import re
from dataclasses import dataclass, field
from typing import ClassVar

from pydantic import field_validator

from clusterwright.tools.errors import InvalidInputError, RefusedError
from clusterwright.tools.gpu.changes.config_file import ConfigFile
from clusterwright.tools.gpu.estate import Estate, estate_of
from clusterwright.tools.gpu.node import GpuNode
from clusterwright.tools.kubernetes.changes.kind import Change, existing
from clusterwright.tools.kubernetes.changes.step import Scene
from clusterwright.tools.kubernetes.changes.workloads import AROUND
from clusterwright.tools.manifest import Manifest
from clusterwright.tools.ref import Ref

LABEL_VALUE = r"\A(?:[A-Za-z0-9](?:[A-Za-z0-9_.-]*[A-Za-z0-9])?)?\z"
"""What the API server takes as the value of a label (k8s.io/apimachinery, validation.go)."""
_NAME = re.compile(r"[a-z0-9]([a-z0-9.-]{0,251}[a-z0-9])?\Z")
_PREFIX = "Node/"
_NEEDED = ("Pod", "Node", "DaemonSet")


@dataclass(frozen=True)
class Known:
    """What the survey read for one node beside the scene."""

    mig: ConfigFile | None = None
    """MIG layouts by name."""
    sharing: ConfigFile | None = None
    """Configurations of the device plugin; None where it reads none."""
    partitions: ConfigFile | None = field(default=None)
    """AMD's profiles of partitions."""


class NodeChange(Change):
    """A change of one node."""

    around: ClassVar[tuple[str, ...]] = (*AROUND, "Node", "ResourceClaim")
    node: str

    @field_validator("node")
    @classmethod
    def _named(cls, given: str) -> str:
        name = given.removeprefix(_PREFIX)
        if not _NAME.match(name):
            raise ValueError("that is no name of a node")  # as pydantic reports it
        return name

    @property
    def ref(self) -> Ref:
        """The node."""
        return Ref("Node", self.node)

    @property
    def targets(self) -> tuple[Ref, ...]:
        """The node."""
        return (self.ref,)

    def live(self, scene: Scene) -> Manifest:
        """Return the node with its managedFields; raise NotFoundError."""
        return existing(scene, self.ref, "gpu_inventory lists the nodes with accelerators")

    def gpus(self, scene: Scene) -> tuple[Estate, GpuNode]:
        """Return the node among all others; raise InvalidInputError for one without accelerators.

        Raises RefusedError where it could not be read what is on the nodes.
        """
        self.live(scene)
        estate = estate_in(scene)
        found = estate.node(self.node)
        if found is None:
            others = ", ".join(one.ref.name for one in estate.nodes[:5]) or "none"
            raise InvalidInputError(
                f"{self.ref} has no accelerators, nor a label that says it should",
                hint=f"nodes that have: {others}; gpu_inventory lists them all",
            )
        return estate, found


def estate_in(scene: Scene) -> Estate:
    """Return the accelerators of a scene; raise RefusedError where it does not hold all there is.

    A pod that could not be read may have a GPU: what rests on nobody having one is not begun.
    """
    missed = [kind for kind in _NEEDED if not scene.around.was_read(kind)]
    if missed:
        raise RefusedError(
            f"{', '.join(missed)} of all namespaces could not be read, so that nobody knows who"
            " uses the GPUs of a node",
            hint=f"grant `list` on {', '.join(missed)} in the whole cluster",
        )
    return scene.around.derived(estate_of)


def policy_of(estate: Estate) -> Manifest:
    """Return the ClusterPolicy that counts; an empty one where there is none."""
    return estate.policy


def known_of(scene: Scene, ref: Ref) -> Known:
    """Return what the survey read for a node."""
    found = scene.prepared.get(ref)
    return found if isinstance(found, Known) else Known()
