"""Take a node with a bad GPU out of service, and back: the kinds of Kubernetes, told for GPUs."""

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, ClassVar

from clusterwright.tools.gpu.changes.advertised import in_words
from clusterwright.tools.gpu.changes.clients import clients_on, named
from clusterwright.tools.gpu.changes.node_change import NodeChange
from clusterwright.tools.gpu.changes.place import Place, where_to, with_moved
from clusterwright.tools.gpu.estate import Estate, asked_of
from clusterwright.tools.kubernetes.changes import cordon, drain
from clusterwright.tools.kubernetes.changes.step import Scene, Step
from clusterwright.tools.kubernetes.changes.write import Verb
from clusterwright.tools.manifest import Manifest
from clusterwright.tools.trust.risk import Risk

if TYPE_CHECKING:
    from clusterwright.tools.ref import Ref

_PLACED, _LEAST_PLACED = 8_000, 4
"""Nodes looked at for all pods together, and pods for which they are in any case."""
_UNKNOWN = Place("where it could go was not worked out: gpu_explain_fit tells it")
Risks = tuple[tuple[Risk, str], ...]


class Cordon(NodeChange):
    """Let the node take no new pods."""

    kind: ClassVar[str] = "cordon"

    def steps(self, scene: Scene) -> tuple[Step, ...]:
        """Return the step, with who goes on using the node's GPUs."""
        estate, node = self.gpus(scene)
        clients = clients_on(estate, self.node)
        stay = (
            f"who has GPUs here goes on: {named(clients)}" if clients else "nobody has a GPU here"
        )
        idle = in_words(node.free)
        notes = (stay, *((f"free, and for nobody any more: {idle}",) if idle else ()))
        made = cordon.Cordon(object=self.ref).steps(scene)
        say = f"cordon {self.ref}"
        return tuple(replace(one, say=say, notes=(*one.notes, *notes)) for one in made)


class Uncordon(NodeChange):
    """Let the node take pods again."""

    kind: ClassVar[str] = "uncordon"

    def steps(self, scene: Scene) -> tuple[Step, ...]:
        """Return the step."""
        self.gpus(scene)
        made = cordon.Uncordon(object=self.ref).steps(scene)
        return tuple(replace(one, say=f"uncordon {self.ref}") for one in made)


class Drain(NodeChange):
    """Empty the node, of all that runs on it and not of GPU clients alone."""

    kind: ClassVar[str] = "drain"
    resumes: ClassVar[bool] = True
    delete_local_data: bool = False

    def steps(self, scene: Scene) -> tuple[Step, ...]:
        """Return a cordon and evictions, each with where its pod could go.

        Raises RefusedError as a drain of Kubernetes does.
        """
        estate, _ = self.gpus(scene)
        steps = drain.Drain(object=self.ref, delete_local_data=self.delete_local_data).steps(scene)
        return tuple(told(estate, steps))


def told(estate: Estate, steps: Sequence[Step]) -> list[Step]:
    """Return evictions with where their pods could go, and what is lost where that is nowhere.

    A place that a pod with accelerators could take is not there for the next one. In a large
    cluster places are worked out for some pods only, those with accelerators first.
    """
    ended = [one for one in steps if one.write.verb is Verb.EVICT and one.before is not None]
    ended.sort(key=lambda one: not asked_of(one.before or {}))
    judged = max(_LEAST_PLACED, _PLACED // max(1, len(estate.of_kind("Node"))))
    found: dict[Ref, Step] = {}
    for step in ended[:judged]:
        pod = step.before or {}
        place = where_to(estate, pod)
        found[step.ref] = _told(step, pod, place)
        if place.nodes and asked_of(pod):
            estate = with_moved(estate, pod, place.nodes[0])
    for step in ended[judged:]:
        found[step.ref] = _told(step, step.before or {}, _UNKNOWN)
    return [found.get(one.ref, one) for one in steps]


def _told(step: Step, pod: Manifest, place: Place) -> Step:
    devices = in_words(asked_of(pod))
    risks: Risks = ((Risk.MEDIUM, f"{step.ref} loses {devices}"),) if devices else ()
    if place.nowhere:
        risks = ((Risk.HIGH, f"{step.ref} would run nowhere: {place.say}"),)
    return replace(step, notes=(*step.notes, place.say), risks=(*(step.risks or ()), *risks))
