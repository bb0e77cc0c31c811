"""Why a pod may not run on a node: the plugin of kube-scheduler, its words, and ours."""

from dataclasses import dataclass
from enum import StrEnum


class Plugin(StrEnum):
    """Plugins that filter nodes, in the order of the default profile.

    Source: kubernetes v1.36, pkg/scheduler/apis/config/v1/default_plugins.go.
    """

    SCHEDULING_GATES = "SchedulingGates"
    NODE_UNSCHEDULABLE = "NodeUnschedulable"
    NODE_NAME = "NodeName"
    TAINT_TOLERATION = "TaintToleration"
    NODE_AFFINITY = "NodeAffinity"
    NODE_PORTS = "NodePorts"
    NODE_RESOURCES_FIT = "NodeResourcesFit"
    VOLUME_RESTRICTIONS = "VolumeRestrictions"
    VOLUME_BINDING = "VolumeBinding"
    VOLUME_ZONE = "VolumeZone"
    POD_TOPOLOGY_SPREAD = "PodTopologySpread"
    INTER_POD_AFFINITY = "InterPodAffinity"
    DYNAMIC_RESOURCES = "DynamicResources"


@dataclass(frozen=True, slots=True)
class Rejection:
    """What the first plugin that refuses says."""

    plugin: Plugin
    reasons: tuple[str, ...]
    """In the scheduler's words; NodeResourcesFit alone gives several."""
    detail: str = ""
    """In ours: which taint, how much is asked and free."""
