"""What repairs operands by what their operator is told: fields of a ClusterPolicy and its like.

A ClusterPolicy is for all nodes, and so none of this is decided here: what is to stand there is
asked, with what is known of the node that it is needed for.
"""

import re
from collections.abc import Sequence
from dataclasses import replace

from clusterwright.tools.excerpt import few
from clusterwright.tools.finding import ask
from clusterwright.tools.gpu.analyzers.about import PLAN, Cure, elsewhere
from clusterwright.tools.gpu.estate import CLUSTER_POLICY, NVIDIA_DRIVER, Estate
from clusterwright.tools.gpu.funnel import Stage
from clusterwright.tools.gpu.funnel.driver import KERNEL
from clusterwright.tools.gpu.node import GpuNode
from clusterwright.tools.gpu.vendor import Vendor
from clusterwright.tools.kubernetes.analyzers.node_match import tolerating, untolerated
from clusterwright.tools.kubernetes.remedies.remedy import patch
from clusterwright.tools.manifest import Json, Manifest, dig, items, mapping, text
from clusterwright.tools.quotation import word
from clusterwright.tools.ref import Ref

_CONTAINERD = ("CONTAINERD_CONFIG", "CONTAINERD_SOCKET")
_FILES = {
    "CONTAINERD_CONFIG": "the file that the node's containerd reads its configuration from",
    "CONTAINERD_SOCKET": "the socket of the node's containerd",
}
_PLAIN = re.compile(r"[\w./-]{1,317}=[\w.-]{0,63}")
_TOLD = frozenset({CLUSTER_POLICY, NVIDIA_DRIVER})


def driver_version(estate: Estate, node: GpuNode, stage: Stage, say: str) -> Cure:
    """Return that another version of the driver is asked for, which is to be told."""
    told = _told_by(estate, stage)
    if told is None:
        return Cure(say)
    field = "version" if Ref.of(told).kind_key == NVIDIA_DRIVER else "driver.version"
    now = word(str(dig(told, "spec", *field.split(".")) or "not set"))
    kernel = node.labels.get(KERNEL) or text(node.manifest, "status", "nodeInfo", "kernelVersion")
    system = text(node.manifest, "status", "nodeInfo", "osImage")
    where = few([word(one) for one in (kernel, system) if one], 2) or "the node's kernel"
    question = f"the driver version that has an image for {where}; it is {now}"
    return elsewhere(say, PLAN, patch(Ref.of(told), {f"spec.{field}": ask(question)}))


def toolkit_paths(estate: Estate, say: str) -> Cure:
    """Return that the toolkit is told where the configuration of the container runtime is."""
    policy = estate.policy
    if not policy:
        return Cure(say)
    env = items(policy, "spec", "toolkit", "env")
    kept: list[Json] = [one for one in env if text(one, "name") not in _CONTAINERD]
    for name in _CONTAINERD:
        now = next((text(one, "value") for one in env if text(one, "name") == name), "")
        known = f"; it is {word(now)}" if now else ""
        kept.append({"name": name, "value": ask(f"{_FILES[name]}{known}")})
    return elsewhere(say, PLAN, patch(Ref.of(policy), {"spec.toolkit.env": kept}))


def tolerations(estate: Estate, node: GpuNode, stage: Stage, say: str) -> Cure:
    """Return that the operands tolerate the taint of a node, if that is wanted there."""
    daemonset = estate.get(stage.ref) if stage.ref else None
    told = _told_by(estate, stage)
    if daemonset is None or told is None or node.vendor is not Vendor.NVIDIA:
        return Cure(say)
    taints = _untolerated(daemonset, node)
    if not taints:
        return Cure(say)
    driver = Ref.of(told).kind_key == NVIDIA_DRIVER
    field = ("tolerations",) if driver else ("daemonsets", "tolerations")
    names = few([word(text(one, "key")) for one in taints], 2)
    consent = f"if operands may run on {node.ref.name}, which {names} keeps others off"
    added: list[Json] = [
        {**tolerating(one), "effect": ask(f"{text(one, 'effect')}, {consent}")} for one in taints
    ]
    wanted = [*items(told, "spec", *field), *added]
    return elsewhere(say, PLAN, patch(Ref.of(told), {f"spec.{'.'.join(field)}": wanted}))


def selector(config: Manifest, say: str, nodes: Sequence[GpuNode]) -> Cure:
    """Return that a DeviceConfig selects nodes by another label, which is to be told."""
    shared = [
        f"{key}={value}"
        for key, value in (nodes[0].labels.items() if nodes else ())
        if "amd" in key and all(one.labels.get(key) == value for one in nodes)
    ]
    # What NFD finds comes first: the operator's own labels come after it has selected a node.
    shared.sort(key=lambda one: (not one.startswith("feature.node."), one))
    named = few([one if _PLAIN.fullmatch(one) else word(one) for one in shared], 2)
    there = f"; those with GPUs have {named}" if shared else ""
    wanted = {ask(f"the label of the nodes to look after{there}"): ask("its value")}
    return elsewhere(say, PLAN, patch(Ref.of(config), {"spec.selector": wanted}))


def _told_by(estate: Estate, stage: Stage) -> Manifest | None:
    """Return the operator's object that an operand was made for; else the ClusterPolicy."""
    one = estate.get(stage.ref) if stage.ref else None
    chain = [Ref.of(one), *estate.owners(one)] if one else []
    # They belong to no namespace, which the reference of what they own does not say.
    told = [estate.get(replace(ref, namespace="")) for ref in chain if ref.kind_key in _TOLD]
    return next(filter(None, told), estate.policy) or None


def _untolerated(daemonset: Manifest, node: GpuNode) -> list[Manifest]:
    """Return the taints that keep a DaemonSet's pods off, but for those of Kubernetes' own."""
    found = untolerated(mapping(daemonset, "spec", "template"), node.manifest)
    return [one for one in found if not text(one, "key").startswith("node.kubernetes.io/")]
