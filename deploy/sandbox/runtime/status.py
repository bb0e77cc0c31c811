"""How an instance is: what runs, what has died, how much memory it takes."""

import json
from dataclasses import dataclass

from clusterwright.deploy.sandbox.runtime import processes
from clusterwright.deploy.sandbox.runtime.instance import Instance, find


@dataclass(frozen=True, slots=True)
class ProgramStatus:
    """One program of an instance."""

    name: str
    state: str
    """`running`, `done` (it was to end), or why it does not run."""
    resident_mib: float


@dataclass(frozen=True, slots=True)
class Status:
    """An instance at this moment."""

    instance: Instance
    running: bool
    programs: tuple[ProgramStatus, ...]

    @property
    def healthy(self) -> bool:
        """Whether everything runs that should."""
        return self.running and all(one.state in {"running", "done"} for one in self.programs)


def status(name: str) -> Status:
    """Return how an instance is; raise NoSuchInstanceError if there is none of that name."""
    instance = find(name)
    if not instance.running:
        stopped = (ProgramStatus(one, "stopped", 0.0) for one in instance.record.programs)
        return Status(instance, running=False, programs=tuple(stopped))
    told = _told(instance)
    return Status(
        instance,
        running=True,
        programs=tuple(
            ProgramStatus(one, *told.get(one, ("waiting", 0.0))) for one in instance.record.programs
        ),
    )


def _told(instance: Instance) -> dict[str, tuple[str, float]]:
    """Return what the supervisor's log says of each program, with its memory while it runs."""
    found: dict[str, tuple[str, float]] = {}
    resident = processes.resident_by_log(instance.directory / "logs")
    log = instance.directory / "logs" / "supervisor.log"
    for line in log.read_text(encoding="utf-8", errors="replace").splitlines():
        if not line.startswith("{"):
            continue
        told = json.loads(line)
        name = told["name"]
        match told["what"]:
            case "started" | "ready":
                found[name] = ("running" if name in resident else "done", resident.get(name, 0.0))
            case _:
                found[name] = (told.get("reason", "failed"), 0.0)
    return found
