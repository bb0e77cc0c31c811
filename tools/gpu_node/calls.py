"""Which function of NVIDIA's bindings gives which value.

Of several functions the first that library and driver have is called: names changed over time.
Sources: the API reference of NVML, and nvml.h, which says the units.
"""

from dataclasses import dataclass

from clusterwright.tools.gpu_node.nvml import Number, Numbers, Refusal, Text


@dataclass(frozen=True, slots=True)
class Call:
    """A function, or the first of several that there is."""

    functions: tuple[str, ...]
    arguments: tuple[str, ...] = ()
    """Names of constants of the bindings."""
    attributes: tuple[str, ...] = ()
    """What to take of a struct, in order; nothing where numbers come as they are."""


TEXTS: dict[Text, Call] = {
    Text.NAME: Call(("nvmlDeviceGetName",)),
    Text.UUID: Call(("nvmlDeviceGetUUID",)),
    Text.PCI_BUS_ID: Call(
        ("nvmlDeviceGetPciInfo_v3", "nvmlDeviceGetPciInfo"), attributes=("busId",)
    ),
    Text.VBIOS: Call(("nvmlDeviceGetVbiosVersion",)),
}
_REASONS = ("nvmlDeviceGetCurrentClocksEventReasons", "nvmlDeviceGetCurrentClocksThrottleReasons")
_ERRORS = ("nvmlDeviceGetTotalEccErrors",)
_CORRECTED, _UNCORRECTED = "NVML_MEMORY_ERROR_TYPE_CORRECTED", "NVML_MEMORY_ERROR_TYPE_UNCORRECTED"
_VOLATILE, _AGGREGATE = "NVML_VOLATILE_ECC", "NVML_AGGREGATE_ECC"
NUMBERS: dict[Number, Call] = {
    Number.TEMPERATURE: Call(
        ("nvmlDeviceGetTemperatureV1", "nvmlDeviceGetTemperature"), ("NVML_TEMPERATURE_GPU",)
    ),
    Number.TEMPERATURE_MARGIN: Call(("nvmlDeviceGetMarginTemperature",)),
    Number.POWER_DRAW: Call(("nvmlDeviceGetPowerUsage",)),
    Number.POWER_LIMIT: Call(("nvmlDeviceGetEnforcedPowerLimit",)),
    Number.POWER_LIMIT_DEFAULT: Call(("nvmlDeviceGetPowerManagementDefaultLimit",)),
    Number.CLOCK_SM: Call(("nvmlDeviceGetClockInfo",), ("NVML_CLOCK_SM",)),
    Number.CLOCK_SM_MAX: Call(("nvmlDeviceGetMaxClockInfo",), ("NVML_CLOCK_SM",)),
    Number.CLOCK_MEMORY: Call(("nvmlDeviceGetClockInfo",), ("NVML_CLOCK_MEM",)),
    Number.CLOCK_MEMORY_MAX: Call(("nvmlDeviceGetMaxClockInfo",), ("NVML_CLOCK_MEM",)),
    Number.CLOCK_EVENT_REASONS: Call(_REASONS),
    Number.PERFORMANCE_STATE: Call(("nvmlDeviceGetPerformanceState",)),
    Number.CORRECTED_VOLATILE: Call(_ERRORS, (_CORRECTED, _VOLATILE)),
    Number.UNCORRECTED_VOLATILE: Call(_ERRORS, (_UNCORRECTED, _VOLATILE)),
    Number.CORRECTED_AGGREGATE: Call(_ERRORS, (_CORRECTED, _AGGREGATE)),
    Number.UNCORRECTED_AGGREGATE: Call(_ERRORS, (_UNCORRECTED, _AGGREGATE)),
    Number.RETIRED_PENDING: Call(("nvmlDeviceGetRetiredPagesPendingStatus",)),
    Number.PCIE_GENERATION: Call(("nvmlDeviceGetCurrPcieLinkGeneration",)),
    Number.PCIE_GENERATION_MAX: Call(("nvmlDeviceGetMaxPcieLinkGeneration",)),
    Number.PCIE_WIDTH: Call(("nvmlDeviceGetCurrPcieLinkWidth",)),
    Number.PCIE_WIDTH_MAX: Call(("nvmlDeviceGetMaxPcieLinkWidth",)),
    Number.PCIE_REPLAYS: Call(("nvmlDeviceGetPcieReplayCounter",)),
    Number.COMPUTE_MODE: Call(("nvmlDeviceGetComputeMode",)),
    Number.PERSISTENCE_MODE: Call(("nvmlDeviceGetPersistenceMode",)),
}
FIELDS: dict[Number, str] = {
    Number.MEMORY_TEMPERATURE: "NVML_FI_DEV_MEMORY_TEMP",
    Number.HELD_SW_POWER_CAP: "NVML_FI_DEV_PERF_POLICY_POWER",
    Number.HELD_SW_THERMAL: "NVML_FI_DEV_CLOCKS_EVENT_REASON_SW_THERM_SLOWDOWN",
    Number.HELD_HW_THERMAL: "NVML_FI_DEV_CLOCKS_EVENT_REASON_HW_THERM_SLOWDOWN",
    Number.HELD_HW_POWER_BRAKE: "NVML_FI_DEV_CLOCKS_EVENT_REASON_HW_POWER_BRAKE_SLOWDOWN",
    Number.RETIRED_SINGLE_BIT: "NVML_FI_DEV_RETIRED_SBE",
    Number.RETIRED_DOUBLE_BIT: "NVML_FI_DEV_RETIRED_DBE",
    Number.RECOVERY_ACTION: "NVML_FI_DEV_GET_GPU_RECOVERY_ACTION",
    Number.NVLINKS: "NVML_FI_DEV_NVLINK_LINK_COUNT",
    Number.NVLINK_CRC_ERRORS: "NVML_FI_DEV_NVLINK_CRC_FLIT_ERROR_COUNT_TOTAL",
    Number.NVLINK_REPLAYS: "NVML_FI_DEV_NVLINK_REPLAY_ERROR_COUNT_TOTAL",
    Number.NVLINK_RECOVERIES: "NVML_FI_DEV_NVLINK_RECOVERY_ERROR_COUNT_TOTAL",
}
"""Numbers that are fields rather than functions."""
VALUES = ("dVal", "uiVal", "ulVal", "ullVal", "sllVal", "siVal", "usVal")
"""The member of a field's value by its type (NVML_VALUE_TYPE_*)."""

