"""What operands' containers would have written to their logs, by what keeps them."""

from clusterwright.deploy.sandbox.gpu.hardware import DRIVER_VERSION
from clusterwright.deploy.sandbox.gpu.nodes import KERNEL
from clusterwright.deploy.sandbox.gpu.operands import key_of
from clusterwright.deploy.sandbox.gpu.operator.world import steered
from clusterwright.tools.manifest import Manifest, items, mapping, text

_WAITING = {
    "driver-validation": "running command chroot with args [/run/nvidia/driver nvidia-smi]\n"
    'chroot: failed to run command "nvidia-smi": No such file or directory\n'
    "command failed, retrying after 5 seconds",
    "toolkit-validation": "waiting for nvidia container stack to be setup",
    "plugin-validation": "GPU resources are not yet discovered by the node, retry: 1",
    "driver-init": "amdgpu driver is not loaded",
    "vfio-pci-validation": "waiting for vfio-pci driver ...",
    "vgpu-manager-validation": "waiting for NVIDIA vGPU Manager to be setup",
    "vgpu-devices-validation": "waiting for vGPU devices...",
}
_CRASHED = {
    "driver": f"========== NVIDIA Software Installer ==========\nStarting installation of NVIDIA"
    f" driver version {DRIVER_VERSION} for Linux kernel version {KERNEL}\nStopping NVIDIA"
    " persistence daemon...\nUnloading NVIDIA driver kernel modules...\nUnmounting NVIDIA driver"
    " rootfs...\nUpdating the package cache...\nResolving Linux kernel version...\nCould not"
    " resolve Linux kernel version",
    "toolkit": 'level=error msg="error running nvidia-toolkit: unable to setup runtime: unable to'
    " restart containerd: unable to dial: dial unix /run/containerd/containerd.sock: connect: no"
    ' such file or directory"',
    "device-plugin": "E main.go:132] error starting plugins: error creating plugin manager: unable"
    " to create cdi spec file: failed to initialize NVML: Driver/library version mismatch",
    "gfd": "E main.go:90] error creating NVML labeler: failed to initialize NVML: Unknown Error",
    "dcgm-exporter": 'level=fatal msg="Error starting nv-hostengine: DCGM initialization error"',
    "mig-manager": 'level=error msg="Error running nvidia-mig-parted: error setting MIGConfig"',
    "k8s-driver-manager": "Could not unload NVIDIA driver kernel modules, driver is in use",
    "driver-validation": "running command nvidia-smi\nFailed to initialize NVML: Driver/library"
    " version mismatch",
    "toolkit-validation": 'toolkit is not ready\ntime=... level=error msg="error: error validating'
    ' toolkit installation: exec: \\"nvidia-smi\\": executable file not found in $PATH"',
    "cuda-validation": "Failed to allocate device vector A (error code system not yet initialized)!"
    "\n[Vector addition of 50000 elements]",
    "plugin-validation": "GPU resources are not discovered by the node",
    "config-manager-init": 'level=fatal msg="Failed to start: error updating to config: specified'
    ' config does not exist"',
    "vfio-manager": 'level=error msg="failed to load \\"vfio-pci\\" driver: modprobe: FATAL: Module'
    f' vfio-pci not found in directory /lib/modules/{KERNEL}"',
    "mps-control": "E main.go:212] Failed to start MPS daemon: error setting compute mode"
    " EXCLUSIVE_PROCESS: exit status 3",
    "metrics-exporter": "failed to connect to amdgpu driver",
}
_INFOROM_CODE = 14
"""What nvidia-smi returns for it (its man page, return value)."""
_INFOROM = "WARNING: infoROM is corrupted at gpu 0000:3B:00.0"


def log_of(pod: Manifest, node: Manifest, container: str, said: str = "") -> str:
    """Return the log of a pod's container, of the run that failed as of the one that waits.

    `said` is what it has to tell while it runs.
    """
    key = key_of(pod)
    for name in (container, key):
        if told := steered(node, f"{name}-log"):
            return f"{told}\n"
    states = [
        one
        for field in ("initContainerStatuses", "containerStatuses")
        for one in items(pod, "status", field)
        if text(one, "name") == container
    ]
    state = states[0] if states else {}
    is_init = any(text(o, "name") == container for o in items(pod, "spec", "initContainers"))
    if mapping(state, "lastState", "terminated"):
        code = mapping(state, "lastState", "terminated").get("exitCode")
        name = container if is_init else key
        return f"{_INFOROM if code == _INFOROM_CODE else _CRASHED.get(name, 'exiting')}\n"
    if is_init and mapping(state, "state", "running"):
        return f"{_WAITING.get(container, 'waiting')}\n"
    if mapping(state, "state", "waiting"):
        return ""
    return f"{said or f'{container}: simulated, all is well'}\n"
