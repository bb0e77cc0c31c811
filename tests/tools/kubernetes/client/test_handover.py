"""The kubeconfig that a program is handed: one cluster of many, found from anywhere."""

import os
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest
import yaml

from clusterwright.tools.kubernetes.client.clusters import Clusters
from clusterwright.tools.kubernetes.client.credentials import IN_CLUSTER
from clusterwright.tools.kubernetes.client.handover import kubeconfig_file, minified

pytestmark = pytest.mark.anyio


def kubeconfig(folder: Path) -> Path:
    path = folder / "config"
    path.write_text(
        yaml.safe_dump(
            {
                "current-context": "prod",
                "contexts": [
                    {
                        "name": "prod",
                        "context": {"cluster": "p", "user": "me", "namespace": "shop"},
                    },
                    {"name": "dev", "context": {"cluster": "d", "user": "you"}},
                ],
                "clusters": [
                    {
                        "name": "p",
                        "cluster": {"server": "https://p", "certificate-authority": "ca.pem"},
                    },
                    {"name": "d", "cluster": {"server": "https://d"}},
                ],
                "users": [
                    {"name": "me", "user": {"exec": {"command": "./login", "args": ["x"]}}},
                    {"name": "you", "user": {"token": "sesame"}},
                ],
            }
        )
    )
    return path


def test_only_the_context_and_what_it_names_is_handed_over(tmp_path: Path) -> None:
    found = minified(kubeconfig(tmp_path), "prod")
    assert found["current-context"] == "prod"
    assert [one["name"] for one in found["contexts"]] == ["prod"]
    assert [one["name"] for one in found["clusters"]] == ["p"]
    assert [one["name"] for one in found["users"]] == ["me"]
    assert "sesame" not in str(found)


def test_files_and_plugins_beside_the_kubeconfig_are_found_from_anywhere(tmp_path: Path) -> None:
    found = minified(kubeconfig(tmp_path), "prod")
    assert found["clusters"][0]["cluster"]["certificate-authority"] == str(tmp_path / "ca.pem")
    command = found["users"][0]["user"]["exec"]["command"]
    assert Path(command) == tmp_path / "login"


def test_a_pod_hands_over_its_service_account(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KUBERNETES_SERVICE_HOST", "10.0.0.1")
    monkeypatch.setenv("KUBERNETES_SERVICE_PORT", "443")
    found = minified(None, IN_CLUSTER)
    assert found["clusters"][0]["cluster"]["server"] == "https://10.0.0.1:443"
    assert found["users"][0]["user"]["tokenFile"].endswith("/token")


async def test_the_file_is_private_and_gone_afterwards(tmp_path: Path) -> None:
    clusters = Clusters(kubeconfig(tmp_path))
    async with kubeconfig_file(clusters, "prod") as path:
        assert path.stat().st_mode & 0o077 == 0
        assert yaml.safe_load(path.read_text())["current-context"] == "prod"
    assert not path.exists()


def ended_process() -> int:
    """Return the number of a process that is no more."""
    with subprocess.Popen([sys.executable, "-c", ""]) as ended:
        ended.wait()
    return ended.pid


async def test_what_a_killed_process_left_goes_with_the_next_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    pids = (ended_process(), os.getpid())
    left, own = (tmp_path / f"clusterwright-kubeconfig-{pid}-x" for pid in pids)
    for one in (left, own):
        one.mkdir()
        (one / "kubeconfig").write_text("{}")
    async with kubeconfig_file(Clusters(kubeconfig(tmp_path)), "prod"):
        assert not left.exists()
        assert own.exists()
