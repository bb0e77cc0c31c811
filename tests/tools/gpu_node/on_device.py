"""Compares what we read with what nvidia-smi says, on a machine that has a GPU.

Not collected by pytest. It needs Python 3.11 and the driver; NVIDIA's bindings, and pydantic and
anyio for the tool itself, are taken from wheels in a folder where they are not installed:

    python3 tests/tools/gpu_node/on_device.py --wheels build/gpu-node --save OUT [--fault]

Exit status: 0 all the same, 1 something differs, 2 there is nothing to compare.
"""

import argparse
import sys
import tempfile
import types
import zipfile
from importlib import import_module
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[2]


def prepare(wheels: Path | None) -> None:
    """Make our package importable where it is not installed, and wheels with it."""
    made = types.ModuleType("clusterwright")
    made.__path__ = [str(ROOT)]
    sys.modules["clusterwright"] = made
    sys.path.insert(0, str(HERE))
    if wheels is not None:
        place = tempfile.mkdtemp()
        mine = f"cp{sys.version_info[0]}{sys.version_info[1]}"
        for wheel in wheels.glob("*.whl"):
            if wheel.stem.split("-")[2] in {mine, "py3", "py2.py3"}:
                zipfile.ZipFile(wheel).extractall(place)
        sys.path.insert(0, place)


def main() -> int:
    """Prepare, compare, and return the exit status."""
    parser = argparse.ArgumentParser(description="Compares what we read with nvidia-smi.")
    parser.add_argument("--wheels", type=Path, help="A folder of wheels.")
    parser.add_argument("--save", type=Path, help="Where to keep what was read.")
    parser.add_argument("--fault", action="store_true", help="Let a program fault, and listen.")
    options = parser.parse_args()
    prepare(options.wheels)
    return import_module("device_report").report(options.save, fault=options.fault)


if __name__ == "__main__":
    sys.exit(main())
