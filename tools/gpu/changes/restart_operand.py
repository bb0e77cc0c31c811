"""Restart one operand of a GPU operator on one node: its pod is deleted, and made anew."""

from typing import ClassVar

from pydantic import Field

from clusterwright.tools.errors import InvalidInputError, NotFoundError
from clusterwright.tools.excerpt import one_line
from clusterwright.tools.gpu.changes import mig_proof
from clusterwright.tools.gpu.changes.clients import clients_on, named
from clusterwright.tools.gpu.changes.emptied import Emptied, require_unused, waiting
from clusterwright.tools.gpu.changes.mig_again import applied_again, attempt
from clusterwright.tools.gpu.changes.node_change import NodeChange, estate_in
from clusterwright.tools.gpu.changes.operand_proof import SECONDS, advertises, follows, renewed
from clusterwright.tools.gpu.changes.wait import OPERAND_READY
from clusterwright.tools.gpu.estate import Estate
from clusterwright.tools.kubernetes.changes.step import Check, Scene, Step
from clusterwright.tools.kubernetes.changes.write import Verb, Write
from clusterwright.tools.manifest import Manifest, instant, items, mapping, text
from clusterwright.tools.quotation import word
from clusterwright.tools.ref import Ref, owner_of
from clusterwright.tools.trust.risk import Risk

_BENEATH = frozenset({"driver", "vgpu-manager"})
"""Operands without which who uses a device loses it."""
_RISKS = {
    "driver": "no pod gets a device of the node until it and its followers are back",
    "vgpu-manager": "no virtual machine has a vGPU of the node until it is back",
    "toolkit": "the container runtime may be restarted by it",
    "device-plugin": "no pod gets a device of the node until it is back",
    "mig-manager": "it carries the node's MIG layout out again, which fails while GPUs are in use",
}


class RestartOperand(NodeChange):
    """Restart the operand."""

    kind: ClassVar[str] = "restart_operand"
    resumes: ClassVar[bool] = True
    operand: str = Field(min_length=1, max_length=63)
    evict: bool = False
    delete_local_data: bool = False

    def steps(self, scene: Scene) -> tuple[Step, ...]:
        """Return one deletion; where GPU clients are moved first, what comes before and after it.

        Raises RefusedError for a driver that is in use.
        """
        estate, _ = self.gpus(scene)
        live = self.live(scene)
        clients = clients_on(estate, self.node)
        emptied = Emptied(scene, estate, live, clients, self.delete_local_data)
        pod = self._pod(estate, held=emptied.held)
        made = instant(pod, "metadata", "creationTimestamp")
        is_new = not pod or (made is not None and made >= scene.stamp)  # it is there already
        layout = self._layout(live, scene)
        restart = () if is_new else self._restart(estate, pod, named(clients), layout)
        if not self.evict:
            if self.operand in _BENEATH:
                require_unused(self.ref, estate, clients)
            return restart
        daemonset = self._daemonset(estate)
        say = f"wait until the {self.operand} of {self.ref} is ready"
        uid = "" if is_new else text(pod, "metadata", "uid")
        body: Manifest = {"daemonset": daemonset.name, "uid": uid, "layout": layout}
        node, seconds = emptied.cordoned, mig_proof.SECONDS if layout else SECONDS
        return (
            *emptied.before(),
            *restart,
            waiting(say, self.ref, node, OPERAND_READY, seconds, **body),
            *emptied.after(node),
        )

    def proofs(self, scene: Scene) -> tuple[Check, ...]:
        """Return that the operand works, for a run that was cut short after the deletion."""
        return self._proofs(estate_in(scene), "", self._layout(self.live(scene), scene))

    def _layout(self, live: Manifest, scene: Scene) -> Manifest:
        """Return the layout that the operand is to carry out again; empty for any other operand."""
        return attempt(live, scene.stamp) if self.operand == "mig-manager" else {}

    def _restart(
        self, estate: Estate, pod: Manifest, clients: str, layout: Manifest
    ) -> tuple[Step, ...]:
        ref, uid = Ref.of(pod), text(pod, "metadata", "uid")
        risk = (Risk.LOW, f"{self.operand} is away for a moment")
        if self.operand in _RISKS:
            by = f"; in use by {clients}" if clients and not self.evict else ""
            risk = (Risk.MEDIUM, f"{_RISKS[self.operand]}{by}")
        return (
            Step(
                say=f"delete {ref}, the {self.operand} of {self.ref}",
                write=Write(Verb.DELETE, ref, {"propagationPolicy": "Background"}, uid=uid),
                before=pod,
                checks=self._proofs(estate, uid, layout),
                irreversible="a pod does not come back; its DaemonSet makes another",
                at_stake=Risk.LOW,
                remade=self.evict,
                risks=(risk,),
                notes=tuple(_newer(estate, pod)),
            ),
        )

    def _pod(self, estate: Estate, *, held: bool) -> Manifest:
        """Return the operand's pod; an empty one where a run of this plan has just deleted it."""
        found = estate.operand_pods(self.node)
        if self.operand in found:
            return found[self.operand]
        if any(one.name == self.operand for one in estate.operands.values()):
            if held:
                return {}
            raise NotFoundError(
                f"no pod of {self.operand} is on {self.ref}: there is nothing to restart",
                hint="gpu_describe_node tells what keeps it away, most often a deploy label or a"
                " taint",
            )
        there = ", ".join(sorted(found)) or "none"
        raise InvalidInputError(
            f"there is no operand {word(one_line(self.operand, 60))} here",
            hint=f"operands on {self.ref}: {there}",
        )

    def _daemonset(self, estate: Estate) -> Ref:
        pod = estate.operand_pods(self.node).get(self.operand, {})
        owner, node = owner_of(pod), estate.node(self.node)
        if owner is not None:
            return owner
        named = [
            (node is not None and one.vendor is node.vendor, ref)
            for ref, one in estate.operands.items()
            if one.name == self.operand
        ]
        return max(named)[1]

    def _proofs(self, estate: Estate, uid: str, layout: Manifest) -> tuple[Check, ...]:
        checks = [renewed(self._daemonset(estate), self.ref, uid)]
        for pod in estate.operand_pods(self.node).values():
            ref = owner_of(pod)
            one = estate.operands.get(ref) if ref else None
            if ref and one and self.operand in one.waits_for:
                checks.append(follows(one.name, ref, self.ref))
        if self.operand in {"driver", "toolkit", "device-plugin"}:
            checks.append(advertises(self.ref))
        if layout:
            checks.append(applied_again(self.ref, layout))
        return tuple(checks)


def _newer(estate: Estate, pod: Manifest) -> list[str]:
    """Return what is otherwise with the pod that comes, where a DaemonSet updates on deletion."""
    owner = owner_of(pod)
    template = mapping((estate.get(owner) if owner else None) or {}, "spec", "template")
    old, new = _images(pod), _images(template)
    return [
        f"the new pod is of a newer template: image {word(old[name])} becomes {word(new[name])}"
        for name in old
        if new.get(name, old[name]) != old[name]
    ]


def _images(pod: Manifest) -> dict[str, str]:
    listed = [*items(pod, "spec", "initContainers"), *items(pod, "spec", "containers")]
    return {text(one, "name"): text(one, "image") for one in listed}
