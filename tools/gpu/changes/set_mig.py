"""Split the GPUs of a node by MIG: a label that its MIG manager carries out."""

from collections.abc import Mapping
from dataclasses import replace
from typing import ClassVar, cast

from pydantic import Field

from clusterwright.tools.errors import NotFoundError, RefusedError
from clusterwright.tools.excerpt import few
from clusterwright.tools.field_path import put
from clusterwright.tools.gpu.changes import mig_proof
from clusterwright.tools.gpu.changes.clients import clients_on
from clusterwright.tools.gpu.changes.emptied import Emptied, require_unused, waiting
from clusterwright.tools.gpu.changes.mig_layout import (
    GPU,
    KEY,
    NodeLayout,
    check_fits,
    layout_of,
    layouts,
    no_mig,
)
from clusterwright.tools.gpu.changes.mig_proof import CONFIG
from clusterwright.tools.gpu.changes.node_change import LABEL_VALUE, NodeChange, known_of, policy_of
from clusterwright.tools.gpu.changes.sharing_config import LABEL as SHARING
from clusterwright.tools.gpu.changes.standing import require_at_rest
from clusterwright.tools.gpu.changes.unasked import onlookers
from clusterwright.tools.gpu.changes.wait import MIG_DONE
from clusterwright.tools.gpu.estate import CLUSTER_POLICY, Estate
from clusterwright.tools.gpu.hardware.products import find
from clusterwright.tools.gpu.node import GpuNode
from clusterwright.tools.kubernetes.changes.patch import patched
from clusterwright.tools.kubernetes.changes.step import Check, Scene, Step
from clusterwright.tools.manifest import Json, Manifest, items, text
from clusterwright.tools.quotation import word
from clusterwright.tools.trust.risk import Risk

_UNDER_WAY = frozenset({"pending", "rebooting"})


