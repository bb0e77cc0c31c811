"""Pods that ask for devices which no GPU is split into; or for whole ones where all are split."""

from collections.abc import Sequence

from clusterwright.tools.excerpt import few
from clusterwright.tools.finding import FieldEvidence, Finding, ask
from clusterwright.tools.gpu.analyzers.about import cure, label
from clusterwright.tools.gpu.analyzers.pod_cures import other_resource
from clusterwright.tools.gpu.analyzers.waiting import Waiting, would_take
from clusterwright.tools.gpu.analyzers.wrong_resource import offered
from clusterwright.tools.gpu.hardware.mig_profiles import profile_of
from clusterwright.tools.gpu.hardware.products import find
from clusterwright.tools.gpu.node import GpuNode
from clusterwright.tools.gpu.vendor import Vendor

CODE = "gpu/mig-mismatch"
_WHOLE, _PART = "nvidia.com/gpu", "nvidia.com/mig-"


def suspect(one: Waiting) -> Finding | None:
    """Return a finding when the devices that are offered are split in another way."""
    have = offered(one.estate)
    if have.issuperset(one.asked):
        return None
    nodes = [node for node in one.estate.nodes if node.vendor is Vendor.NVIDIA]
    parts = sorted(key for key in have if key.startswith(_PART))
    for resource in one.asked:
        if resource in have or not nodes:
            continue
        if resource == _WHOLE and parts and not any(would_take(node, one) for node in nodes):
            return _no_whole(one, nodes, parts)
        if resource.startswith(_PART) and not _coming(nodes, resource):
            return _no_such_part(one, resource, nodes, parts)
    return None


def _no_whole(one: Waiting, nodes: Sequence[GpuNode], parts: Sequence[str]) -> Finding:
    split = [node for node in nodes if any(key.startswith(_PART) for key in node.capacity)]
    sentence = f"Every GPU is split by MIG: nodes have {few(parts, 3)}, and no whole {_WHOLE}"
    whole = cure(
        "Make the GPUs of a node whole again",
        "set_mig",
        node=ask("which node to take out of MIG"),
        config="all-disabled",
    )
    say = f"Ask for {parts[0]} instead, if a part of a GPU is enough"
    smaller = other_resource(one, _WHOLE, say, parts)
    proof = tuple(label(node.manifest, "nvidia.com/mig.config") for node in split[:2])
    return one.finding(CODE, sentence, _WHOLE, smaller, whole, evidence=proof)


def _no_such_part(
    one: Waiting, resource: str, nodes: Sequence[GpuNode], parts: Sequence[str]
) -> Finding:
    profile = profile_of(resource) or resource.removeprefix(_PART)
    able = [node for node in nodes if _can(node, profile)]
    others = f"nodes have {few(parts, 3)}" if parts else "no GPU is split"
    if able:
        names = few([node.ref.name for node in able], 2)
        sentence = f"No GPU is split into {profile}: {others}; {names} could be"
        split = cure(
            f"Split the GPUs of a node into {profile}",
            "set_mig",
            node=ask(f"which node to split: {names}"),
            config=f"all-{profile}",
        )
        return one.finding(CODE, sentence, resource, split, evidence=_layout(able))
    models = sorted({node.model for node in nodes if node.model})
    known = f": {few(models, 3)}" if models else ""
    sentence = f"No GPU of the cluster can be split into {profile}{known}; {others}"
    instead = f"Ask for {parts[0]}" if parts else "Ask for whole GPUs"
    fix = other_resource(one, resource, f"{instead} instead", parts or [_WHOLE])
    return one.finding(CODE, sentence, resource, fix, evidence=_layout(nodes))


def _layout(nodes: Sequence[GpuNode]) -> tuple[FieldEvidence, ...]:
    return tuple(label(node.manifest, "nvidia.com/mig.config") for node in nodes[:1])


def _can(node: GpuNode, profile: str) -> bool:
    """Return whether the product of a node has a profile, by NVIDIA's tables."""
    product = find(node.model) if node.model else None
    geometry = product.geometry if product else None
    return geometry is not None and geometry.profile(profile) is not None


def _coming(nodes: Sequence[GpuNode], resource: str) -> bool:
    """Return whether a node is asked to be split so, and is not there yet."""
    profile = profile_of(resource) or resource.removeprefix(_PART)
    return any(
        profile in node.mig_config or (node.mig_config and not _plain(node.mig_config))
        for node in nodes
        if node.mig_state in {"pending", "rebooting", "failed"}
    )


def _plain(config: str) -> bool:
    """Return whether a layout's name tells what it splits a GPU into."""
    return config.startswith("all-") and config != "all-balanced"
