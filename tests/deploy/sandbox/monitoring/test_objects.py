"""What is installed: every file, in the versions that are built, with nothing of this machine."""

from dataclasses import replace
from pathlib import Path

import pytest

from clusterwright.deploy.sandbox.monitoring.objects import OBJECTS, RULES, installed
from clusterwright.deploy.sandbox.parts.binaries import ALERTMANAGER_VERSION, MODULES, pinned
from clusterwright.deploy.sandbox.runtime.place import isolated, on_loopback
from clusterwright.tools.manifest import Manifest, items, name_of, text

_FOLDER = MODULES.parent / "monitoring"
_INSIDE = isolated("x", Path("x"), monitored=True)
_ONLY_ON_LOOPBACK = {"on-loopback"}


def _found(kind: str, name: str) -> Manifest:
    return next(o for o in installed(_INSIDE) if o["kind"] == kind and name_of(o) == name)


@pytest.mark.parametrize(("folder", "names"), [("objects", OBJECTS), ("rules", RULES)])
def test_each_file_is_listed_once(folder: str, names: tuple[str, ...]) -> None:
    files = sorted(one.stem for one in (_FOLDER / folder).glob("*.yaml"))
    assert sorted({*names, *(_ONLY_ON_LOOPBACK if folder == "objects" else ())}) == files
    assert len(set(names)) == len(names)


@pytest.mark.parametrize(
    ("deployment", "module"),
    [
        ("prometheus-operator", "github.com/prometheus-operator/prometheus-operator"),
        ("metrics-server", "sigs.k8s.io/metrics-server"),
    ],
)
def test_a_pod_that_stands_for_a_process_names_its_version(deployment: str, module: str) -> None:
    found = _found("Deployment", deployment)
    (container,) = items(found, "spec", "template", "spec", "containers")
    assert text(container, "image").rpartition(":")[2] == pinned(deployment, module)


def test_the_operator_is_told_the_versions_that_run() -> None:
    assert _found("Alertmanager", "main")["spec"]["version"] == f"v{ALERTMANAGER_VERSION}"
    assert _found("Prometheus", "k8s")["spec"]["version"].startswith("v3.16.")


def test_on_loopback_the_aggregated_api_is_where_its_process_listens() -> None:
    place = on_loopback("x", Path("x"), monitored=True)
    by_kind = {o["kind"]: o for o in installed(place) if name_of(o).endswith("metrics.k8s.io")}
    assert by_kind["APIService"]["spec"]["service"]["port"] == place.metrics_server
    services = [o for o in installed(place) if o["kind"] == "Service"]
    (service,) = [one for one in services if name_of(one) == "metrics-server"]
    assert service["spec"]["externalName"] == "localhost"


def test_where_the_gpu_operator_runs_its_own_dcgm_exporter_ours_keeps_off_its_nodes() -> None:
    exporters = [
        one
        for one in installed(replace(_INSIDE, gpu=True))
        if one["kind"] == "DaemonSet" and "dcgm" in name_of(one)
    ]
    (ours,) = exporters
    assert name_of(ours) == "plain-dcgm-exporter"
    template = ours["spec"]["template"]
    assert template["metadata"]["labels"]["app"] == "nvidia-dcgm-exporter"
    assert "DoesNotExist" in str(template["spec"]["affinity"])