SEVERAL: dict[Numbers, Call] = {
    Numbers.MEMORY: Call(
        ("nvmlDeviceGetMemoryInfo",), ("nvmlMemory_v2",), ("total", "reserved", "used", "free")
    ),
    Numbers.UTILIZATION: Call(("nvmlDeviceGetUtilizationRates",), (), ("gpu", "memory")),
    Numbers.POWER_LIMITS: Call(("nvmlDeviceGetPowerManagementLimitConstraints",)),
    Numbers.ECC_MODE: Call(("nvmlDeviceGetEccMode",)),
    Numbers.MIG_MODE: Call(("nvmlDeviceGetMigMode",)),
    Numbers.REMAPPED_ROWS: Call(("nvmlDeviceGetRemappedRows",)),
    Numbers.REMAP_HISTOGRAM: Call(
        ("nvmlDeviceGetRowRemapperHistogram",), (), ("max", "high", "partial", "low", "none")
    ),
}
SRAM = (
    "volatileUncParity",
    "volatileUncSecDed",
    "aggregateUncParity",
    "aggregateUncSecDed",
    "bThresholdExceeded",
)

REFUSALS: dict[int, Refusal] = {
    2: Refusal.NOT_FOUND,  # INVALID_ARGUMENT: of a link, profile or instance that is not there
    3: Refusal.NOT_SUPPORTED,
    4: Refusal.NO_PERMISSION,
    6: Refusal.NOT_FOUND,
    8: Refusal.POWER,
    10: Refusal.TIMEOUT,
    11: Refusal.INTERRUPT,
    13: Refusal.NOT_SUPPORTED,  # FUNCTION_NOT_FOUND: the driver is older than the bindings
    14: Refusal.INFOROM,
    15: Refusal.LOST,
    16: Refusal.RESET_REQUIRED,
    22: Refusal.NOT_SUPPORTED,  # VGPU_ECC_NOT_SUPPORTED
    25: Refusal.NOT_SUPPORTED,  # ARGUMENT_VERSION_MISMATCH
    26: Refusal.NOT_SUPPORTED,  # DEPRECATED
    28: Refusal.LOST,  # GPU_NOT_FOUND
}
"""What the return codes of NVML (nvmlReturn_t) mean here."""
LIBRARY_NOT_FOUND, DRIVER_NOT_LOADED, NOT_PERMITTED, MISMATCH = 12, 9, 4, 18
"""Return codes of nvmlInit that have a remedy of their own."""
EVENTS = (
    "nvmlEventTypeXidCriticalError",
    "nvmlEventTypeDoubleBitEccError",
    "nvmlEventTypeDramRetirementFailure",
    "nvmlEventTypeNonFatalPoisonError",
    "nvmlEventTypeFatalPoisonError",
    "nvmlEventTypeGpuUnavailableError",
    "nvmlEventTypeGpuRecoveryAction",
)
