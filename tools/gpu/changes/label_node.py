"""Set or remove one of the labels by which GPU operators place operands, or read wishes."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import partial
from typing import ClassVar, cast

import orjson
from pydantic import Field

from clusterwright.tools.errors import InvalidInputError, RefusedError
from clusterwright.tools.excerpt import few
from clusterwright.tools.field_path import MISSING, put
from clusterwright.tools.gpu.changes.clients import clients_on, named
from clusterwright.tools.gpu.changes.config_file import ConfigFile
from clusterwright.tools.gpu.changes.node_change import (
    LABEL_VALUE,
    NodeChange,
    known_of,
    policy_of,
)
from clusterwright.tools.gpu.changes.operand_proof import follows, gone
from clusterwright.tools.gpu.changes.whose_label import (
    PARTITION,
    SKIP,
    Wish,
    comes_anew,
    takes_away,
    wish_of,
)
from clusterwright.tools.gpu.estate import Estate
from clusterwright.tools.gpu.operands import DEPLOY, OPT_OUT
from clusterwright.tools.gpu.vendor import PRESENT, Vendor
from clusterwright.tools.gpu.workload import CONTAINER, PASSTHROUGH, VGPU, WORKLOAD
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
from clusterwright.tools.manifest import Manifest, dig, labels_of, mapping, strings, text, truth
from clusterwright.tools.quotation import word
from clusterwright.tools.ref import Ref
from clusterwright.tools.trust.risk import Risk

_STATE = f"{PARTITION}-state"
_FOLLOWS = {CONTAINER: "driver", PASSTHROUGH: "vfio-manager", VGPU: "vgpu-manager"}
"""The operand by whose deploy label one sees that the operator has followed a workload config."""
_RESTARTED = {"driver": "driver", "container-toolkit": "toolkit", "device-plugin": "device-plugin"}
"""What restart_operand calls those of which there is one to restart."""
_SECONDS = 900


class LabelNode(NodeChange):
    """Give the label a value; none: remove it."""

    kind: ClassVar[str] = "label_node"
    label: str = Field(min_length=1, max_length=317)
    value: str | None = Field(default=None, max_length=63, pattern=LABEL_VALUE)

    def steps(self, scene: Scene) -> tuple[Step, ...]:
        """Return one label.

        Raises RefusedError for one that somebody else writes, or that would take a device from a
        pod; InvalidInputError for a value that means nothing.
        """
        wish = wish_of(self.label)
        estate, _ = self.gpus(scene)
        before = self.live(scene)
        self._check(scene, estate, wish, before)
        value = MISSING if self.value is None else self.value
        wanted = cast("Manifest", put(before, ("metadata", "labels", self.label), value))
        found = patched(self.ref, before, wanted)
        if found is None:
            return ()
        what = "remove" if self.value is None else "set"
        to = "" if self.value is None else f" to {self.value}"
        return (
            replace(
                found,
                say=f"{what} {self.label}{to} on {self.ref}",
                checks=tuple(self._proofs(estate, wish)),
                passing=self.value is None and bool(wish.deploy),  # the operator sets it again
                risks=((self._risk(before), self._effect(wish, before)),),
            ),
        )

    def proofs(self, scene: Scene) -> tuple[Check, ...]:
        """Return what proves it, for a run that was cut short after the label."""
        estate, _ = self.gpus(scene)
        return tuple(self._proofs(estate, wish_of(self.label)))

    def _check(self, scene: Scene, estate: Estate, wish: Wish, node: Manifest) -> None:
        if self.value is not None and wish.values and self.value not in wish.values:
            raise InvalidInputError(
                f"{self.value[:80]!r} is no value of {self.label}",
                hint=f"it is {' or '.join(wish.values)}; left out, the label is removed",
            )
        if self.label == WORKLOAD:
            _check_virtual(estate)
        if self.label == PARTITION and self.value is not None:
            _check_partition(self.value, known_of(scene, self.ref).partitions)
        if labels_of(node).get(OPT_OUT) == "false" and wish.deploy not in {"", "operands"}:
            raise RefusedError(
                f"{OPT_OUT}=false keeps all operands from {self.ref}: this label would do nothing",
                hint=f"remove {OPT_OUT} first",
            )
        clients = clients_on(estate, self.node)
        if clients and self._takes_away(node):
            anew = "drain the node first, or wait until they end"
            if self._replaces(node) and wish.deploy in _RESTARTED:
                anew = (
                    f"restart_operand {_RESTARTED[wish.deploy]} does the same, and with"
                    " evict=true moves them first; or wait until they end"
                )
            raise RefusedError(
                f"GPUs of {self.ref} are in use, and would not work without: {named(clients)}",
                hint=anew,
            )

    def _replaces(self, node: Manifest) -> bool:
        return comes_anew(self.label, self.value, labels_of(node))

    def _takes_away(self, node: Manifest) -> bool:
        return takes_away(self.label, self.value, labels_of(node))

    def _proofs(self, estate: Estate, wish: Wish) -> list[Check]:
        if self.label == WORKLOAD and self.value is not None:
            return [self._labelled(f"{DEPLOY}{_FOLLOWS[self.value]}")]
        if self.label == PARTITION and self.value is not None:
            say = f"partitions of {self.ref} are as {self.value} says"
            return [Check(say, self.ref, _partitioned, seconds=_SECONDS)]
        if not wish.deploy:
            return []
        every = wish.deploy == "operands"
        if self.value == "false":
            placed = _placed_by(estate, DEPLOY if every else self.label)
            what = "operand" if every else f"pod of {wish.deploy}"
            return [gone(f"no {what} is left on {self.node}", placed, self.ref)]
        label = f"{DEPLOY}device-plugin" if every else self.label
        return [self._labelled(label), *self._come(estate, label)]

    def _come(self, estate: Estate, label: str) -> list[Check]:
        """Return the checks that what a label places is there; not for what other nodes lack too.

        An operand may need more than its deploy label, as MPS does (`nvidia.com/mps.capable`).
        """
        node = estate.node(self.node)
        labels = node.labels if node else dict[str, str]()
        placed = (ref for ref in _placed_by(estate, label) if estate.children(ref))
        here = (ref for ref in placed if _has_the_rest(labels, _selector(estate, ref)))
        return [follows(estate.operands[ref].name, ref, self.ref) for ref in here]

    def _labelled(self, label: str) -> Check:
        say = f"the operator has set {label} on {self.ref}"
        return Check(say, self.ref, partial(_is_true, label), seconds=_SECONDS)

    def _risk(self, node: Manifest) -> Risk:
        return Risk.MEDIUM if self._takes_away(node) else Risk.LOW

    def _effect(self, wish: Wish, node: Manifest) -> str:
        if wish.deploy == "operands":
            if self._replaces(node):
                return "the operator decides anew which operands the node has"
            away = self.value == "false"
            return "no operand is on the node any more" if away else "operands come to the node"
        if wish.deploy:
            if self._replaces(node):
                return f"{wish.deploy} leaves the node, and comes anew"
            away = self.value == "false"
            return f"{wish.deploy} leaves the node" if away else f"{wish.deploy} comes to the node"
        if self.label == SKIP:
            return (
                "upgrades of the driver pass the node by" if self.value else "upgrades include it"
            )
        return "the node's devices are set up anew"


def _check_virtual(estate: Estate) -> None:
    if not truth(policy_of(estate), "spec", "sandboxWorkloads", "enabled"):
        raise RefusedError(
            "the ClusterPolicy has sandboxWorkloads.enabled off: the label is not read",
            hint="enable it where the ClusterPolicy comes from",
        )


def _check_partition(profile: str, where: ConfigFile | None) -> None:
    """Raise for a profile that AMD's device config manager does not have."""
    if where is None:
        raise RefusedError(
            "no DeviceConfig has a config manager with a ConfigMap: the label is not read",
            hint="name one in spec.configManager.config.name of the DeviceConfig",
        )
    try:
        found: object = orjson.loads(text(where.data, "config.json") or "{}")
    except orjson.JSONDecodeError as error:
        raise RefusedError(
            f"config.json of {where.ref} is no JSON", hint="repair it where it comes from"
        ) from error
    profiles = mapping(found, "gpu-config-profiles")
    if profile not in profiles:
        raise InvalidInputError(
            f"{where.ref} has no profile {profile[:80]!r}",
            hint=f"it has: {few([word(one) for one in profiles], 12) or 'none'}",
        )


