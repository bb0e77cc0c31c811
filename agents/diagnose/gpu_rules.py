"""Which findings explain what is wrong with accelerators, and what accelerators explain."""

from clusterwright.agents.diagnose.families import BROKEN_GPU, NO_NODE
from clusterwright.agents.diagnose.rule import each
from clusterwright.tools.finding import Edge

_BEFORE_PODS = ("gpu/not-discovered", "gpu/not-present", "gpu/operands-off", "gpu/stale-pause")
_BY_PODS = (
    *("gpu/driver-image", "gpu/driver-failed", "gpu/toolkit-failed", "gpu/runtime-handler"),
    *("gpu/validation-failed", "gpu/plugin-failed", "gpu/discovery-failed", "gpu/mig-failed"),
    *("gpu/labeller-failed", "gpu/mig-stuck", "gpu/plugin-missing", "gpu/operand-unplaced"),
    *("gpu/mps-failed", "gpu/vfio-failed", "gpu/vgpu-failed"),
)
_STAGES = (
    *(*_BEFORE_PODS, *_BY_PODS),
    *("gpu/upgrade-failed", "gpu/not-advertised", "gpu/unhealthy-device"),
)
"""The first broken stage of a node: findings are about nodes, and one node has one."""
_DEMANDS = (
    *("gpu/wrong-resource", "gpu/mig-mismatch", "gpu/product-unknown"),
    *("gpu/none-free", "gpu/fragmented", "gpu/workload-mismatch", "gpu/network-device-missing"),
)
_CLAIMS = (*("dra/claim-missing", "dra/class-missing", "dra/no-slices", "dra/claim-unallocated"),)
_OPERAND_FAILS = (
    *("pod/crash-loop", "pod/init-container-running", "pod/sandbox-not-created"),
    *("pod/container-not-created", "pod/readiness-probe-failing", "pod/command-not-found"),
    *("pod/liveness-probe-failing", "pod/unexplained", "pod/unschedulable", "workload/unavailable"),
)
"""What Kubernetes tells of operands' pods without knowing what they are for."""
_TOLD_BETTER = (
    *("pod/image-not-found", "pod/image-pull-denied", "pod/image-pull-failed"),
    *("pod/out-of-memory", "pod/configmap-missing", "pod/configmap-key-missing"),
    *("pod/secret-missing", "pod/secret-key-missing", "pod/volume-not-mounted"),
)
"""What Kubernetes tells of an operand's pod that is a cause by itself, and names what to change."""

