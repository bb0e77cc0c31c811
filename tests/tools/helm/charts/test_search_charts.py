"""helm_search_charts over a classic repository, a registry and a folder at once."""

from pathlib import Path

import pytest

from clusterwright.tools.errors import InvalidInputError, NotFoundError
from clusterwright.tools.helm.search_charts import ChartList, helm_search_charts
from clusterwright.tools.kubernetes.client.clusters import Clusters
from clusterwright.tools.manifest import Json
from tests.tools.helm.charts.conftest import Configure
from tests.tools.helm.charts.repositories import Helm, Served

pytestmark = pytest.mark.anyio


async def search(query: str | None = None, **others: Json) -> ChartList:
    return await helm_search_charts(Clusters(), query, **others)


@pytest.fixture
def everywhere(
    classic: Served, registry_address: str, configure: Configure, by_hand: Helm, tmp_path: Path
) -> None:
    url = f"oci://{registry_address}/search"
    for version in ("0.3.0", "0.4.0+b.1"):
        packed = by_hand.package("plain", tmp_path / "out", f"--version={version}")
        by_hand("push", "--plain-http", packed, url)
    by_hand.chart("plain", tmp_path / "local")
    configure(
        {"name": "stable", "url": classic.url, "plain_http": True},
        {"name": "apps", "url": url, "charts": ["plain", "nothing"], "plain_http": True},
        {"name": "local", "path": str(tmp_path / "local")},
        {"name": "gone", "url": "https://127.0.0.1:1"},
    )


@pytest.mark.usefixtures("everywhere")
async def test_charts_of_all_kinds_of_repositories_are_found() -> None:
    found = await search()
    assert [(one.chart, one.version, one.versions) for one in found.rows] == [
        ("apps/plain", "0.4.0+b.1", 2),
        ("local/plain", "0.3.0", 1),
        ("stable/plain", "0.3.0", 1),
        ("stable/shop", "1.2.0", 2),
    ]
    shop = found.rows[-1]
    assert (shop.app_version, shop.kubernetes) == ("7.1", ">=1.30.0-0")
    assert shop.description == "A shop with a database below it"
    assert [one.what for one in found.gaps] == ["apps/nothing", "repository gone"]
    assert found.repositories == ("apps", "local", "stable")
    rendered = found.render().splitlines()
    assert rendered[0] == "4 found in apps, local, stable"
    assert rendered[-1].startswith("Not read: repository gone (127.0.0.1:1 cannot be reached")


@pytest.mark.usefixtures("everywhere")
async def test_a_name_comes_before_a_description() -> None:
    assert [one.chart for one in (await search("shop")).rows] == ["stable/shop"]
    assert [one.chart for one in (await search("DATABASE")).rows] == ["stable/shop"]
    assert [one.chart for one in (await search("pla")).rows] == [
        "apps/plain",
        "local/plain",
        "stable/plain",
    ]
    assert (await search("no such thing")).rows == ()


@pytest.mark.usefixtures("everywhere")
async def test_every_version_is_told_newest_first() -> None:
    found = await search("shop", versions=True)
    assert [one.version for one in found.rows] == ["1.10.0-rc.1", "1.2.0"]
    found = await search("plain", repository="apps", versions=True)
    assert [one.version for one in found.rows] == ["0.4.0+b.1", "0.3.0"]


@pytest.mark.usefixtures("everywhere")
async def test_pages_follow_one_another() -> None:
    first = await search(limit=3)
    assert first.next_cursor is not None
    rest = await search(limit=3, cursor=first.next_cursor)
    assert [one.chart for one in rest.rows] == ["stable/shop"]
    assert rest.next_cursor is None
    with pytest.raises(InvalidInputError, match="continues another question"):
        await search("shop", cursor=first.next_cursor)


async def test_many_charts_fit_into_an_answer(classic: Served, configure: Configure) -> None:
    entries = "".join(
        f"  chart{n}: [{{version: 1.0.{n}, description: '{'words ' * 50}'}}]\n" for n in range(3000)
    )
    index = f"apiVersion: v1\nentries:\n{entries}"
    (classic.folder / "index.yaml").write_text(index, encoding="utf-8")
    configure({"name": "stable", "url": classic.url, "plain_http": True})
    found = await search()
    assert found.total == 3000
    assert len(found.model_dump_json()) + len(found.render()) < 10_000
    assert found.next_cursor is not None


async def test_without_repositories_the_way_to_one_is_told() -> None:
    with pytest.raises(NotFoundError, match="no repository of charts is configured") as error:
        await search()
    assert "charts.yaml" in error.value.hint
    with pytest.raises(NotFoundError, match="no repository 'x' is configured"):
        await search(repository="x")
