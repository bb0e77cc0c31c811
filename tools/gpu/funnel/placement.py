"""Why a node has no pod of an operand: no DaemonSet, a selector, a taint, or no room."""

from collections.abc import Mapping, Sequence

from clusterwright.tools.excerpt import few
from clusterwright.tools.finding import Evidence, FieldEvidence
from clusterwright.tools.gpu.funnel.scene import Scene
from clusterwright.tools.gpu.funnel.stage import Stage, State
from clusterwright.tools.gpu.operands import DEPLOY
from clusterwright.tools.kubernetes.analyzers.missing_pods import refusal
from clusterwright.tools.kubernetes.analyzers.node_match import repelling, selects
from clusterwright.tools.kubernetes.analyzers.pod import message_of
from clusterwright.tools.manifest import (
    Manifest,
    condition,
    items,
    mapping,
    name_of,
    number,
    strings,
    text,
    texts,
)
from clusterwright.tools.quotation import quoted, word
from clusterwright.tools.ref import Ref, owner_of
from clusterwright.tools.snapshot import Snapshot

UNPLACED = "gpu/operand-unplaced"
_TAINTS = 8
"""Told at most; an API server has no limit to them."""
_BORNE = tuple(
    f"node.kubernetes.io/{one}"
    for one in (
        *("not-ready", "unreachable", "disk-pressure", "memory-pressure", "pid-pressure"),
        *("unschedulable", "network-unavailable"),
    )
)
"""Taints that the pods of every DaemonSet tolerate (pkg/controller/daemon/util)."""


def absent(scene: Scene, name: str, operand: str, code: str) -> Stage:
    """Return why no pod of an operand is on a node, as a stage of that name.

    `code` is told where the operator has made no DaemonSet, or the DaemonSet no pod.
    """
    if not scene.estate.was_read("Pod") or not scene.estate.was_read("DaemonSet"):
        return Stage(name, State.UNKNOWN, "pods and DaemonSets could not be read")
    made = scene.daemonsets(operand)
    if not made:
        return _not_known(scene, name, operand) or _none_made(scene, name, operand, code)
    here = [one for one in made if selects(_pod(one), scene.node.manifest)]
    if not here:
        return _not_selected(scene, name, made[0])
    one = here[0]
    taints = [t for t in repelling(_pod(one), scene.node.manifest) if not t.startswith(_BORNE)]
    if taints:
        taint = "=".join(map(word, taints[0].split("=")))
        why = f"{_named(one)} does not tolerate the node's taint {taint}"
        shown: tuple[Evidence, ...] = (
            FieldEvidence(ref=scene.ref, path="$.spec.taints", value=few(taints, _TAINTS)),
        )
        return Stage(name, State.BROKEN, why, UNPLACED, Ref.of(one), shown)
    return _pending(scene, name, one) or _not_created(scene, name, one, code)


def _not_known(scene: Scene, name: str, operand: str) -> Stage | None:
    """Return the stage of an operand whose DaemonSet names an owner of a kind that is not read."""
    kind, ref = scene.unverified(operand), scene.passing(operand)
    if not kind:
        return None
    return Stage(name, State.UNKNOWN, f"whether {ref} is the operator's: {kind} is not read")


def _none_made(scene: Scene, name: str, operand: str, code: str) -> Stage:
    if scene.young:
        return Stage(name, State.WORKING, "the node is new")
    passing = scene.passing(operand)
    other = f"; {passing} is only called like one" if passing else ""
    if scene.policy:
        ref = Ref.of(scene.policy)
        state = text(scene.policy, "status", "state") or "(not set)"
        shown = (FieldEvidence(ref=ref, path="$.status.state", value=state),)
        why = f"there is no DaemonSet for it, though {ref} wants it{other}"
        return Stage(name, State.BROKEN, why, code, ref, shown)
    return Stage(name, State.BROKEN, f"there is no DaemonSet for it{other}", code, scene.ref)