class SetMig(NodeChange):
    """Have the node's GPUs split as a layout says."""

    kind: ClassVar[str] = "set_mig"
    resumes: ClassVar[bool] = True
    config: str = Field(min_length=1, max_length=63, pattern=LABEL_VALUE)
    evict: bool = False
    delete_local_data: bool = False

    def steps(self, scene: Scene) -> tuple[Step, ...]:
        """Return the label; where GPU clients are moved first, what comes before and after it.

        Raises RefusedError for what the MIG manager could not carry out, InvalidInputError for a
        layout that there is not.
        """
        estate, node = self.gpus(scene)
        live = self.live(scene)
        self._check(estate, node)
        found = self._layout(scene, estate, node)
        clients = clients_on(estate, self.node)
        emptied = Emptied(scene, estate, live, clients, self.delete_local_data)
        if node.mig_config == self.config and not emptied.held:
            self._check_tried(node)
            return ()
        if not self.evict:
            require_unused(self.ref, estate, clients)
            return self._label(scene, estate, node, found, live)
        wanted = _labelled(emptied.cordoned, self.config)
        asked = node.mig_config == self.config  # by a run of this plan, of which a state may be
        expected = self._expected(estate, node, found, None if asked else live)
        say = f"wait until the MIG manager of {self.ref} is done"
        return (
            *emptied.before(),
            *self._label(scene, estate, node, found, emptied.cordoned),
            waiting(say, self.ref, wanted, MIG_DONE, mig_proof.SECONDS, expected=expected),
            *emptied.after(wanted),
        )

    def proofs(self, scene: Scene) -> tuple[Check, ...]:
        """Return what proves the layout, for a run that was cut short after the label."""
        estate, node = self.gpus(scene)
        if node.mig_config != self.config:
            return ()
        found = self._layout(scene, estate, node)
        return (mig_proof.proof(self.ref, self._expected(estate, node, found, None)),)

    def _label(
        self, scene: Scene, estate: Estate, node: GpuNode, found: NodeLayout, before: Manifest
    ) -> tuple[Step, ...]:
        step = patched(self.ref, before, _labelled(before, self.config))
        if step is None:
            return ()
        expected = self._expected(estate, node, found, self.live(scene))
        return (
            replace(
                step,
                say=f"ask for MIG layout {self.config} on {self.ref}",
                checks=(mig_proof.proof(self.ref, expected),),
                follows=self.evict,
                risks=tuple(self._risks(estate, expected)),
                notes=tuple(self._notes(node, found, expected)),
                rests_on=[node.product, repr(found), _strategy(estate, node)],
                back=self._back(node) or None,
            ),
        )

    def _back(self, node: GpuNode) -> Manifest:
        """Return what the way back has to know; what is shared is for other settings to say."""
        found = mig_proof.in_force(node.manifest)
        return {"layout": found["layout"]} if found and _shared(node) else found

    def _expected(
        self, estate: Estate, node: GpuNode, found: NodeLayout, before: Manifest | None
    ) -> Manifest:
        gpus, strategy = _gpus(node), _strategy(estate, node)
        return mig_proof.expectation(found, gpus, strategy, before, shared=_shared(node))

    def _check(self, estate: Estate, node: GpuNode) -> None:
        """Raise RefusedError for a node on which no MIG manager would carry a layout out."""
        product = find(node.product)
        if product is not None and not product.mig:
            raise no_mig(product.name, node.vendor)
        if node.labels.get("nvidia.com/mig.capable") == "false":
            raise no_mig(word(node.model) or f"what {self.ref} has")
        if "mig-manager" not in estate.operand_pods(self.node):
            raise RefusedError(
                f"no MIG manager runs on {self.ref}, so that nobody would carry the layout out",
                hint="gpu_describe_node tells what keeps it away: migManager.enabled of the"
                " ClusterPolicy, or the node's labels gpu.deploy.mig-manager and mig.capable",
            )
        if _strategy(estate, node) == "none":
            raise RefusedError(
                "the ClusterPolicy has mig.strategy none: MIG devices would not be advertised",
                hint="set spec.mig.strategy to single or mixed where the ClusterPolicy comes from",
            )
        require_at_rest(node)
        if node.mig_state in _UNDER_WAY and node.mig_config != self.config:
            raise RefusedError(
                f"the MIG manager of {self.ref} is at layout {word(node.mig_config)}:"
                f" {node.mig_state}",
                hint="wait until it is done; gpu_describe_node tells how far it is",
            )

    def _check_tried(self, node: GpuNode) -> None:
        if node.mig_state == "failed":
            raise RefusedError(
                f"{self.ref} asks for {self.config} already, and its MIG manager failed at it",
                hint="see the log of its mig-manager pod; restart_operand mig-manager lets it try"
                " again, once nobody uses the GPUs",
            )

    def _layout(self, scene: Scene, estate: Estate, node: GpuNode) -> NodeLayout:
        where = known_of(scene, self.ref).mig
        content = text(where.data, KEY) if where and where.data else ""
        if where is None or not content:
            raise NotFoundError(
                f"there is no {where.ref if where else 'ConfigMap with MIG layouts'} with"
                f" {KEY}: nothing tells which MIG layouts there are",
                hint="spec.migManager.config.name of the ClusterPolicy names it",
            )
        product = find(node.product)
        found = layout_of(layouts(content, str(where.ref)), self.config, product)
        if product is not None:
            check_fits(found, product)
        if _strategy(estate, node) == "single" and not found.uniform:
            raise RefusedError(
                f"MIG layout {self.config} has devices of several kinds, which strategy single"
                " cannot advertise",
                hint="choose a layout of one profile, or strategy mixed in the ClusterPolicy",
            )
        return found

    def _risks(self, estate: Estate, expected: Manifest) -> list[tuple[Risk, str]]:
        found = [(Risk.MEDIUM, f"no pod gets a GPU of {self.ref} until its MIG manager is done")]
        if not any(expected["resources"].values()):
            found.append((Risk.HIGH, f"{self.ref} has no device for any pod by this layout"))
        if _may_reboot(estate):
            found.append((Risk.HIGH, f"{self.ref} may be rebooted, with all that runs on it"))
        elif estate.unread(CLUSTER_POLICY):
            unknown = "the ClusterPolicy could not be read, and may have the node rebooted for it"
            found.append((Risk.HIGH, unknown))
        if holds := onlookers(estate, self.node):
            named = few(list(map(str, holds)), 3)
            found.append((Risk.MEDIUM, f"the layout fails if these have its GPUs open: {named}"))
        return found

    def _notes(self, node: GpuNode, found: NodeLayout, expected: Mapping[str, Json]) -> list[str]:
        now = _told(node.allocatable)
        will = _told(cast("Mapping[str, int]", expected["resources"]))
        each = "" if expected["exact"] else " for each GPU"
        notes = [f"advertised now: {now}; then: {will}{each}"]
        if find(node.product) is None:
            unknown = word(node.product) or "without a label of its product"
            notes.append(f"the node is {unknown}: whether it can be split so is not known here")
        if node.mig_state == "failed":
            notes.append(f"the layout before, {word(node.mig_config)}, failed")
        return notes


def _labelled(node: Manifest, config: str) -> Manifest:
    return cast("Manifest", put(node, ("metadata", "labels", CONFIG), config))


def _strategy(estate: Estate, node: GpuNode) -> str:
    """Return how MIG devices are advertised, as the oldest ClusterPolicy or the node says."""
    policy = policy_of(estate)
    return text(policy, "spec", "mig", "strategy") or node.mig_strategy or "single"


def _shared(node: GpuNode) -> bool:
    return node.replicas > 1 or bool(node.labels.get(SHARING))


def _gpus(node: GpuNode) -> int | None:
    """Return how many GPUs a node has; None where it is split, and the count may be of parts."""
    split = any(n for key, n in node.capacity.items() if key.startswith("nvidia.com/mig-"))
    if split or "-MIG-" in node.product or node.mig_config not in {"", "all-disabled"}:
        return None
    return node.count or (node.capacity.get(GPU, 0) // node.replicas) or None


def _may_reboot(estate: Estate) -> bool:
    env = items(policy_of(estate), "spec", "migManager", "env")
    return any((text(one, "name"), text(one, "value")) == ("WITH_REBOOT", "true") for one in env)


def _told(counts: Mapping[str, int]) -> str:
    return ", ".join(f"{count} {word(key)}" for key, count in counts.items() if count) or "nothing"
