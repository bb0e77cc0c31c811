"""The oldest Prometheus and Alertmanager that are supported: of Debian 12, never installed."""

import platform
import shutil
import subprocess
from pathlib import Path

import pytest

from clusterwright.deploy.sandbox.parts.cache import Note, obtain
from clusterwright.deploy.sandbox.parts.report import SilentReport

_PACKAGES = ("prometheus", "prometheus-alertmanager")
_RELEASE = "12"
_KEY = f"monitoring-{_RELEASE}-{platform.machine()}"


def unpacked() -> Path:
    """Return the folder of the unpacked packages; skip where this is no Debian 12."""
    if platform.freedesktop_os_release().get("VERSION_ID") != _RELEASE:
        pytest.skip("the packages are those of Debian 12")
    if not (shutil.which("apt-get") and shutil.which("dpkg-deb")):
        pytest.skip("there is no apt")
    return obtain("old Prometheus", "debian", _KEY, _unpack, SilentReport())


def _unpack(stage: Path, _note: Note) -> None:
    state = stage / "apt"
    (state / "lists" / "partial").mkdir(parents=True)
    (state / "archives" / "partial").mkdir(parents=True)
    options = {
        "Dir::State": state,
        "Dir::State::lists": state / "lists",
        "Dir::State::status": "/var/lib/dpkg/status",
        "Dir::Cache": state,
        "Acquire::Languages": "none",
        "APT::Sandbox::User": "root",
    }
    flags = [flag for name, value in options.items() for flag in ("-o", f"{name}={value}")]
    for words in (["update"], ["download", *_PACKAGES]):
        subprocess.run(["apt-get", *flags, *words], cwd=state, check=True, capture_output=True)
    for archive in state.glob("*.deb"):
        subprocess.run(["dpkg-deb", "-x", archive, stage], check=True)
    shutil.rmtree(state)
