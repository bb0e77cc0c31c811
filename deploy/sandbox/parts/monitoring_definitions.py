"""The kinds of Prometheus' operator, as its module brings them along."""

import hashlib
import json
from pathlib import Path
from typing import TYPE_CHECKING

import yaml

from clusterwright.deploy.sandbox.parts.binaries import MODULES
from clusterwright.deploy.sandbox.parts.cache import Note, obtain
from clusterwright.deploy.sandbox.parts.module import module_sources
from clusterwright.deploy.sandbox.parts.report import Report
from clusterwright.deploy.sandbox.parts.toolchain import ensure_toolchain
from clusterwright.tools.yaml_loader import SafeLoader

if TYPE_CHECKING:
    from clusterwright.tools.manifest import Manifest

KINDS = (
    "alertmanagerconfigs",
    "alertmanagers",
    "podmonitors",
    "probes",
    "prometheuses",
    "prometheusrules",
    "scrapeconfigs",
    "servicemonitors",
)
"""Those that a Prometheus and an Alertmanager need; not those of agents and of Thanos."""
_FOLDER = "prometheus-operator"
_MODULE = "github.com/prometheus-operator/prometheus-operator"


class _Loader(SafeLoader):
    """A loader for which `=` is a word; YAML 1.1, which PyYAML reads, has a use for it."""


def _word(loader: _Loader, node: yaml.ScalarNode) -> str:
    return str(loader.construct_scalar(node))


_Loader.add_constructor("tag:yaml.org,2002:value", _word)


def ensure_definitions(report: Report) -> Path:
    """Return a JSON file with the CustomResourceDefinitions of `KINDS`, one list."""
    toolchain = ensure_toolchain(report)
    pins = (MODULES / _FOLDER / "go.mod").read_bytes()
    key = f"prometheus-operator-{hashlib.sha256(pins + repr(KINDS).encode()).hexdigest()[:16]}"

    def collect(stage: Path, note: Note) -> None:
        folder = module_sources(_FOLDER, _MODULE, toolchain) / "example" / "prometheus-operator-crd"
        found: list[Manifest] = []
        for kind in KINDS:
            note(f"reading the definition of {kind}")
            text = (folder / f"monitoring.coreos.com_{kind}.yaml").read_text(encoding="utf-8")
            found += yaml.load_all(text, Loader=_Loader)
        content = {"apiVersion": "v1", "kind": "List", "items": found}
        (stage / "definitions.json").write_text(json.dumps(content), encoding="utf-8")

    place = obtain("definitions of Prometheus' operator", "manifests", key, collect, report)
    return place / "definitions.json"