def _placed_by(estate: Estate, label: str) -> list[Ref]:
    """Return the operators' DaemonSets whose nodes a deploy label decides."""
    return [
        ref
        for ref in estate.operands
        if any(
            key.startswith(label) if label.endswith(".") else key == label
            for key in _selector(estate, ref)
        )
    ]


def _selector(estate: Estate, daemonset: Ref) -> dict[str, str]:
    return strings(estate.get(daemonset) or {}, "spec", "template", "spec", "nodeSelector")


def _has_the_rest(labels: Mapping[str, str], selector: Mapping[str, str]) -> bool:
    """Return whether a node has what a DaemonSet asks for beside the labels an operator sets."""
    return all(labels.get(k) == v for k, v in selector.items() if not k.startswith(DEPLOY))


def _is_true(label: str, found: Manifest | None, _listed: Sequence[Manifest]) -> Verdict:
    if found is None:
        return Failed("the node does not exist any more")
    labels = labels_of(found)
    if labels.get(PRESENT[Vendor.NVIDIA]) != "true":
        return Pending("the operator does not take it for a node with GPUs")
    here = labels.get(label, "")
    return Met() if here == "true" else Pending(f"{label} is {word(here) or 'not set'}")


def _partitioned(found: Manifest | None, _listed: Sequence[Manifest]) -> Verdict:
    state = dig(found, "metadata", "labels", _STATE)
    if state == "success":
        return Met()
    if state == "failure":
        return Pending("the device config manager says failure", stuck=True)
    return Pending("the device config manager has not taken it up yet")
