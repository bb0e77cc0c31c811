"""A stand-in for Helm: a program that writes down how it was called, and does what it is told."""

import json
import sys
from dataclasses import dataclass, replace
from pathlib import Path

from clusterwright.deploy.sandbox.scenario.kubectl import Cluster
from clusterwright.tools.manifest import Manifest
from tests.deploy.sandbox.scenario.stand_in import StandIn

_PROGRAM = """#!{python}
import json, os, pathlib, sys, time
folder = pathlib.Path({folder!r})
values = [one.partition("=")[2] for one in sys.argv if one.startswith("--values=")]
chart = sys.argv[3] if values else ""
call = {{
    "arguments": sys.argv[1:],
    "environment": dict(os.environ),
    "values": [pathlib.Path(one).read_text() for one in values],
    "chart": sorted(os.listdir(chart)) if chart else [],
    "group": os.getpgid(0),
    "pid": os.getpid(),
}}
written = folder / f"{{time.time_ns()}}-{{os.getpid()}}"
written.write_text(json.dumps(call))
written.rename(written.with_suffix(".call"))
if (folder / "makes").exists():
    source, target = json.loads((folder / "makes").read_text())
    os.replace(source, target)
print((folder / "says").read_text())
while (folder / "lasts").exists():
    time.sleep(0.02)
sys.exit(int((folder / "status").read_text()))
"""


@dataclass(frozen=True)
class Call:
    """How it was called once: what it was given, and what process it was."""

    arguments: list[str]
    environment: dict[str, str]
    values: list[str]
    chart: list[str]
    """The files in the chart's folder."""
    group: int
    pid: int


@dataclass(frozen=True)
class StandInHelm:
    """What Helm is told, and what it does."""

    folder: Path

    def does(self, *, says: str = "", status: int = 0, lasts: bool = False) -> None:
        """Say this from now on, and end so; or last until it is killed."""
        (self.folder / "says").write_text(says)
        (self.folder / "status").write_text(str(status))
        if lasts:
            (self.folder / "lasts").touch()

    def makes(self, seen_by: StandIn, *objects: Manifest) -> None:
        """Make these when it is called next: kubectl sees them from then on, and not before."""
        source = self.folder / "answers.json"
        source.write_text(json.dumps([objects]))
        target = seen_by.folder / "answers.json"
        (self.folder / "makes").write_text(json.dumps([str(source), str(target)]))

    @property
    def calls(self) -> list[Call]:
        """Every call so far."""
        return [Call(**json.loads(one.read_text())) for one in sorted(self.folder.glob("*.call"))]


def with_helm(cluster: Cluster, folder: Path) -> tuple[Cluster, StandInHelm]:
    """Return a cluster whose Helm 4 and Helm 3 are stand-ins, which end well."""
    folder.mkdir()
    program = folder / "helm"
    program.write_text(_PROGRAM.format(python=sys.executable, folder=str(folder)))
    program.chmod(0o755)
    made = StandInHelm(folder)
    made.does()

    def found(_name: str) -> Path:
        return program

    return replace(cluster, helm=found), made
