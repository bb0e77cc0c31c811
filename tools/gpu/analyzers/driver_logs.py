"""What drivers, plugins and validators write when they fail, and what it means.

The signs are those of NVIDIA/cloud-native-docs, gpu-operator/troubleshooting.rst, of issues of
NVIDIA/gpu-operator and NVIDIA/k8s-device-plugin that each row names, and of nvidia-smi(1); what an
XID means and asks for, NVIDIA's catalogue of Xid errors tells.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from clusterwright.tools.gpu.xid_advice import (
    concerns_devices,
    device_at_fault,
    entry,
    needs,
    steps,
)
from clusterwright.tools.gpu.xid_log import Reported, read
from clusterwright.tools.kubernetes.analyzers.log_line import LONGEST_LINE, telling


@dataclass(frozen=True, slots=True)
class Sign:
    """Words in a log, what they mean, and what to do then."""

    pattern: re.Pattern[str]
    means: str
    """A clause; `{0}`, `{1}` stand for what the pattern's groups took."""
    advice: str
    hardware: bool = False
    """Whether the device itself is at fault: pods are better kept off its node."""
    passes: bool = False
    """Whether it may be over by now, so that another attempt does without anything else."""


@dataclass(frozen=True, slots=True)
class Match:
    """A line of a log that is explained, or only the line that tells most."""

    line: str
    means: str = ""
    """Empty where nothing explains it."""
    advice: str = ""
    hardware: bool = False
    passes: bool = False
    """Both as of a sign."""


def _sign(
    pattern: str, means: str, advice: str, *, hardware: bool = False, passes: bool = False
) -> Sign:
    return Sign(re.compile(pattern, re.IGNORECASE), means, advice, hardware, passes)


