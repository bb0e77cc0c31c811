"""Our charts, served on loopback and fetched by the real Helm as from anywhere else."""

import tarfile
from pathlib import Path

import httpx
import pytest
import yaml

from clusterwright.deploy.sandbox import Instance
from clusterwright.deploy.sandbox.charts import CHARTS
from clusterwright.deploy.sandbox.charts.pack import helm, pack
from clusterwright.deploy.sandbox.charts.serve import chart_registry, chart_repository
from clusterwright.deploy.sandbox.parts.errors import PartError

PLAIN = ("--plain-http",)
EVERY = {(name, version) for name, versions in CHARTS.items() for version in versions}


def test_every_version_is_an_archive_with_what_it_depends_on(tmp_path: Path) -> None:
    archives = pack(tmp_path)
    assert {one.name for one in archives} == {f"{name}-{version}.tgz" for name, version in EVERY}
    with tarfile.open(tmp_path / "web-2.0.0.tgz") as archive:
        names = archive.getnames()
    assert {"web/Chart.yaml", "web/values.schema.json", "web/charts/naming/Chart.yaml"} <= {*names}


def test_a_repository_lists_every_version_with_its_digest(tmp_path: Path) -> None:
    with chart_repository(tmp_path) as url:
        index = yaml.safe_load(httpx.get(f"{url}/index.yaml", trust_env=False).text)
        listed = {
            (name, one["version"]) for name, found in index["entries"].items() for one in found
        }
        assert listed == EVERY
        assert all(len(one["digest"]) == 64 for one in index["entries"]["web"])
        said = helm("show", "chart", "web", f"--repo={url}", "--version=1.5.0")
    assert yaml.safe_load(said)["version"] == "1.5.0"


def test_a_repository_is_gone_afterwards(tmp_path: Path) -> None:
    with chart_repository(tmp_path) as url:
        pass
    with pytest.raises(httpx.ConnectError):
        httpx.get(f"{url}/index.yaml", trust_env=False)


def test_a_registry_hands_out_every_chart() -> None:
    with chart_registry() as url:
        address = url.removeprefix("oci://").removesuffix("/charts")
        for name, versions in CHARTS.items():
            tags = httpx.get(f"http://{address}/v2/charts/{name}/tags/list", trust_env=False).json()
            assert sorted(tags["tags"]) == sorted(versions)
            said = helm("show", "chart", f"{url}/{name}", f"--version={versions[-1]}", *PLAIN)
            assert yaml.safe_load(said)["name"] == name
    with pytest.raises(httpx.ConnectError):
        httpx.get(f"http://{address}/v2/", trust_env=False)


def test_the_sandbox_s_own_registry_takes_them_as_well(sandbox: Instance) -> None:
    if not sandbox.has_node:
        assert sandbox.registry_url == ""
        return
    with chart_registry(sandbox.registry_url) as url:
        said = helm("show", "crds", f"{url}/operator", "--version=0.5.0", *PLAIN)
    assert "gpupools.capacity.example.com" in said


def test_what_helm_refuses_is_told_in_its_words() -> None:
    with pytest.raises(PartError, match='"helm package": Error: stat /does/not/exist'):
        helm("package", "/does/not/exist")
