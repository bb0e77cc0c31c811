"""libnvidia-ml in Python, below NVIDIA's own bindings: it writes where they point to.

So the bindings and what we make of them are tried together on a machine without a GPU. Values are
those of the captured H100 where it has them; a partitioned GPU is simulated.
"""

import ctypes
from collections.abc import Callable, Mapping
from importlib import import_module
from typing import Any, TypeAlias

import pytest

Raw: TypeAlias = Any
"""What the bindings hand to the library: pointers of ctypes."""
Function: TypeAlias = Callable[..., Any]
BINDINGS = import_module("pynvml")
MIB = 2**20
_TEXTS = {
    "nvmlSystemGetDriverVersion": b"580.159.04",
    "nvmlSystemGetNVMLVersion": b"13.580.159.04",
    "nvmlDeviceGetName": b"NVIDIA H100 80GB HBM3",
    "nvmlDeviceGetUUID": b"GPU-00000000-0000-0000-0000-000000000000",
    "nvmlDeviceGetVbiosVersion": b"96.00.DA.00.0C",
}
_NUMBERS: dict[str, tuple[int, ...]] = {
    "nvmlSystemGetCudaDriverVersion_v2": (13000,),
    "nvmlDeviceGetCount_v2": (1,),
    "nvmlDeviceGetTemperature": (54,),
    "nvmlDeviceGetPowerUsage": (698890,),
    "nvmlDeviceGetClockInfo": (1365,),
    "nvmlDeviceGetCurrentClocksThrottleReasons": (4,),
    "nvmlDeviceGetTotalEccErrors": (3,),
    "nvmlDeviceGetEccMode": (1, 0),
    "nvmlDeviceGetMigMode": (1, 1),
    "nvmlDeviceGetRemappedRows": (1, 2, 0, 1),
    "nvmlDeviceGetPowerManagementLimitConstraints": (200000, 700000),
    "nvmlDeviceGetNvLinkState": (1,),
    "nvmlDeviceGetMaxMigDeviceCount": (3,),
    "nvmlDeviceGetGpuInstanceId": (1,),
    "nvmlDeviceGetComputeInstanceId": (0,),
    "nvmlDeviceGetGpuInstanceRemainingCapacity": (1,),
    "nvmlDeviceGetSupportedEventTypes": (0xFFFF,),
}
_STRUCTS: dict[str, dict[str, int | bytes]] = {
    "nvmlDeviceGetPciInfo_v3": {"busId": b"00000000:00:06.0"},
    "nvmlDeviceGetMemoryInfo_v2": {
        "total": 81559 * MIB,
        "reserved": 480 * MIB,
        "used": 1011 * MIB,
        "free": 80068 * MIB,
    },
    "nvmlDeviceGetMemoryInfo": {"total": 40448 * MIB, "used": 16 * MIB, "free": 0},
    "nvmlDeviceGetUtilizationRates": {"gpu": 99, "memory": 31},
    "nvmlDeviceGetRowRemapperHistogram": {"max": 2560},
    "nvmlDeviceGetSramEccErrorStatus": {
        "volatileUncParity": 1,
        "volatileUncSecDed": 2,
        "aggregateUncParity": 3,
        "aggregateUncSecDed": 4,
        "bThresholdExceeded": 1,
    },
    "nvmlDeviceGetGpuFabricInfoV": {"state": 3, "cliqueId": 7, "healthMask": 1},
}
_FIELDS = {82: 48, 230: 4, 269: 5_000_000_000}
"""Of nvmlDeviceGetFieldValues; others are not supported."""
_PROFILES = {0: (b"MIG 1g.10gb", 19, 7, 9984), 2: (b"MIG 3g.40gb", 9, 2, 40448)}


class Library:
    """The library, with return codes in place of what a test lets fail."""

    def __init__(self, codes: Mapping[str, int] | None = None) -> None:
        self._codes = dict(codes or {})
        self.called: list[str] = []
        self.events = [(8, 79, 0xFFFFFFFF), (8, 94, 1)]

    def __getattr__(self, name: str) -> Function:
        if name.startswith("_"):
            raise AttributeError(name)
        run = self._function(name)

        def call(*arguments: Raw) -> int:
            self.called.append(name)
            return self._codes.get(name) or run(*arguments)

        return call

    def _function(self, name: str) -> Function:
        if name in _TEXTS:
            return lambda *given: _text(given, _TEXTS[name])
        if name in _NUMBERS:
            return lambda *given: _written(given, _NUMBERS[name])
        if name in _STRUCTS:
            return lambda *given: _filled(given[-1], _STRUCTS[name])
        found = _FUNCTIONS.get(name)
        if name == "nvmlEventSetWait_v2":
            return self._wait
        if found is None:
            raise AttributeError(name)  # as of a function that an older driver lacks
        return found

    def _wait(self, _events: object, data: Raw, _timeout: object) -> int:
        if not self.events:
            return 10
        kind, xid, instance = self.events.pop(0)
        _point(ctypes.byref(data._obj.device), 0x1000)
        return _filled(data, {"eventType": kind, "eventData": xid, "gpuInstanceId": instance})