GPU_RULES = (
    *each(
        NO_NODE,
        (Edge.REQUESTS,),
        (*_STAGES, "gpu/driver-regression", "dra/device-tainted"),
        "a Pod waits for the devices of a node that is broken",
        "Kubernetes docs, Device Plugins: only what a plugin registers is allocatable on its node",
    ),
    *each(
        ("pod/untolerated-taint",),
        (Edge.REQUESTS,),
        ("gpu/upgrade-failed",),
        "the node is cordoned for the upgrade of its driver, and must not be given back before",
        "NVIDIA GPU Operator docs, GPU Driver Upgrades: cordon-required, upgrade states",
    ),
    *(
        rule
        for edges in ((), (Edge.REQUESTS, Edge.LIMITED_BY))
        for rule in each(
            NO_NODE,
            edges,
            (*_DEMANDS, *_CLAIMS, "queue/*"),
            "it tells which devices are asked for, and why there are none",
            "Kubernetes docs, Schedule GPUs; Dynamic Resource Allocation, Scheduling",
        )
    ),
    *each(
        ("workload/unavailable",),
        (),
        ("gpu/runtime-class-missing",),
        "no Pod is created with a runtime class that does not exist",
        "Kubernetes docs, Runtime Class: the named RuntimeClass must exist",
    ),
    *each(
        _OPERAND_FAILS,
        (Edge.USES,),
        _STAGES,
        "operands wait for the first stage that is broken, and fail with it",
        "NVIDIA/gpu-operator, assets: init containers wait for the validations of earlier stages",
    ),
    *each(
        _BY_PODS,
        (Edge.WAITS_FOR,),
        _TOLD_BETTER,
        "a stage is as good as the Pod that brings it",
        "NVIDIA GPU Operator docs, Troubleshooting: operand Pods by stage",
    ),
    *each(
        _BEFORE_PODS,
        (Edge.WAITS_FOR,),
        ("gpu/operator-down",),
        "nobody labels the nodes while the operator is down",
        "NVIDIA/gpu-operator, controllers/state_manager.go: labels of GPU nodes",
    ),
    *each(
        ("gpu/operator-not-ready", "gpu/false-ready"),
        (Edge.WAITS_FOR,),
        _STAGES,
        "an operator is as ready as its operands on the nodes",
        "NVIDIA/gpu-operator, controllers/clusterpolicy_controller.go: ready when all states are",
    ),
    *each(
        ("gpu/operator-down",),
        (),
        ("pod/out-of-memory", "pod/crash-loop", "pod/api-access-denied", "pod/image-not-found",
         "pod/command-not-found"),
        "an operator is down with its Pods",
        "Kubernetes docs, Operator pattern: a controller that runs as a Deployment",
    ),
    *each(
        ("pod/crash-loop",),
        (),
        ("gpu/exporter-failed",),
        "it tells what the exporter of metrics misses",
        "NVIDIA dcgm-exporter, main: it ends when DCGM or a library is missing",
    ),
    *each(
        ("gpu/exporter-failed",),
        (),
        ("pod/out-of-memory", "pod/liveness-probe-failing"),
        "the exporter is ended for this",
        "Kubernetes docs, Pod Lifecycle, Container restart policy; Assign Memory Resources",
    ),
    *each(
        ("gpu/not-measured",),
        (),
        _STAGES,
        "what has no driver is not measured",
        "NVIDIA dcgm-exporter docs, Prerequisites: driver and container toolkit",
    ),
    *each(
        ("gpu/not-measured",),
        (Edge.USES,),
        (*_STAGES, "gpu/exporter-failed"),
        "what has no driver, or no exporter, is not measured",
        "NVIDIA dcgm-exporter docs, Prerequisites: driver and container toolkit",
    ),
    *each(
        ("gpu/unhealthy-device", "gpu/validation-failed", "gpu/plugin-failed",
         "gpu/discovery-failed", "dra/device-tainted"),
        (),
        BROKEN_GPU,
        "a device that is broken is taken out of service",
        "NVIDIA/k8s-device-plugin, internal/rm/health.go: critical XIDs make a device unhealthy",
    ),
    *each(
        ("gpu/mig-mismatch",),
        (Edge.REQUESTS,),
        ("gpu/driver-regression",),
        "whole GPUs are there, and the driver loses them",
        "NVIDIA, MIG User Guide: instances are made by the driver",
    ),
    *each(
        ("gpu/topology-rejected",),
        (Edge.RUNS_ON,),
        _STAGES,
        "a kubelet turns Pods away for devices that it has lost",
        "Kubernetes docs, Topology Manager, and Device Plugins: UnexpectedAdmissionError",
    ),
    *each(
        ("queue/group-unplaced",),
        (),
        (*_DEMANDS, *_CLAIMS),
        "a gang finds no place for want of devices",
        "Kueue docs, All-or-nothing; scheduler-plugins, Coscheduling: PodGroup minMember",
    ),
    *each(
        ("queue/evicted", "queue/waits-for-pods"),
        (),
        ("pod/*", "gpu/*", "dra/*"),
        "Pods that do not become ready lose their quota",
        "Kueue docs, Setup All-or-nothing with ready Pods: waitForPodsReady",
    ),
)  # fmt: skip
"""As a device goes: node, operand, operator, exporter; then what waits in a queue."""
