"""What repairs operands by what their operator is told: fields of a ClusterPolicy and its like.

A ClusterPolicy is for all nodes, and so none of this is decided here: what is to stand there is
asked, with what is known of the node that it is needed for.
"""

import re
from collections.abc import Iterator, Sequence

from clusterwright.tools.excerpt import few
from clusterwright.tools.finding import ask
from clusterwright.tools.gpu.analyzers.about import Cure, elsewhere
from clusterwright.tools.gpu.analyzers.pod_cures import PLAN
from clusterwright.tools.gpu.estate import NVIDIA_DRIVER, Estate
from clusterwright.tools.gpu.funnel import Stage
from clusterwright.tools.gpu.node import GpuNode
from clusterwright.tools.gpu.operands import OWNERS
from clusterwright.tools.gpu.vendor import Vendor
from clusterwright.tools.kubernetes.analyzers.node_match import repelling
from clusterwright.tools.kubernetes.remedies.remedy import patch
from clusterwright.tools.manifest import Json, Manifest, dig, items, mapping, text
from clusterwright.tools.quotation import word
from clusterwright.tools.ref import Ref, owner_of

_KERNEL = "feature.node.kubernetes.io/kernel-version.full"
_CONTAINERD = ("CONTAINERD_CONFIG", "CONTAINERD_SOCKET")
_FILES = {
    "CONTAINERD_CONFIG": "the file that the node's containerd reads its configuration from",
    "CONTAINERD_SOCKET": "the socket of the node's containerd",
}
_PLAIN = re.compile(r"[\w./-]{1,317}=[\w.-]{0,63}")
_FROM_POD = 3
"""Owners from a pod up to what an operator was told."""


def driver_version(estate: Estate, node: GpuNode, stage: Stage, say: str) -> Iterator[Cure]:
    """Yield that another version of the driver is asked for, which is to be told."""
    told = _told_by(estate, stage)
    if told is None:
        yield Cure(say)
        return
    field = "version" if Ref.of(told).kind_key == NVIDIA_DRIVER else "driver.version"
    now = word(str(dig(told, "spec", *field.split(".")) or "not set"))
    kernel = node.labels.get(_KERNEL) or text(node.manifest, "status", "nodeInfo", "kernelVersion")
    system = text(node.manifest, "status", "nodeInfo", "osImage")
    where = few([word(one) for one in (kernel, system) if one], 2) or "the node's kernel"
    question = f"the driver version that has an image for {where}; it is {now}"
    yield elsewhere(say, PLAN, patch(Ref.of(told), {f"spec.{field}": ask(question)}))


def toolkit_paths(estate: Estate, say: str) -> Iterator[Cure]:
    """Yield that the toolkit is told where the configuration of the container runtime is."""
    policy = estate.policy
    if not policy:
        yield Cure(say)
        return
    env = items(policy, "spec", "toolkit", "env")
    kept: list[Json] = [one for one in env if text(one, "name") not in _CONTAINERD]
    for name in _CONTAINERD:
        now = next((text(one, "value") for one in env if text(one, "name") == name), "")
        known = f"; it is {word(now)}" if now else ""
        kept.append({"name": name, "value": ask(f"{_FILES[name]}{known}")})
    yield elsewhere(say, PLAN, patch(Ref.of(policy), {"spec.toolkit.env": kept}))


def tolerations(estate: Estate, node: GpuNode, stage: Stage, say: str) -> Iterator[Cure]:
    """Yield that the operands tolerate the taint of a node, if that is wanted there."""
    daemonset = estate.get(stage.ref) if stage.ref else None
    told = _told_by(estate, stage)
    if daemonset is None or told is None or node.vendor is not Vendor.NVIDIA:
        yield Cure(say)
        return
    driver = Ref.of(told).kind_key == NVIDIA_DRIVER
    field = ("tolerations",) if driver else ("daemonsets", "tolerations")
    taints = _untolerated(daemonset, node)
    names = few([word(text(one, "key")) for one in taints], 2)
    consent = f"if operands may run on {node.ref.name}, which {names} keeps others off"
    added: list[Json] = [_tolerated(one, consent) for one in taints]
    wanted = [*items(told, "spec", *field), *added]
    change = patch(Ref.of(told), {f"spec.{'.'.join(field)}": wanted})
    yield elsewhere(say, PLAN, change) if added else Cure(say)


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
    for _ in range(_FROM_POD):
        if one is None:
            break
        if Ref.of(one).kind_key in OWNERS[Vendor.NVIDIA]:
            return one
        owner = owner_of(one)
        one = estate.get(owner) if owner else None
    return estate.policy or None


def _untolerated(daemonset: Manifest, node: GpuNode) -> list[Manifest]:
    """Return the taints that keep a DaemonSet's pods off, but for those of Kubernetes' own."""
    pod = {"spec": mapping(daemonset, "spec", "template", "spec")}
    spelled = [one for one in repelling(pod, node.manifest) if not one.startswith("node.kuber")]
    keys = {one.partition("=")[0].partition(":")[0] for one in spelled}
    return [one for one in items(node.manifest, "spec", "taints") if text(one, "key") in keys]


def _tolerated(taint: Manifest, consent: str) -> Manifest:
    value = text(taint, "value")
    same = {"operator": "Equal", "value": value} if value else {"operator": "Exists"}
    effect = ask(f"{text(taint, 'effect')}, {consent}")
    return {"key": text(taint, "key"), **same, "effect": effect}