_REPLACE = "Drain the node and reset the GPU; have it replaced if it comes back"
_PLUGIN = "XidCriticalError"
"""What the device plugin writes of a device that it takes out (k8s-device-plugin, health.go)."""
_AGAIN = " The plugin offers the device again once it is restarted: restart_operand device-plugin."
SIGNS = (
    # nvidia-smi(1), return value 14.
    _sign(
        r"infoROM is corrupted", "the infoROM of a GPU is corrupted", "Have the GPU replaced",
        hardware=True,
    ),
    _sign(
        r"GPU has fallen off the bus|GPU is lost|driver rpc error: timed out",
        "a GPU has fallen off the bus, or answers no more",
        f"Reboot the node after a drain; {_REPLACE[0].lower()}{_REPLACE[1:]}",
        hardware=True,
    ),
    _sign(
        r"row remapping failure|Remapped rows.{0,40}failure",
        "the memory of a GPU has a row that cannot be replaced",
        "Have the GPU replaced",
        hardware=True,
    ),
    # troubleshooting.rst; `nvidia-smi -q`, Fabric State.
    _sign(
        r"system (?:is )?not yet initialized|CUDA_ERROR_SYSTEM_NOT_READY|error 802",
        "its NVSwitches wait for the fabric manager",
        "See that the fabric manager runs in the driver's pod and is of the driver's version",
    ),
    # troubleshooting.rst, gpu-operator issues 85, 155, 205, 457, 526.
    _sign(
        r"Could not resolve Linux kernel version",
        "there are no kernel headers for the node's kernel in its package repositories",
        "Give the driver's pod a repository that has them, a driver image that is precompiled for"
        " the kernel, or boot a kernel that is known",
    ),
    _sign(
        r"Unable to find the kernel source|kernel-headers[^\n]{0,80}(?:not found|unable)",
        "the headers of the node's kernel are missing",
        "Install the headers of the running kernel, or use a precompiled driver",
    ),
    _sign(
        r"Could not unload NVIDIA driver"
        r"|(?:modprobe|rmmod)[^\n]{0,80}nvidia[^\n]{0,20} is in use",
        "the old driver cannot be unloaded: something uses it",
        "End what uses the GPUs of the node (drain it), then let the driver's pod start again",
        passes=True,
    ),
    _sign(
        r"nouveau[^\n]{0,60}(?:loaded|in use|conflict)",
        "the nouveau driver holds the device",
        "Blacklist nouveau on the node and reboot it",
    ),
    _sign(
        r"Required key not available|module verification failed|Key was rejected by service",
        "Secure Boot refuses the driver's module, which is not signed",
        "Use a signed, precompiled driver, or turn Secure Boot off",
    ),
    _sign(
        r"No devices were found|NVRM: No NVIDIA GPU found|No NVIDIA devices",
        "the driver finds no device",
        "See with lspci on the node whether the device is there, and whether the driver is for it",
    ),
    _sign(
        r"not supported by (?:the )?(?:open|NVIDIA)[^\n]{0,60}|requires use of the NVIDIA open",
        "the kind of kernel module does not go with the device",
        "Set kernelModuleType of the driver to auto, or to what the device needs",
    ),
    # troubleshooting.rst; issues 579, 1982, 1518.
    _sign(
        r"nvidia-smi[\"']?: (?:executable file )?not found|exec: \"nvidia-smi\"",
        "nvidia-smi is not found: the toolkit and the driver look in different roots",
        "Make the driver's root of the toolkit that of the driver: /run/nvidia/driver, or / for a"
        " driver of the host",
    ),
    _sign(
        r"libnvidia-ml\.so[.\d]*: cannot open"
        r"|initialize NVML: (?:Driver Not Loaded|ERROR_LIBRARY_NOT_FOUND|could not load)",
        "the driver's library is not there: the container runtime does not pass the driver on",
        "See that the toolkit has run, and that the pod gets the runtime class nvidia",
    ),
    _sign(
        r"Driver/library version mismatch",
        "the loaded module and the driver's library are of different versions",
        "Reboot the node after a drain, or let the driver's pod load its own module",
    ),
    # troubleshooting.rst; issues 730, 250.
    _sign(
        r"no runtime for \"?nvidia|RuntimeHandler \"?nvidia",
        "the container runtime does not know the runtime class nvidia",
        "Give the toolkit the path of the runtime's configuration: CONTAINERD_CONFIG and"
        " CONTAINERD_SOCKET, which k3s, RKE2 and k0s have elsewhere",
    ),
    _sign(
        r"unable to (?:load|open|find)[^\n]{0,60}containerd[^\n]{0,40}config",
        "the configuration of containerd is not where the toolkit looks",
        "Set CONTAINERD_CONFIG and CONTAINERD_SOCKET of the toolkit",
    ),
    _sign(
        r"(?:containerd|crio)\.sock[^\n]{0,80}(?:no such file|refused|denied)",
        "the socket of the container runtime is not where the toolkit looks",
        "Set CONTAINERD_SOCKET of the toolkit to the runtime's own, or start the runtime",
    ),
    # troubleshooting.rst, dcgm-exporter.
    _sign(
        r"connect to remote hostengine at ([\w.:-]{1,80})",
        "it does not reach the host engine of DCGM at {0}",
        "Let a NetworkPolicy or firewall pass port 5555 of nvidia-dcgm, or use the engine that is"
        " built in",
    ),
    # mig-parted, pkg/mig/mode and internal/nvlib.
    _sign(
        r"in use by another client|clients? (?:are )?(?:still )?using|MIG mode[^\n]{0,60}pending",
        "programs use the GPUs whose layout is to change",
        "End them (drain the node), then set the layout again",
        passes=True,
    ),
    _sign(
        r"(?:invalid|unknown|no such)[^\n]{0,40}mig[- ](?:config|profile|device)[^\n]{0,60}"
        r"|cannot parse mig config|mig-config[^\n]{0,30}not (?:present|found)",
        "the layout is not one that these GPUs can have",
        "Set a layout that the product has: gpu_plan_change set_mig names the nearest",
    ),
    _sign(
        r"error setting MIGConfig|all orderings failed",
        "the MIG devices of the layout could not be made",
        "See that the product has such devices, and that nothing uses its GPUs; then set it again",
        passes=True,
    ),
    # k8s-driver-manager, internal/nvpassthrough.
    _sign(
        r"failed to load \\?\"?vfio|Module vfio[-_]pci not found",
        "the node's kernel has no vfio-pci module to bind the GPUs to",
        "Install the kernel's extra modules on the node, and turn its IOMMU on (intel_iommu=on)",
    ),
    # vgpu-device-manager, cmd/nvidia-vgpu-dm/assert and pkg/vgpu.
    _sign(
        r"vGPU type ([\w.-]{1,40}) is not supported",
        "the GPUs cannot have vGPUs of type {0}",
        "Label the node with vGPU types that its GPUs can have: nvidia.com/vgpu.config",
    ),
    _sign(
        r"vgpu-config not present: ([\w.-]{1,63})",
        "the ConfigMap of vGPU types has no {0}",
        "Label the node with a key that it has: nvidia.com/vgpu.config, or add this one to it",
    ),
    # k8s-device-plugin, cmd/mps-control-daemon.
    _sign(
        r"Failed to start MPS daemon|error checking MPS daemon health|error setting compute mode",
        "the MPS control daemon does not start",
        "See that nothing else uses the GPUs, or share them by time-slicing",
    ),
    # k8s-device-plugin, internal/plugin; kubelet, pkg/kubelet/cm/devicemanager.
    _sign(
        r"(?:kubelet\.sock|device-plugins)[^\n]{0,80}(?:refused|no such file|denied)",
        "the kubelet's socket for device plugins is not reached",
        "See that the kubelet runs, and that the plugin mounts its device-plugins folder",
    ),
    _sign(
        r"strict policy|error parsing config|unable to load config|invalid sharing",
        "the configuration of the device plugin is refused",
        "Correct the ConfigMap of the device plugin, or the label nvidia.com/device-plugin.config",
    ),
    # ROCm/gpu-operator and ROCm/k8s-device-plugin.
    _sign(
        r"amdgpu[^\n]{0,80}(?:not found|failed to load|not loaded)|/dev/kfd[^\n]{0,60}no such",
        "the amdgpu module is not loaded",
        "See the Module of KMM and its pods for the node, and blacklist the inbox driver",
    ),
)  # fmt: skip


