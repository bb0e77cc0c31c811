import shutil
import subprocess
from pathlib import Path

import pytest

from clusterwright.deploy.sandbox.parts.binaries import (
    BINARIES,
    KUBERNETES_VERSION,
    MODULES,
    Binary,
    build_key,
    ensure_binaries,
    pinned,
)
from clusterwright.deploy.sandbox.parts.errors import BuildError
from clusterwright.deploy.sandbox.parts.report import Report

APISERVER = next(b for b in BINARIES if b.name == "kube-apiserver")


@pytest.fixture
def modules(tmp_path: Path) -> Path:
    return Path(shutil.copytree(MODULES, tmp_path / "go"))


@pytest.mark.parametrize("file", ["go.mod", "go.sum", "extra.go"])
def test_the_key_changes_with_each_source(file: str, modules: Path) -> None:
    before = build_key(APISERVER, "go1.26.8", modules)
    with (modules / "kubernetes" / file).open("a") as source:
        source.write("// changed\n")
    assert build_key(APISERVER, "go1.26.8", modules) != before


def test_the_key_changes_with_flags_and_with_the_version_of_go() -> None:
    stripped = Binary(APISERVER.name, APISERVER.module, APISERVER.package)
    keys = {
        build_key(APISERVER, "go1.26.8"),
        build_key(APISERVER, "go1.27.3"),
        build_key(stripped, "go1.26.8"),
    }
    assert len(keys) == 3


def test_the_key_does_not_depend_on_where_the_sources_lie(modules: Path) -> None:
    assert build_key(APISERVER, "go1.26.8", modules) == build_key(APISERVER, "go1.26.8")


def test_every_module_pins_a_program_and_every_program_has_a_module() -> None:
    folders = {path.parent.name for path in MODULES.glob("*/go.mod")}
    assert folders == {binary.module for binary in BINARIES}


def test_only_what_is_asked_for_is_built(
    empty_cache: Path, report: Report, events: list[tuple[str, str]]
) -> None:
    paths = ensure_binaries(["forwarder"], report)
    assert [p.name for p in empty_cache.rglob("*") if p.is_file() and p.name != ".lock"] == [
        "forwarder"
    ]
    usage = subprocess.run([paths["forwarder"]], capture_output=True, text=True, check=False)
    assert (usage.returncode, usage.stderr) == (
        2,
        "usage: forwarder --forward FD=HOST:PORT ...\n",
    )
    again = ensure_binaries(["forwarder"], report)
    assert again == paths
    assert events == [("start", "forwarder"), ("done", "forwarder")]


def test_a_program_that_does_not_build_shows_what_go_said(
    empty_cache: Path, modules: Path, report: Report, events: list[tuple[str, str]]
) -> None:
    (modules / "forwarder" / "main.go").write_text("package main\n\nfunc main() { undefined() }\n")
    with pytest.raises(BuildError, match="undefined: undefined") as raised:
        ensure_binaries(["forwarder"], report, modules=modules)
    assert "forwarder did not build with go1." in str(raised.value)
    assert not [p for p in empty_cache.rglob("*") if p.is_file() and p.name != ".lock"]
    assert events == [("start", "forwarder"), ("failed", "forwarder")]


def test_an_unknown_program_is_refused_with_the_known_ones(report: Report) -> None:
    with pytest.raises(BuildError, match='no program "kube-apserver"') as raised:
        ensure_binaries(["kube-apserver"], report)
    assert "kube-apiserver" in raised.value.hint


def test_a_version_is_what_go_mod_pins_and_an_unpinned_module_is_told() -> None:
    assert pinned("kubernetes", "k8s.io/kubernetes") == KUBERNETES_VERSION
    assert KUBERNETES_VERSION.startswith("v1.")
    with pytest.raises(BuildError, match=r"pins no 'example\.org/none'"):
        pinned("kubernetes", "example.org/none")
