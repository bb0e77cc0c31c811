"""Have pods share the devices of a node, as a configuration of the device plugin says."""

import difflib
from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from typing import ClassVar, cast

from pydantic import Field

from clusterwright.tools.errors import InvalidInputError, NotFoundError, RefusedError
from clusterwright.tools.field_path import MISSING, put
from clusterwright.tools.gpu.changes.advertised import advertised, in_words
from clusterwright.tools.gpu.changes.clients import clients_on, named
from clusterwright.tools.gpu.changes.config_file import ConfigFile
from clusterwright.tools.gpu.changes.node_change import (
    LABEL_VALUE,
    NodeChange,
    known_of,
)
from clusterwright.tools.gpu.changes.sharing_config import LABEL, MPS, Sharing, sharing_of
from clusterwright.tools.gpu.changes.standing import require_at_rest
from clusterwright.tools.gpu.estate import Estate
from clusterwright.tools.gpu.node import GpuNode
from clusterwright.tools.gpu.vendor import counted
from clusterwright.tools.kubernetes.changes.patch import patched
from clusterwright.tools.kubernetes.changes.step import (
    Check,
    Failed,
    Met,
    Pending,
    Scene,
    Step,
    Verdict,
)
from clusterwright.tools.manifest import Manifest, labels_of, text
from clusterwright.tools.quotation import word
from clusterwright.tools.ref import Ref
from clusterwright.tools.trust.risk import Risk

_REPLICAS, _GPU = "nvidia.com/gpu.replicas", "nvidia.com/gpu"
_SECONDS = 600


class SetSharing(NodeChange):
    """Have the device plugin of the node use a configuration; an empty one: its default."""

    kind: ClassVar[str] = "set_sharing"
    config: str = Field(default="", max_length=63, pattern=LABEL_VALUE)

    def steps(self, scene: Scene) -> tuple[Step, ...]:
        """Return one label.

        Raises InvalidInputError for a configuration that there is not, RefusedError where nothing
        would read the label.
        """
        estate, node = self.gpus(scene)
        before = self.live(scene)
        if "device-plugin" not in estate.operand_pods(self.node):
            raise RefusedError(
                f"no device plugin of NVIDIA runs on {self.ref}, so that nobody reads its label",
                hint="gpu_describe_node tells what keeps it away",
            )
        require_at_rest(node)
        sharing = self._sharing(known_of(scene, self.ref).sharing)
        value = self.config or MISSING
        wanted = cast("Manifest", put(before, ("metadata", "labels", LABEL), value))
        found = patched(self.ref, before, wanted)
        if found is None:
            return ()
        say = (
            f"use {self.config} for the device plugin of {self.ref}"
            if self.config
            else f"use the default for the device plugin of {self.ref}"
        )
        return (
            replace(
                found,
                say=say,
                checks=(self._proof(node, sharing),),
                risks=tuple(_risks(self.ref, estate, node, sharing)),
                notes=tuple(_notes(sharing)),
                rests_on=[sharing.line(), sharing.renamed],
                back={"advertised": dict(counts)} if (counts := advertised(before)) else None,
            ),
        )

    def proofs(self, scene: Scene) -> tuple[Check, ...]:
        """Return what proves it, for a run that was cut short after the label."""
        _, node = self.gpus(scene)
        return (self._proof(node, self._sharing(known_of(scene, self.ref).sharing)),)

    def _sharing(self, where: ConfigFile | None) -> Sharing:
        """Return what the configuration says of sharing."""
        if where is None:
            raise RefusedError(
                "the device plugin of this cluster reads no ConfigMap, so that nobody reads the"
                " label of a node",
                hint="name one in spec.devicePlugin.config.name of the ClusterPolicy",
            )
        if where.data is None:
            raise NotFoundError(
                f"there is no {where.ref}, which the ClusterPolicy names for the device plugin",
                hint="make it, with a key for each configuration",
            )
        key = self.config or where.default
        if key and key not in where.data:
            near = difflib.get_close_matches(key, list(where.data), n=3, cutoff=0.4)
            known = near or list(where.data)[:12]
            raise InvalidInputError(
                f"{where.ref} has no configuration {key[:80]!r}",
                hint=f"it has {len(where.data)}: {', '.join(map(word, known))}",
            )
        if not key:
            return Sharing()
        return sharing_of(text(where.data, key), f"{where.ref}, {key},")

    def _proof(self, node: GpuNode, sharing: Sharing) -> Check:
        say = f"{self.ref} advertises {sharing.line()}"
        judge = partial(_shares, sharing, self.config, _devices(node))
        return Check(say, self.ref, judge, seconds=_SECONDS)


def _devices(node: GpuNode) -> dict[str, int]:
    """Return how many devices there are of each resource, where that is known.

    A count of whole GPUs is by discovery, as what is advertised may be shared already.
    """
    whole = node.count if not node.mig_capable or node.mig_config in {"", "all-disabled"} else None
    return {_GPU: whole} if whole else {}


def _shares(
    sharing: Sharing,
    config: str,
    devices: dict[str, int],
    found: Manifest | None,
    _listed: Sequence[Manifest],
) -> Verdict:
    if found is None:
        return Failed("the node does not exist any more")
    labels = labels_of(found)
    if labels.get(LABEL, "") != config:
        return Failed(f"somebody asks for {word(labels.get(LABEL, '') or 'none')}")
    counts = counted(found, "allocatable")
    for resource in {**devices, **sharing.shared}:
        each = sharing.shared.get(resource, 1)
        here = counts.get(sharing.advertised(resource), 0)
        known = devices.get(resource)
        right = here == known * each if known else here > 0 and here % each == 0
        if not right:
            many = str(known * each) if known else f"a multiple of {each}"
            name = sharing.advertised(resource)
            return Pending(f"{here} {name} are advertised, not {many}")
    replicas = labels.get(_REPLICAS)
    wanted = sharing.shared.get(_GPU, 1)
    if _GPU in devices and replicas is not None and replicas != str(wanted):
        return Pending(f"{_REPLICAS} is {word(replicas)}, not {wanted}")
    return Met(f"{in_words(counts) or 'nothing'} advertised")


def _risks(ref: Ref, estate: Estate, node: GpuNode, sharing: Sharing) -> list[tuple[Risk, str]]:
    found = [(Risk.LOW, f"the device plugin of {ref} starts anew: no pod gets a device meanwhile")]
    clients = clients_on(estate, ref.name)
    if not clients:
        return found
    used = sum(node.requested.values())
    most = (node.count or 0) * max([1, *sharing.shared.values()])
    if used > most > 0:
        found.append((Risk.HIGH, f"{used} are in use and there would be {most}: {named(clients)}"))
    elif MPS in {sharing.strategy, node.sharing}:
        found.append((Risk.HIGH, f"under MPS pods that run lose their server: {named(clients)}"))
    else:
        found.append((Risk.MEDIUM, f"pods that run keep their devices, shared: {named(clients)}"))
    return found


def _notes(sharing: Sharing) -> list[str]:
    if not sharing.shared:
        return []
    notes = ["pods that share a device by time-slicing share its memory and its faults"]
    if sharing.strategy == MPS:
        notes = ["under MPS each pod has its part of the memory; a fault of one ends all"]
    if sharing.renamed:
        names = ", ".join(sharing.advertised(one) for one in sharing.shared)
        notes.append(f"advertised as {names}: pods have to ask for that")
    return notes
