"""NVML through NVIDIA's own bindings: the only file that loads a library, and only when asked to.

The session is short: whoever holds the driver keeps a GPU from being reset, and its MIG mode
and driver from being changed, so that a reader that stays would be in the way of every repair.
"""

import ctypes
from collections.abc import Callable, Sequence
from importlib import import_module
from typing import Any, TypeAlias

from clusterwright.tools.errors import ForbiddenError, NotServedError, ToolError, UnreachableError
from clusterwright.tools.gpu_node.calls import (
    DRIVER_NOT_LOADED,
    EVENTS,
    FIELDS,
    LIBRARY_NOT_FOUND,
    MISMATCH,
    NOT_PERMITTED,
    NUMBERS,
    REFUSALS,
    SEVERAL,
    SRAM,
    TEXTS,
    VALUES,
    Call,
)
from clusterwright.tools.gpu_node.nvml import (
    Handle,
    Number,
    Numbers,
    NvmlError,
    RawEvent,
    RawFabric,
    RawInstance,
    RawMigDevice,
    RawProcess,
    RawProfile,
    Refusal,
    System,
    Text,
)

Foreign: TypeAlias = Any
"""What the bindings take and return; they have no types."""
_NO_ID = 0xFFFFFFFF
"""What stands for the id of no instance."""
_EMPTY = {Refusal.NOT_FOUND, Refusal.NOT_SUPPORTED}


def open_nvml() -> "Session":
    """Return a session with the driver of this machine.

    Raises:
        NotServedError: without bindings, library or driver, with what is missing.
        ForbiddenError: the devices may not be opened.
        UnreachableError: library and driver do not fit, or the driver fails.
    """
    try:
        library = import_module("pynvml")
    except ModuleNotFoundError as error:
        raise NotServedError(
            "the Python package “nvidia-ml-py” is not installed, and without it no GPU is read",
            hint="on the machine that has the GPUs, in a checkout: pip install '.[gpu-node]'",
        ) from error
    try:
        library.nvmlInit()
    except library.NVMLError as error:
        raise _no_session(error.value, str(error)) from error
    return Session(library)