def use(patch: pytest.MonkeyPatch, library: Library) -> Library:
    """Put a library below the bindings."""
    patch.setattr(BINDINGS, "nvmlLib", library)
    patch.setattr(BINDINGS, "_nvmlGetFunctionPointer_cache", {})
    return library


def _point(pointer: Raw, address: int) -> int:
    ctypes.cast(pointer, ctypes.POINTER(ctypes.c_void_p))[0] = address
    return 0


def _text(given: tuple[Raw, ...], text: bytes) -> int:
    given[-2].value = text
    return 0


def _written(given: tuple[Raw, ...], numbers: tuple[int, ...]) -> int:
    for pointer, number in zip(given[-len(numbers) :], numbers, strict=True):
        pointer._obj.value = number
    return 0


def _filled(pointer: Raw, values: Mapping[str, int | bytes]) -> int:
    for name, value in values.items():
        setattr(pointer._obj, name, value)
    return 0


def _done(*_: object) -> int:
    return 0


def _handle_by_index_v2(index: Raw, device: Raw) -> int:
    return _point(device, 0x1000 + index.value)


def _event_set_create(made: Raw) -> int:
    return _point(made, 0x2000)


def _process_name(pid: Raw, buffer: Raw, _size: object) -> int:
    if pid.value != 442:
        return 6
    buffer.value = b"python3"
    return 0


def _error_string(_code: int) -> bytes:
    return b"some error"


def _field_values(_gpu: object, _count: object, values: Raw) -> int:
    value = values._obj[0]
    value.nvmlReturn = 0 if value.fieldId in _FIELDS else 3
    value.valueType = 3
    value.value.ullVal = _FIELDS.get(value.fieldId, 0)
    return 0


def _compute_running_processes_v3(_gpu: object, count: Raw, room: Raw) -> int:
    if room is None:
        count._obj.value = 2
        return 7
    room[0].pid, room[0].usedGpuMemory, room[0].gpuInstanceId = 442, 1002 * MIB, 0xFFFFFFFF
    room[0].computeInstanceId = 0xFFFFFFFF
    room[1].pid, room[1].usedGpuMemory, room[1].gpuInstanceId = 443, 2**64 - 1, 1
    count._obj.value = 2
    return 0


def _graphics_running_processes_v3(_gpu: object, _count: object, _room: object) -> int:
    return 3


def _gpu_instance_profile_info_v(_gpu: object, profile: int, info: Raw) -> int:
    if profile not in _PROFILES:
        return 3
    name, number, most, memory = _PROFILES[profile]
    values = {"name": name, "id": number, "instanceCount": most, "memorySizeMB": memory}
    return _filled(info, values)


def _gpu_instances(_gpu: object, profile: int, room: Raw, count: Raw) -> int:
    count._obj.value = int(profile == 9)
    if profile == 9:
        _point(ctypes.byref(room), 0x3000)
    return 0


def _gpu_instance_get_info(_instance: object, info: Raw) -> int:
    info._obj.placement.start, info._obj.placement.size = 4, 4
    return _filled(info, {"id": 1, "profileId": 9})


def _mig_device_handle_by_index(_gpu: object, index: Raw, device: Raw) -> int:
    return 6 if index.value != 1 else _point(device, 0x4000)


_FUNCTIONS: dict[str, Function] = {
    "nvmlInitWithFlags": _done,
    "nvmlShutdown": _done,
    "nvmlDeviceRegisterEvents": _done,
    "nvmlEventSetFree": _done,
    "nvmlDeviceGetHandleByIndex_v2": _handle_by_index_v2,
    "nvmlEventSetCreate": _event_set_create,
    "nvmlSystemGetProcessName": _process_name,
    "nvmlErrorString": _error_string,
    "nvmlDeviceGetFieldValues": _field_values,
    "nvmlDeviceGetComputeRunningProcesses_v3": _compute_running_processes_v3,
    "nvmlDeviceGetGraphicsRunningProcesses_v3": _graphics_running_processes_v3,
    "nvmlDeviceGetGpuInstanceProfileInfoV": _gpu_instance_profile_info_v,
    "nvmlDeviceGetGpuInstances": _gpu_instances,
    "nvmlGpuInstanceGetInfo": _gpu_instance_get_info,
    "nvmlDeviceGetMigDeviceHandleByIndex": _mig_device_handle_by_index,
}
