"""Package our charts with the real Helm, in folders of its own."""

import os
import subprocess
from collections.abc import Mapping
from pathlib import Path
from tempfile import TemporaryDirectory

from clusterwright.deploy.sandbox.charts import CHARTS
from clusterwright.deploy.sandbox.charts.chart import lay_out
from clusterwright.deploy.sandbox.parts.binaries import ensure_binaries
from clusterwright.deploy.sandbox.parts.errors import PartError
from clusterwright.deploy.sandbox.parts.report import SilentReport

_SECONDS = 60.0


def pack(folder: Path) -> list[Path]:
    """Return an archive in `folder` for each version of each chart."""
    archives: list[Path] = []
    for name, versions in CHARTS.items():
        for version in versions:
            with TemporaryDirectory(prefix="clusterwright-") as place:
                chart = lay_out(name, version, Path(place))
                helm("package", str(chart), f"--destination={folder}")
            archives.append(folder / f"{name}-{version}.tgz")
    return archives


def helm(*arguments: str) -> str:
    """Run Helm 4 without a cluster and return what it printed; raise PartError with its words."""
    program = ensure_binaries(["helm"], SilentReport())["helm"]
    with TemporaryDirectory(prefix="clusterwright-") as home:
        done = subprocess.run(
            [program, *arguments],
            env=_environment(home),
            capture_output=True,
            text=True,
            timeout=_SECONDS,
            check=False,
        )
    if done.returncode:
        raise PartError(
            f'"helm {arguments[0]}": {done.stderr.strip()[-600:]}',
            hint="the charts are in deploy/sandbox/charts; `helm lint` says what is wrong with one",
        )
    return done.stdout


def _environment(home: str) -> Mapping[str, str]:
    own = {f"HELM_{name}_HOME": f"{home}/{name.lower()}" for name in ("CACHE", "CONFIG", "DATA")}
    return {**own, "HOME": home, "PATH": os.environ.get("PATH", "")}
