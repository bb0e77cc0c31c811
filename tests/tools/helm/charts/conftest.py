"""Configured repositories of charts, apart from those of whoever runs the tests."""

import base64
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import yaml

from clusterwright.deploy.sandbox.parts.binaries import ensure_binaries
from clusterwright.deploy.sandbox.parts.report import SilentReport
from clusterwright.tools.helm.client.program import SETTING
from clusterwright.tools.manifest import Manifest
from tests.tools.helm.charts.repositories import Helm, Served, registry, served

Configure = Callable[..., Path]
_KEYS = Path(__file__).parent / "keys"
"""Made for these tests with `gpg --quick-generate-key`, and used nowhere else."""


@pytest.fixture(autouse=True)
def places(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, helm_path: Path) -> None:
    """Have settings, caches and the user's own helm in folders of the test."""
    monkeypatch.setenv(SETTING, str(helm_path))
    monkeypatch.setenv("CLUSTERWRIGHT_CONFIG_DIR", str(tmp_path / "settings"))
    monkeypatch.setenv("CLUSTERWRIGHT_CACHE_DIR", str(tmp_path / "cache"))
    monkeypatch.setenv("HELM_CONFIG_HOME", str(tmp_path / "helm"))
    monkeypatch.setenv("DOCKER_CONFIG", str(tmp_path / "docker"))
    for name in ("HELM_REPOSITORY_CONFIG", "HELM_REGISTRY_CONFIG"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture
def configure(tmp_path: Path) -> Configure:
    """Return what writes charts.yaml."""

    def write(*repositories: Manifest, **others: object) -> Path:
        folder = tmp_path / "settings"
        folder.mkdir(exist_ok=True)
        path = folder / "charts.yaml"
        path.write_text(yaml.safe_dump({"repositories": list(repositories), **others}))
        path.chmod(0o644)
        return path

    return write


@pytest.fixture(scope="session")
def by_hand(helm_path: Path, tmp_path_factory: pytest.TempPathFactory) -> Helm:
    return Helm(helm_path, tmp_path_factory.mktemp("helm"))


@pytest.fixture
def classic(tmp_path: Path, by_hand: Helm) -> Iterator[Served]:
    """Serve shop in two versions and plain."""
    folder = tmp_path / "classic"
    by_hand.package("shop", folder)
    by_hand.package("shop", folder, "--version=1.10.0-rc.1")
    by_hand.package("plain", folder)
    by_hand("repo", "index", folder)
    with served(folder) as found:
        yield found


@pytest.fixture(scope="session")
def registry_address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    program = ensure_binaries(["registry"], SilentReport())["registry"]
    with registry(program, tmp_path_factory.mktemp("registry")) as address:
        yield address


@pytest.fixture(scope="session")
def keyring(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Lay out a key of these tests only; return the public keyring, beside which is secret.gpg."""
    folder = tmp_path_factory.mktemp("keys")
    for name in ("secret", "public"):
        armored = (_KEYS / f"{name}.asc").read_text(encoding="ascii")
        (folder / f"{name}.gpg").write_bytes(_without_armor(armored))
    return folder / "public.gpg"


def _without_armor(armored: str) -> bytes:
    """Return what is in an ASCII armor (RFC 9580, 6.2), which Helm does not read."""
    body = armored.partition("\n\n")[2].partition("\n=")[0]
    return base64.b64decode(body)
