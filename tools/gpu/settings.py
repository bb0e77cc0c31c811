"""The file gpu.yaml: what whoever runs the server knows of where a cluster's GPU operators work."""

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from clusterwright.tools.trust.places import config_dir
from clusterwright.tools.trust.settings_file import load_settings

FILE = "gpu.yaml"
EXAMPLE = "operand_namespaces: [gpu-plugins]"
_NAME = r"^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$"


class GpuFile(BaseModel):
    """The file gpu.yaml."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    operand_namespaces: tuple[Annotated[str, Field(pattern=_NAME)], ...] = Field(
        default=(), description="Where only administrators write, and operands without owners lie"
    )


def load_gpu_settings() -> GpuFile:
    """Return what is configured; raise InvalidInputError that names the line that is wrong."""
    path = config_dir() / FILE
    if not path.is_file():
        return GpuFile()
    return load_settings(path, GpuFile, GpuFile, "GPU settings", EXAMPLE)
