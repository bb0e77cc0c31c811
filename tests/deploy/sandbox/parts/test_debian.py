import os
import shutil
import subprocess
from pathlib import Path

import pytest

from clusterwright.deploy.sandbox.parts.debian import ensure_packages
from clusterwright.deploy.sandbox.parts.errors import NodeUnavailableError
from clusterwright.deploy.sandbox.parts.iptables import working_backend
from clusterwright.deploy.sandbox.parts.packages import Packages
from clusterwright.deploy.sandbox.parts.report import SilentReport

can_have_a_node = pytest.mark.skipif(
    os.geteuid() != 0 or shutil.which("apt-get") is None, reason="a real node needs root and apt"
)


@pytest.fixture(scope="module")
def packages() -> Packages:
    return ensure_packages(SilentReport())


def output_of(packages: Packages, *command: str | Path) -> str:
    environment = packages.environment()
    assert environment["PATH"].startswith(str(packages.place))
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=True)
    return done.stdout


@can_have_a_node
def test_the_unpacked_programs_run(packages: Packages) -> None:
    assert output_of(packages, packages.containerd, "--version").startswith("containerd ")
    assert output_of(packages, packages.ctr, "--version").startswith("ctr ")
    assert output_of(packages, packages.runc, "--version").startswith("runc version ")
    assert "BusyBox" in output_of(packages, packages.busybox, "--help")


@can_have_a_node
def test_programs_that_others_call_by_name_are_found_on_the_path(packages: Packages) -> None:
    path = packages.environment()["PATH"]
    for name in ("containerd-shim-runc-v2", "runc", "iptables", "iptables-save", "ip6tables"):
        found = shutil.which(name, path=path)
        assert found
        assert found.startswith(str(packages.place))


@can_have_a_node
def test_rules_can_be_written_and_read_back_in_a_namespace_of_their_own(
    packages: Packages,
) -> None:
    script = "iptables -t nat -A PREROUTING -m comment --comment mine -j ACCEPT && iptables-save"
    rules = output_of(packages, "unshare", "--net", "sh", "-c", script)
    assert "-A PREROUTING -m comment --comment mine -j ACCEPT" in rules.replace('"', "")


@can_have_a_node
def test_the_versions_that_were_unpacked_are_on_record(packages: Packages) -> None:
    recorded = (packages.place / "packages.txt").read_text().split()
    assert [name for name in recorded if name.startswith("containerd_")]
    assert not [name for name in recorded if name.startswith("libc6_")]


def test_a_machine_without_apt_is_told_that_nodes_are_simulated(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(NodeUnavailableError, match="this machine has no apt") as raised:
        ensure_packages(SilentReport())
    assert "nodes are simulated" in raised.value.hint


def test_packages_that_lack_a_program_are_refused_by_its_name(tmp_path: Path) -> None:
    with pytest.raises(NodeUnavailableError, match="usr/bin/containerd-shim-runc-v2"):
        Packages(tmp_path, "nft").verify()


@can_have_a_node
def test_the_packet_filter_that_works_is_chosen_and_none_is_refused(tmp_path: Path) -> None:
    for backend in ("nft", "legacy"):
        broken = tmp_path / f"iptables-{backend}" / "iptables-restore"
        broken.parent.mkdir()
        broken.write_text(f"#!/bin/sh\necho no {backend} here; exit 3\n")
        broken.chmod(0o755)
    with pytest.raises(NodeUnavailableError, match="nft: no nft here; legacy: no legacy here"):
        working_backend(tmp_path)
    (tmp_path / "iptables-legacy" / "iptables-restore").write_text("#!/bin/sh\nexit 0\n")
    assert working_backend(tmp_path) == "legacy"
