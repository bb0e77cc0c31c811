"""The way of a node from its PCI device to devices that pods can have, stage by stage."""

from collections.abc import Mapping
from dataclasses import replace

from clusterwright.tools.gpu.estate import Estate, estate_of
from clusterwright.tools.gpu.funnel.amd import amd_stages
from clusterwright.tools.gpu.funnel.chain import first_broken
from clusterwright.tools.gpu.funnel.nvidia import container_stages
from clusterwright.tools.gpu.funnel.passthrough import passthrough_stages
from clusterwright.tools.gpu.funnel.plugin_only import plugin_only_stages
from clusterwright.tools.gpu.funnel.scene import Scene
from clusterwright.tools.gpu.funnel.stage import Stage, State
from clusterwright.tools.gpu.node import GpuNode
from clusterwright.tools.gpu.vendor import Vendor
from clusterwright.tools.gpu.workload import CONTAINER
from clusterwright.tools.manifest import name_of
from clusterwright.tools.snapshot import Snapshot

__all__ = ["Stage", "State", "first_broken", "funnel_of", "funnels"]


def funnel_of(estate: Estate, node: GpuNode) -> tuple[Stage, ...]:
    """Return the stages of a node in order: the broken ones, and what hangs on them.

    A stage that something earlier holds up is a SYMPTOM, or WORKING while that is. On a node
    whose kubelet does not report, nothing is broken but the node.
    """
    scene = Scene(estate, node)
    if node.vendor is Vendor.AMD:
        stages = amd_stages(scene)
    elif node.vendor is Vendor.INTEL:
        stages = plugin_only_stages(scene)
    elif scene.workload == CONTAINER:
        stages = container_stages(scene)
    else:
        stages = passthrough_stages(scene)
    return stages if scene.ready else tuple(_unreported(one) for one in stages)


def funnels(snapshot: Snapshot) -> Mapping[str, tuple[Stage, ...]]:
    """Return the stages of every node with accelerators, by its name; worked out once."""
    return snapshot.derived(_all)


def _all(snapshot: Snapshot) -> Mapping[str, tuple[Stage, ...]]:
    estate = estate_of(snapshot)
    return {name_of(one.manifest): funnel_of(estate, one) for one in estate.nodes}


def _unreported(stage: Stage) -> Stage:
    if stage.state not in {State.BROKEN, State.WORKING}:
        return stage
    why = f"the node is not ready: {stage.why}" if stage.why else "the node is not ready"
    return replace(stage, state=State.SYMPTOM, code="", why=why)