def _not_selected(scene: Scene, name: str, daemonset: Manifest) -> Stage:
    wanted = strings(_pod(daemonset), "spec", "nodeSelector")
    has = scene.node.labels
    unmet = [(key, value) for key, value in wanted.items() if has.get(key) != value]
    ref = Ref.of(daemonset)
    if not unmet:
        why = f"{_named(daemonset)} does not select the node"
        return Stage(name, State.BROKEN, why, UNPLACED, ref, (scene.label(f"{DEPLOY}operands"),))
    # Its deploy label is what the operator decides by; another one is what somebody asked for.
    key, value = next((one for one in unmet if not one[0].startswith(DEPLOY)), unmet[0])
    why = f"{_named(daemonset)} wants nodes with {key}={word(value)}"
    shown = (
        scene.label(key),
        FieldEvidence(
            ref=ref, path=f"$.spec.template.spec.nodeSelector['{key}']", value=value or "(empty)"
        ),
    )
    return Stage(name, State.BROKEN, why, UNPLACED, ref, shown)


def _pending(scene: Scene, name: str, daemonset: Manifest) -> Stage | None:
    """Return the stage of a pod that was made for this node and that does not fit there."""
    made = scene.estate.derived(_unscheduled)
    pod = made.get((Ref.of(daemonset), name_of(scene.node.manifest)))
    if pod is None:
        return None
    said = message_of(condition(pod, "PodScheduled"))
    path = "$.status.conditions[?(@.type=='PodScheduled')].message"
    shown = (FieldEvidence(ref=Ref.of(pod), path=path, value=said or "(not set)"),)
    why = f"its pod is not scheduled: {quoted(said)}" if said else "its pod is not scheduled"
    state = State.BROKEN if said else State.WORKING
    return Stage(name, state, why, UNPLACED if said else "", Ref.of(pod), shown)


def _unscheduled(snapshot: Snapshot) -> Mapping[tuple[Ref, str], Manifest]:
    """Return the pods that wait for a node, by who made them and for which node."""
    return {
        (owner, node): pod
        for pod in snapshot.pods_on("")
        if (owner := owner_of(pod)) is not None and owner.kind == "DaemonSet"
        for node in _meant_for(pod)
    }


def _not_created(scene: Scene, name: str, daemonset: Manifest, code: str) -> Stage:
    ref, refused = Ref.of(daemonset), refusal(scene.estate, daemonset)
    if refused is not None:
        said, shown = refused
        why = f"{_named(daemonset)} cannot make a pod: {quoted(said)}"
        return Stage(name, State.BROKEN, why, code, ref, (shown,))
    why = f"{_named(daemonset)} has made no pod on this node"
    if scene.young or _rolling(daemonset):
        return Stage(name, State.WORKING, why, ref=ref)
    desired = mapping(daemonset, "status").get("desiredNumberScheduled")
    path = "$.status.desiredNumberScheduled"
    shown = FieldEvidence(ref=ref, path=path, value=str(desired))
    return Stage(name, State.BROKEN, why, code, ref, (shown,))


def _rolling(daemonset: Manifest) -> bool:
    """Return whether its pods are being replaced; with OnDelete nobody does that by himself."""
    status = mapping(daemonset, "status")
    behind = number(status, "updatedNumberScheduled") < number(status, "desiredNumberScheduled")
    return behind and text(daemonset, "spec", "updateStrategy", "type") != "OnDelete"


def _meant_for(pod: Manifest) -> Sequence[str]:
    """Return the nodes that the DaemonSet controller made a pod for, of which there is one."""
    terms = items(
        pod,
        *("spec", "affinity", "nodeAffinity", "requiredDuringSchedulingIgnoredDuringExecution"),
        "nodeSelectorTerms",
    )
    fields = [field for term in terms for field in items(term, "matchFields")]
    return [value for field in fields for value in texts(field, "values")]


def _pod(daemonset: Manifest) -> Manifest:
    return mapping(daemonset, "spec", "template")


def _named(daemonset: Manifest) -> str:
    return f"DaemonSet {name_of(daemonset)}"