class Session:
    """A session with the driver, in the terms of `Nvml`."""

    def __init__(self, library: Foreign) -> None:
        """Take the bindings after nvmlInit."""
        self._library = library
        self._events: Foreign = None
        self._watched: dict[int | None, int] = {}

    def close(self) -> None:
        """Let go of the driver."""
        try:
            if self._events is not None:
                self._call("nvmlEventSetFree", self._events)
        finally:
            self._call("nvmlShutdown")

    def system(self) -> System:
        """Return versions."""
        return System(
            driver=self._call("nvmlSystemGetDriverVersion"),
            cuda=self._call("nvmlSystemGetCudaDriverVersion_v2"),
            nvml=self._call("nvmlSystemGetNVMLVersion"),
        )

    def count(self) -> int:
        """Return how many GPUs the driver knows."""
        return self._call("nvmlDeviceGetCount")

    def handle(self, index: int) -> Handle:
        """Return the GPU with an index."""
        return self._call("nvmlDeviceGetHandleByIndex", index)

    def text(self, gpu: Handle, of: Text) -> str:
        """Return a text of a GPU."""
        call = TEXTS[of]
        found = self._first(call, gpu)
        return _text(found, call.attributes[0]) if call.attributes else str(found)

    def number(self, gpu: Handle, of: Number) -> int:
        """Return a number of a GPU."""
        if of in FIELDS:
            return self._field(gpu, FIELDS[of])
        return int(self._first(NUMBERS[of], gpu))

    def numbers(self, gpu: Handle, of: Numbers) -> tuple[int, ...]:
        """Return numbers of a GPU that come together."""
        if of is Numbers.SRAM_ERRORS:
            status = self._struct("c_nvmlEccSramErrorStatus_v1_t")
            self._call("nvmlDeviceGetSramEccErrorStatus", gpu, ctypes.byref(status))
            return tuple(int(getattr(status, one)) for one in SRAM)
        call = SEVERAL[of]
        found = self._first(call, gpu)
        if call.attributes:
            return tuple(int(getattr(found, one)) for one in call.attributes)
        return tuple(int(one) for one in found)

    def link_active(self, gpu: Handle, link: int) -> bool:
        """Return whether an NVLink is up."""
        return self._call("nvmlDeviceGetNvLinkState", gpu, link) == 1

    def processes(self, gpu: Handle) -> list[RawProcess]:
        """Return the processes that hold a context on a GPU, MPS clients among them."""
        found: dict[tuple[int, int | None, int | None], RawProcess] = {}
        for kind, function in (
            ("compute", "nvmlDeviceGetComputeRunningProcesses_v3"),
            ("graphics", "nvmlDeviceGetGraphicsRunningProcesses_v3"),
            ("MPS", "nvmlDeviceGetMPSComputeRunningProcesses_v3"),
        ):
            try:
                listed = self._call(function, gpu)
            except NvmlError as error:
                if kind != "compute" and error.refusal is Refusal.NOT_SUPPORTED:
                    continue
                raise
            for one in listed:
                places = (_id(one.gpuInstanceId), _id(one.computeInstanceId))
                made = RawProcess(one.pid, kind, one.usedGpuMemory, *places, self._named(one.pid))
                found.setdefault((one.pid, *places), made)
        return list(found.values())

    def fabric(self, gpu: Handle) -> RawFabric:
        """Return how a GPU stands in its fabric."""
        status = self._struct("c_nvmlGpuFabricInfo_v2_t")
        self._call("nvmlDeviceGetGpuFabricInfoV", gpu, ctypes.byref(status))
        return RawFabric(
            state=int(status.state),
            status=int(status.status),
            clique=int(status.cliqueId),
            cluster=bytes(status.clusterUuid).hex(),
            health_mask=int(status.healthMask),
        )

    def profiles(self, gpu: Handle) -> list[RawProfile]:
        """Return the GPU instance profiles of a product."""
        found: list[RawProfile] = []
        for number in range(self._library.NVML_GPU_INSTANCE_PROFILE_COUNT):
            try:
                one = self._call("nvmlDeviceGetGpuInstanceProfileInfo", gpu, number, 2)
            except NvmlError as error:
                if error.refusal in _EMPTY:
                    continue
                raise
            free = self._maybe("nvmlDeviceGetGpuInstanceRemainingCapacity", gpu, one.id)
            name = _text(one, "name").removeprefix("MIG ")
            found.append(RawProfile(one.id, name, one.instanceCount, free, one.memorySizeMB))
        return found

    def instances(self, gpu: Handle) -> list[RawInstance]:
        """Return the GPU instances."""
        found: list[RawInstance] = []
        for profile in self.profiles(gpu):
            room = (self._library.c_nvmlGpuInstance_t * profile.instances)()
            count = ctypes.c_uint(profile.instances)
            self._call("nvmlDeviceGetGpuInstances", gpu, profile.id, room, ctypes.byref(count))
            for one in room[: count.value]:
                info = self._call("nvmlGpuInstanceGetInfo", one)
                place = info.placement
                found.append(RawInstance(info.id, profile.name, place.start, place.size))
        return sorted(found, key=lambda one: one.id)

    def mig_devices(self, gpu: Handle) -> list[RawMigDevice]:
        """Return the compute instances."""
        found: list[RawMigDevice] = []
        for index in range(self._call("nvmlDeviceGetMaxMigDeviceCount", gpu)):
            try:
                one = self._call("nvmlDeviceGetMigDeviceHandleByIndex", gpu, index)
            except NvmlError as error:
                if error.refusal is Refusal.NOT_FOUND:
                    continue  # indexes have holes
                raise
            memory = self._maybe("nvmlDeviceGetMemoryInfo", one)
            found.append(
                RawMigDevice(
                    gpu_instance=self._call("nvmlDeviceGetGpuInstanceId", one),
                    compute_instance=self._call("nvmlDeviceGetComputeInstanceId", one),
                    uuid=self._call("nvmlDeviceGetUUID", one),
                    name=self._call("nvmlDeviceGetName", one),
                    memory=None if memory is None else (int(memory.used), int(memory.total)),
                )
            )
        return found

    def watch(self, gpus: Sequence[tuple[int, Handle]]) -> list[int]:
        """Begin to listen for critical events; return the indexes of GPUs that tell none."""
        wanted = 0
        for name in EVENTS:
            wanted |= int(getattr(self._library, name, 0))
        self._events = self._call("nvmlEventSetCreate")
        deaf: list[int] = []
        for index, gpu in gpus:
            self._watched[_address(gpu)] = index
            try:
                told = self._call("nvmlDeviceGetSupportedEventTypes", gpu)
                self._call("nvmlDeviceRegisterEvents", gpu, told & wanted, self._events)
            except NvmlError:
                deaf.append(index)
        return deaf

    def next_event(self, within_ms: int) -> RawEvent | None:
        """Return the next event, or None if there was none in time."""
        try:
            told = self._call("nvmlEventSetWait_v2", self._events, within_ms)
        except NvmlError as error:
            if error.refusal is Refusal.TIMEOUT:
                return None
            raise
        index = self._watched.get(_address(told.device))
        places = (_id(told.gpuInstanceId), _id(told.computeInstanceId))
        return RawEvent(index, int(told.eventType), int(told.eventData), *places)

    def _call(self, function: str, *arguments: object) -> Foreign:
        """Return what a function of the bindings does; raise NvmlError where it refuses."""
        run: Callable[..., Foreign] | None = getattr(self._library, function, None)
        if run is None:  # the bindings are older
            raise NvmlError(Refusal.NOT_SUPPORTED, f"{function} is not in the bindings")
        try:
            return run(*arguments)
        except self._library.NVMLError as error:
            refusal = REFUSALS.get(error.value, Refusal.OTHER)
            raise NvmlError(refusal, f"{function}: {error}") from error
        except UnicodeDecodeError as error:  # the bindings take any text for UTF-8
            raise NvmlError(Refusal.OTHER, f"{function}: {error.reason}") from error

    def _first(self, call: Call, gpu: Handle) -> Foreign:
        arguments = [getattr(self._library, one, 0) for one in call.arguments]
        for function in call.functions[:-1]:
            try:
                return self._call(function, gpu, *arguments)
            except NvmlError as error:
                if error.refusal is not Refusal.NOT_SUPPORTED:
                    raise
        return self._call(call.functions[-1], gpu, *arguments)

    def _field(self, gpu: Handle, name: str) -> int:
        number = getattr(self._library, name, None)
        if number is None:
            raise NvmlError(Refusal.NOT_SUPPORTED, f"{name} is not in the bindings")
        (found,) = self._call("nvmlDeviceGetFieldValues", gpu, [number])
        if found.nvmlReturn:
            raise NvmlError(REFUSALS.get(found.nvmlReturn, Refusal.OTHER), name)
        value: Foreign = found.value
        return int(getattr(value, VALUES[int(found.valueType)]))

    def _maybe(self, function: str, *arguments: object) -> Foreign:
        try:
            return self._call(function, *arguments)
        except NvmlError:
            return None

    def _named(self, pid: int) -> str | None:
        return self._maybe("nvmlSystemGetProcessName", pid)

    def _struct(self, name: str) -> Foreign:
        made = getattr(self._library, name, None)
        if made is None:
            raise NvmlError(Refusal.NOT_SUPPORTED, f"{name} is not in the bindings")
        return made()