def match(lines: Sequence[str]) -> Match | None:
    """Return what a log tells: the newest line that is explained, else the telling one."""
    cut = [line[:LONGEST_LINE] for line in lines]
    told = [found for line in reversed(cut) if (found := _of_xid(line))]
    at_fault = next((one for one in told if one.hardware), None)
    explained = at_fault or _of_sign(cut) or next(iter(told), None)
    if explained:
        return explained
    line = telling(cut)
    return Match(line) if line else None


def _of_sign(lines: Sequence[str]) -> Match | None:
    for sign in SIGNS:
        for line in reversed(lines):
            if found := sign.pattern.search(line):
                means = sign.means.format(*(one or "" for one in found.groups()))
                return Match(line.strip(), means, sign.advice, sign.hardware, sign.passes)
    return None


def _of_xid(line: str) -> Match | None:
    """Return what an XID tells; the kernel's only where it is more than a program's trouble."""
    for one in read(line):
        by_plugin = _PLUGIN in line
        if by_plugin or concerns_devices(one):
            at_fault = device_at_fault(one)
            again = _AGAIN if by_plugin and not at_fault else ""
            where = one.gpu if by_plugin else f"the GPU at {one.gpu}"
            means = f"Xid {one.number} on {where}, {entry(one).means}"
            advice = f"{' '.join(steps(one))}{again} gpu_explain_xid tells more"
            return Match(line.strip(), means, advice, at_fault, passes=bool(again) and _passed(one))
    return None


def _passed(one: Reported) -> bool:
    """Return whether an XID asks for nothing of the device, only of its program if at all."""
    return needs(one) != "action" or entry(one).action == "RESTART_APP"


def best(logs: Iterable[Sequence[str]]) -> Match | None:
    """Return what several logs tell, one that is explained before any other."""
    found = [one for one in map(match, logs) if one]
    return next((one for one in found if one.means), found[0] if found else None)
