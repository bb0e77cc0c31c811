"""Charts packed anew from the records of real releases, by Helm 4 and Helm 3."""

import base64
import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from clusterwright.deploy.sandbox import Instance
from clusterwright.tools.errors import InvalidInputError, NotFoundError
from clusterwright.tools.helm.charts.archive_of import archive_of
from clusterwright.tools.helm.charts.chart import load_chart
from clusterwright.tools.helm.objects import parse
from clusterwright.tools.helm.record import Release, decode
from clusterwright.tools.manifest import Manifest
from tests.tools.helm.charts.repositories import FIXTURES, Helm
from tests.tools.helm.workshop import Workshop

pytestmark = pytest.mark.anyio


@pytest.fixture(scope="module")
def workshop(sandbox: Instance, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Workshop]:
    with Workshop.opened(sandbox, tmp_path_factory.mktemp("releases"), "archives") as opened:
        yield opened


@pytest.mark.parametrize("three", [False, True], ids=["helm4", "helm3"])
async def test_it_renders_to_what_the_release_has_and_to_what_other_values_make(
    three: bool, workshop: Workshop, by_hand: Helm, tmp_path: Path
) -> None:
    name = "plain3" if three else "plain4"
    over, other = tmp_path / "over.json", tmp_path / "other.json"
    over.write_text(json.dumps({"words": "a: b #c", "number": 7}), encoding="utf-8")
    other.write_text(json.dumps({"words": "other"}), encoding="utf-8")
    workshop.helm("install", name, FIXTURES / "plain", "-f", over, three=three)
    release = decode(workshop.record(name, 1))
    found = await archive_of(release)
    assert (found.name, found.version) == ("plain", "0.3.0")
    assert found.source == f"the record of HelmRelease/{workshop.namespace}/{name}, revision 1"
    assert found.provenance == "packed from the release's record, which is not signed"
    printed = by_hand("template", name, found.archive, "-n", workshop.namespace, "-f", over)
    assert parse(printed) == parse(release.manifest)
    original = by_hand("template", name, FIXTURES / "plain", "-f", other)
    assert by_hand("template", name, found.archive, "-f", other) == original
    assert (await archive_of(release)).digest == found.digest
    workshop.helm("upgrade", name, found.archive, "-f", other, three=three)
    again = decode(workshop.record(name, 2))
    assert (again.notes.strip(), again.chart["metadata"]) == (
        "Say other.",
        release.chart["metadata"],
    )
    assert (await archive_of(again)).digest == found.digest


async def test_a_schema_and_all_files_are_in_it(workshop: Workshop, by_hand: Helm) -> None:
    workshop.helm("install", "files", FIXTURES / "plain")
    found = await archive_of(decode(workshop.record("files", 1)))
    mine = load_chart(found.archive.read_bytes())
    written = {
        str(one.relative_to(FIXTURES / "plain")): one.read_bytes()
        for one in (FIXTURES / "plain").rglob("*")
        if one.is_file()
    }
    assert set(mine.files) == set(written)
    for path in set(written) - {"Chart.yaml", "values.yaml"}:
        assert mine.files[path] == written[path]
    assert mine.values == {"words": "hello", "number": 3}


async def test_charts_below_that_a_record_lacks_are_named(workshop: Workshop) -> None:
    workshop.helm("install", "shop", FIXTURES / "shop", "--skip-crds")
    with pytest.raises(NotFoundError, match="Helm keeps nothing of the charts that it") as e:
        await archive_of(decode(workshop.record("shop", 1)))
    assert str(e.value).endswith("depends on (db)")
    assert e.value.hint.startswith("pass chart=repository/shop, and version=1.2.0 to keep the one")


async def test_charts_below_that_are_off_are_known_by_the_lock(
    workshop: Workshop, by_hand: Helm, tmp_path: Path
) -> None:
    """Helm takes them out of the metadata before it keeps that."""
    changed = by_hand.chart("shop", tmp_path)
    by_hand("dependency", "update", "--skip-refresh", _without_repositories(changed))
    off = ["--skip-crds", "--set=db.enabled=false"]
    workshop.helm("install", "unused", changed, *off)
    release = decode(workshop.record("unused", 1))
    assert "dependencies" not in release.chart["metadata"]
    with pytest.raises(NotFoundError, match=r"depends on \(db\)"):
        await archive_of(release)


def _without_repositories(chart: Path) -> Path:
    about = (chart / "Chart.yaml").read_text()
    local = about.replace("    repository: https://charts.example.com\n", "")
    (chart / "Chart.yaml").write_text(local, encoding="utf-8")
    return chart


async def test_a_chart_below_that_is_not_named_is_known_by_its_objects(
    workshop: Workshop, by_hand: Helm, tmp_path: Path
) -> None:
    changed = by_hand.chart("plain", tmp_path)
    by_hand.chart("shop/charts/db", changed / "charts")
    workshop.helm("install", "below", changed)
    with pytest.raises(NotFoundError, match=r"\(db\)"):
        await archive_of(decode(workshop.record("below", 1)))


def record(**chart: object) -> Release:
    metadata = {"apiVersion": "v2", "name": "odd", "version": "1.0.0"}
    return Release({"name": "odd", "namespace": "n", "chart": {"metadata": metadata, **chart}})


@pytest.mark.parametrize(
    "chart",
    [
        {"metadata": {}},
        {"metadata": None},
        {"templates": [{"name": "templates/a", "data": "%%%"}]},
        {"templates": [{"name": "../../evil", "data": ""}]},
        {"templates": [{"name": "", "data": ""}]},
        {"metadata": {"name": "../x", "version": "1.0.0"}},
    ],
)
async def test_an_odd_record_makes_no_archive(chart: Manifest) -> None:
    with pytest.raises(InvalidInputError, match="the record"):
        await archive_of(record(**chart))


async def test_odd_parts_of_a_record_are_left_out() -> None:
    data = base64.b64encode(b"a: 1").decode()
    found = await archive_of(
        record(templates=[{"name": "templates/a.yaml", "data": data}, None], files=3, values=[])
    )
    assert set(found.chart.files) == {"Chart.yaml", "values.yaml", "templates/a.yaml"}
