"""What `gpu_inspect_node` answers: problems, then a row for each GPU, or one GPU whole."""

from pydantic import BaseModel, ConfigDict, Field

from clusterwright.tools.answer import Answer, columns
from clusterwright.tools.gpu_node.models import Event, Gpu, Process
from clusterwright.tools.gpu_node.problems import Problem
from clusterwright.tools.gpu_node.shown import lines_of, process_line, quiet


class GpuRow(BaseModel):
    """A GPU in one line."""

    model_config = ConfigDict(frozen=True)

    gpu: int = Field(description="Index.")
    product: str | None = Field(default=None, description="Absent: as of all.")
    uuid: str | None = None
    pci: str | None = None
    trouble: str | None = Field(default=None, description="Why it does not answer.")
    used_mib: int | None = None
    total_mib: int | None = None
    load_percent: int | None = None
    celsius: int | None = None
    watts: float | None = None
    limit_watts: float | None = None
    sm_mhz: int | None = None
    slowed_by: tuple[str, ...] = Field(default=(), description="Clock event reasons.")
    mig: str | None = Field(default=None, description="off, or instances by profile.")
    processes: int | None = None

    def cells(self) -> tuple[str, ...]:
        """Return it as columns."""
        memory = f"{_or(self.used_mib)}/{_or(self.total_mib)}"
        power = f"{_or(self.watts, '.0f')}/{_or(self.limit_watts, '.0f')}"
        return (
            str(self.gpu),
            self.pci or "-",
            memory if self.total_mib is not None else "-",
            _or(self.load_percent),
            _or(self.celsius),
            power if self.watts is not None else "-",
            _or(self.sm_mhz),
            ",".join(self.slowed_by) or "-",
            self.mig or "-",
            _or(self.processes),
            self.trouble or self.product or "",
        )


_HEADER = ("GPU", "PCI", "MIB", "LOAD%", "C", "W", "SM-MHZ", "CLOCKS", "MIG", "PROCS", "")


def _or(value: float | None, how: str = "") -> str:
    return "-" if value is None else format(value, how)


class NodeInspection(Answer):
    """The GPUs of a machine as its driver sees them."""

    cluster: str = Field(description="The machine; its driver knows no cluster.")
    driver: str
    cuda: str = Field(description="The newest that the driver runs.")
    product: str | None = Field(default=None, description="Of all GPUs, where it is the same.")
    gpus: int
    sound: int = Field(description="GPUs that answer, with no problem but info.")
    problems: tuple[Problem, ...] = ()
    rows: tuple[GpuRow, ...] = ()
    gpu: Gpu | None = Field(default=None, description="What is absent in it was not read.")
    processes: tuple[Process, ...] = ()
    not_supported: tuple[str, ...] = Field(default=(), description="By any GPU here.")
    listened_s: float = 0
    events: tuple[Event, ...] = ()
    deaf: tuple[int, ...] = Field(default=(), description="GPUs that tell no events.")
    left: int = Field(default=0, description="Lines left out.")
    next_cursor: str | None = None

    def render(self) -> str:
        """Return problems, then GPUs, then what was not to be had."""
        of = f" {quiet(self.product)}" if self.product else ""
        lines = [
            f"machine {quiet(self.cluster)}: {self.gpus} GPU{of}, driver {quiet(self.driver)},"
            f" CUDA up to {self.cuda}; {self.sound} of {self.gpus} sound"
        ]
        lines += [one.line() for one in self.problems]
        if self.rows:
            named = [
                one.model_copy(update={"product": quiet(one.product) if one.product else None})
                for one in self.rows
            ]
            lines.append(columns(_HEADER, [one.cells() for one in named]))
        lines += lines_of(self.gpu) if self.gpu else []
        lines += [process_line(one) for one in self.processes]
        lines += self._told()
        if self.not_supported:
            lines.append(f"not supported: {', '.join(self.not_supported)}")
        if self.next_cursor:
            lines.append(f"{self.left} more: cursor={self.next_cursor}")
        return "\n".join(lines)

    def _told(self) -> list[str]:
        if not self.listened_s:
            return []
        deaf = f"; GPU {', '.join(map(str, self.deaf))} tells none" if self.deaf else ""
        return [f"listened {self.listened_s:g} s: {len(self.events)} critical events{deaf}"]
