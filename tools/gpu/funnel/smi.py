"""What the exit code of nvidia-smi says, with which the driver's validation ends."""

_SAID = {
    2: "an argument is not valid",
    3: "the operation is not available on this device",
    4: "no permission for it",
    6: "a query did not succeed",
    8: "the external power cables of a GPU are not attached",
    9: "the NVIDIA driver is not loaded",
    10: "the kernel has an interrupt issue with a GPU",
    12: "the NVML library is not found, or cannot be loaded",
    13: "this version of NVML does not have the function",
    14: "the infoROM of a GPU is corrupted",
    15: "a GPU has fallen off the bus, or is not reachable",
    255: "another error, or one within the driver",
}
"""Source: nvidia-smi(1), RETURN VALUE."""


def said_by(exit_code: int) -> str:
    """Return what an exit code of nvidia-smi means; empty for any other."""
    said = _SAID.get(exit_code)
    return f"nvidia-smi {exit_code}: {said}" if said else ""
