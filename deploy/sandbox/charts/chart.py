"""A chart of ours in one of its versions, laid out as a folder that Helm reads."""

import re
import shutil
from pathlib import Path
from random import Random

import yaml

from clusterwright.deploy.sandbox.charts import CHARTS
from clusterwright.tools.errors import NotFoundError
from clusterwright.tools.manifest import Manifest, text

_FOLDER = Path(__file__).parent
_VERSION = re.compile(r"^version: .*$", re.MULTILINE)
_KIB = 1024


def versions_of(name: str) -> tuple[str, ...]:
    """Return the versions of a chart, oldest first; raise NotFoundError naming the charts."""
    if name not in CHARTS:
        raise NotFoundError(f"there is no chart {name!r}", hint=f"there are {', '.join(CHARTS)}")
    return CHARTS[name]


def lay_out(name: str, version: str, where: Path, *, padding_kib: int = 0) -> Path:
    """Return the folder of a chart below `where`, which must not hold it yet.

    Args:
        name: of the chart.
        version: one of its versions; empty: the oldest.
        where: an empty folder.
        padding_kib: size of a file to add that cannot be compressed, as a picture or an archive.

    Raises NotFoundError for a chart or a version that there is not.
    """
    known = versions_of(name)
    chosen = version or known[0]
    if chosen not in known:
        raise NotFoundError(
            f"chart {name!r} has no version {chosen!r}", hint=f"it has {', '.join(known)}"
        )
    folder = where / name
    shutil.copytree(_FOLDER / name, folder)
    newer = _FOLDER / "newer" / f"{name}-{chosen}"
    if newer.is_dir():
        shutil.copytree(newer, folder, dirs_exist_ok=True)
    about = folder / "Chart.yaml"
    about.write_text(_VERSION.sub(f"version: {chosen}", about.read_text("utf-8")), "utf-8")
    if padding_kib:
        files = folder / "files"
        files.mkdir(exist_ok=True)
        # The same bytes each time, so that a release of the same seed is the same.
        (files / "screens.bin").write_bytes(Random(name).randbytes(padding_kib * _KIB))
    return folder


def crds_of(name: str) -> list[Manifest]:
    """Return the CustomResourceDefinitions that installing a chart makes; Helm leaves them."""
    found: list[Manifest] = []
    for path in sorted((_FOLDER / name).glob("crds/*.yaml")):
        found += [one for one in yaml.safe_load_all(path.read_text("utf-8")) if text(one, "kind")]
    return found