def _text(struct: Foreign, attribute: str) -> str:
    """Return a text in a struct, which the bindings take for UTF-8, or do not."""
    try:
        found = getattr(struct, attribute)
    except UnicodeDecodeError as error:
        raise NvmlError(Refusal.OTHER, f"{attribute}: {error.reason}") from error
    return found.decode(errors="replace") if isinstance(found, bytes) else str(found)


def _id(number: int) -> int | None:
    return None if number == _NO_ID else number


def _address(handle: Foreign) -> int | None:
    """Return what tells a GPU in an event from another, as it may be past answering."""
    return ctypes.cast(handle, ctypes.c_void_p).value


def _no_session(code: int, said: str) -> ToolError:
    if code == LIBRARY_NOT_FOUND:
        return NotServedError(
            "there is no “libnvidia-ml.so.1” here, so no NVIDIA driver that could be asked",
            hint="run it on a machine with GPUs; in a container, with runtimeClassName nvidia and"
            " NVIDIA_DRIVER_CAPABILITIES=utility",
        )
    if code == DRIVER_NOT_LOADED:
        return NotServedError(
            "the NVIDIA kernel module is not loaded, or no GPU answers it",
            hint="look at the driver's pod on this node: gpu_describe_node tells which stage broke",
        )
    if code == NOT_PERMITTED:
        return ForbiddenError(
            "the devices of the NVIDIA driver may not be opened",
            hint="in a container set NVIDIA_VISIBLE_DEVICES=all, or be in the group that owns"
            " /dev/nvidiactl",
        )
    if code == MISMATCH:
        return UnreachableError(
            "the driver was changed, and the library is of another version than the kernel module",
            hint="drain the node and reboot it, or restart its driver pod",
        )
    return UnreachableError(
        f"NVML does not start: {said}", hint="look at the kernel log of this node for NVRM and Xid"
    )
