"""Our charts, as folders that both Helms read."""

import subprocess
from pathlib import Path

import pytest
import yaml

from clusterwright.deploy.sandbox.charts import CHARTS
from clusterwright.deploy.sandbox.charts import chart as module
from clusterwright.deploy.sandbox.charts.chart import crds_of, lay_out, versions_of
from clusterwright.deploy.sandbox.parts.binaries import ensure_binaries
from clusterwright.deploy.sandbox.parts.report import SilentReport
from clusterwright.deploy.sandbox.scenario.model import MARK
from clusterwright.tools.errors import NotFoundError
from clusterwright.tools.manifest import labels_of, name_of

FOLDER = Path(module.__file__).parent
EVERY = pytest.mark.parametrize(
    ("name", "version"), [(name, version) for name in CHARTS for version in CHARTS[name]]
)
SERVED = "--kube-version=1.36.0"
"""Otherwise a Helm that was built without one takes an old one for granted."""


def helm(program: str, home: Path, *arguments: str | Path) -> str:
    path = ensure_binaries([program], SilentReport())[program]
    own = {f"HELM_{name}_HOME": str(home / name) for name in ("CACHE", "CONFIG", "DATA")}
    done = subprocess.run(
        [path, *arguments],
        capture_output=True,
        text=True,
        check=True,
        env={**own, "HOME": str(home)},
    )
    return done.stdout


def about(folder: Path) -> dict[str, object]:
    return yaml.safe_load((folder / "Chart.yaml").read_text("utf-8"))


def test_each_folder_is_a_chart_that_is_listed_with_its_version() -> None:
    folders = {one.parent.name: one.parent for one in FOLDER.glob("*/Chart.yaml")}
    assert set(folders) == set(CHARTS)
    assert {name: about(folder)["version"] for name, folder in folders.items()} == {
        name: versions[0] for name, versions in CHARTS.items()
    }


def test_what_is_newer_belongs_to_a_version_that_is_listed() -> None:
    known = {f"{name}-{version}" for name in CHARTS for version in CHARTS[name][1:]}
    assert {one.name for one in (FOLDER / "newer").iterdir()} <= known


@EVERY
@pytest.mark.parametrize("program", ["helm", "helm3"])
def test_both_helms_accept_and_render_it(
    program: str, name: str, version: str, tmp_path: Path
) -> None:
    folder = lay_out(name, version, tmp_path)
    assert about(folder)["version"] == version
    assert "0 chart(s) failed" in helm(program, tmp_path, "lint", "--strict", folder)
    made = yaml.safe_load_all(helm(program, tmp_path, "template", "cart", folder, SERVED))
    assert {name_of(one) for one in made if one} >= {"cart"}


def test_what_is_optional_renders(tmp_path: Path) -> None:
    for wanted, kind in (("autoscaling", "HorizontalPodAutoscaler"), ("ingress", "Ingress")):
        flag = f"--set={wanted}.enabled=true,pdb.enabled=true,replicaCount=3"
        said = helm("helm", tmp_path, "template", "cart", FOLDER / "web", SERVED, flag)
        kinds = [one["kind"] for one in yaml.safe_load_all(said) if one]
        assert sorted({kind, "PodDisruptionBudget"} - set(kinds)) == []


def test_a_file_that_cannot_be_compressed_is_the_same_each_time(tmp_path: Path) -> None:
    for one in ("a", "b"):
        (tmp_path / one).mkdir()
    first, second = (
        lay_out("web", "", tmp_path / one, padding_kib=30) / "files/screens.bin" for one in "ab"
    )
    assert first.read_bytes() == second.read_bytes()
    assert first.stat().st_size == 30 * 1024


def test_a_chart_or_a_version_that_there_is_not_is_answered_with_those_that_there_are(
    tmp_path: Path,
) -> None:
    with pytest.raises(NotFoundError, match="no chart 'wbe'") as raised:
        versions_of("wbe")
    assert "web" in raised.value.hint
    with pytest.raises(NotFoundError, match=r"no version '9\.9\.9'") as raised:
        lay_out("web", "9.9.9", tmp_path)
    assert "2.0.0" in raised.value.hint


def test_custom_resource_definitions_carry_the_mark_of_what_is_deleted_afterwards() -> None:
    assert crds_of("web") == []
    found = crds_of("operator")
    assert [name_of(one) for one in found] == ["gpupools.capacity.example.com"]
    assert all(MARK.items() <= labels_of(one).items() for one in found)


def test_a_newer_definition_serves_what_the_older_one_does_not(tmp_path: Path) -> None:
    folder = lay_out("operator", "0.5.0", tmp_path)
    [newer] = yaml.safe_load_all((folder / "crds/gpupools.yaml").read_text("utf-8"))
    [older] = crds_of("operator")
    assert name_of(newer) == name_of(older)
    assert MARK.items() <= labels_of(newer).items()
    assert [one["name"] for one in older["spec"]["versions"]] == ["v1alpha1"]
    assert [one["name"] for one in newer["spec"]["versions"]] == ["v1alpha1", "v1beta1"]
