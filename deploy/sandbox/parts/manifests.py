"""The manifests of Cluster API's managers, rendered from the modules they are built from."""

import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import yaml

from clusterwright.deploy.sandbox.parts.binaries import MODULES, ensure_binaries
from clusterwright.deploy.sandbox.parts.cache import Note, obtain
from clusterwright.deploy.sandbox.parts.command import run
from clusterwright.deploy.sandbox.parts.errors import BuildError
from clusterwright.deploy.sandbox.parts.module import module_sources
from clusterwright.deploy.sandbox.parts.report import Report
from clusterwright.deploy.sandbox.parts.toolchain import ensure_toolchain
from clusterwright.tools.manifest import Manifest
from clusterwright.tools.yaml_loader import SafeLoader

_FOLDER = "cluster-api"
_KEPT = frozenset(
    {
        "Namespace",
        "CustomResourceDefinition",
        "MutatingWebhookConfiguration",
        "ValidatingWebhookConfiguration",
    }
)
"""What a manager needs that runs as a process."""


@dataclass(frozen=True, slots=True)
class Source:
    """The kustomization of one manager: its module, and the folder below that."""

    module: str
    folder: str


SOURCES = {
    "capi-core": Source("sigs.k8s.io/cluster-api", "core/config/default"),
    "capi-bootstrap": Source("sigs.k8s.io/cluster-api", "bootstrap/kubeadm/config/default"),
    "capi-control-plane": Source("sigs.k8s.io/cluster-api", "controlplane/kubeadm/config/default"),
    "capi-in-memory": Source(
        "sigs.k8s.io/cluster-api/test", "infrastructure/docker/config/default"
    ),
}


def ensure_manifests(report: Report) -> dict[str, Path]:
    """Return a JSON file for each manager with its namespaces, CRDs and webhook configurations."""
    toolchain = ensure_toolchain(report)
    pins = (MODULES / _FOLDER / "go.mod").read_bytes()
    key = f"cluster-api-{hashlib.sha256(pins + repr((SOURCES, _KEPT)).encode()).hexdigest()[:16]}"
    kubectl = ensure_binaries(["kubectl"], report)["kubectl"]

    def render(stage: Path, note: Note) -> None:
        for name, source in SOURCES.items():
            note(f"rendering the manifests of {name}")
            folder = module_sources(_FOLDER, source.module, toolchain) / source.folder
            kept = [one for one in _render(kubectl, folder) if one.get("kind") in _KEPT]
            (stage / f"{name}.json").write_text(json.dumps(kept), encoding="utf-8")

    place = obtain("cluster-api manifests", "manifests", key, render, report)
    return {name: place / f"{name}.json" for name in SOURCES}


def _render(kubectl: Path, folder: Path) -> Iterator[Manifest]:
    lines: list[str] = []
    outcome = run([kubectl, "kustomize", folder], on_line=lambda line: not lines.append(line))
    if outcome.status:
        raise BuildError(f"{folder} could not be rendered:\n{outcome.tail}")
    yield from (one for one in yaml.load_all("\n".join(lines), Loader=SafeLoader) if one)
