"""helm_show_chart: each view of a chart, within the room of an answer."""

from pathlib import Path

import pytest

from clusterwright.tools.answer import BUDGET, CAP
from clusterwright.tools.errors import InvalidInputError, NotFoundError
from clusterwright.tools.helm.charts.fetch import fetch
from clusterwright.tools.helm.show_chart import ChartShown, View, helm_show_chart
from clusterwright.tools.kubernetes.client.clusters import Clusters
from clusterwright.tools.manifest import Json
from tests.tools.helm.charts.archives import chart
from tests.tools.helm.charts.conftest import Configure
from tests.tools.helm.charts.repositories import Helm

pytestmark = pytest.mark.anyio


@pytest.fixture
def local(tmp_path: Path, configure: Configure, by_hand: Helm) -> Path:
    folder = tmp_path / "local"
    by_hand.chart("shop", folder)
    by_hand.chart("plain", folder)
    configure({"name": "local", "path": str(folder)})
    return folder


async def show(view: View, chart: str = "local/shop", **others: Json) -> ChartShown:
    return await helm_show_chart(Clusters(), chart, None, view, **others)


async def test_the_overview_tells_what_there_is(local: Path) -> None:
    digest = (await fetch("local/shop")).digest
    assert (
        (await show("overview")).render()
        == f"""\
local/shop 1.2.0, overview
description: A shop with a database below it
app version: 7.1
kubernetes: >=1.30.0-0
digest: {digest}
source: {local / "shop"}
provenance: not signed
values: 11, with a schema
templates: 4
crds: 1: installed once, never upgraded
charts below: db 0.4.2
readme: 22 characters"""
    )


async def test_values_are_a_table(local: Path) -> None:
    told = (await show("values", path="web.port")).render()
    assert (
        told
        == """\
local/shop 1.2.0, values
value     type     default  rules                      about
web.port  integer  8080     at least 1; at most 65535  where it listens"""
    )
    shown = await show("values")
    assert shown.total == 11
    assert shown.note == "pass path to see the values of a chart below"


async def test_a_schema_is_told_whole_or_outlined(local: Path) -> None:
    assert (await show("schema", path="properties.color")).value == {"enum": ["red", "green"]}
    schema = local / "plain" / "values.schema.json"
    many = ", ".join(
        f'"v{n}": {{"type": "string", "description": "{"x" * 99}"}}' for n in range(99)
    )
    schema.write_text(f'{{"properties": {{{many}}}}}', encoding="utf-8")
    shown = await show("schema", "local/plain")
    assert "bytes" in shown.outline["$.properties"]
    assert "pass a narrower path" in (shown.note or "")
    schema.unlink()
    with pytest.raises(NotFoundError, match="has no schema of its values"):
        await show("schema", "local/plain")


async def test_a_long_readme_is_told_in_pages(local: Path) -> None:
    written = "\n".join(f"line {n}" for n in range(9_000))
    (local / "plain" / "README.md").write_text(written, encoding="utf-8")
    text, cursor = "", None
    for _ in range(20):
        shown = await show("readme", "local/plain", cursor=cursor)
        assert len(shown.model_dump_json()) + len(shown.render()) < CAP
        text, cursor = text + (shown.text or ""), shown.next_cursor
        if cursor is None:
            break
    assert text == written
    (local / "plain" / "README.md").unlink()
    with pytest.raises(NotFoundError, match="has no README"):
        await show("readme", "local/plain")


async def test_many_values_are_told_in_pages(local: Path) -> None:
    written = "\n".join(f"# about {n}\nvalue{n}: {n}" for n in range(2_000))
    (local / "plain" / "values.yaml").write_text(written, encoding="utf-8")
    names: list[str] = []
    cursor = None
    while len(names) < 2_000:
        shown = await show("values", "local/plain", cursor=cursor)
        assert len(shown.model_dump_json()) + len(shown.render()) < BUDGET
        names += [row[0] for row in shown.rows]
        cursor = shown.next_cursor
        if cursor is None:
            break
    assert len(set(names)) == 2_001  # and one of the schema
    with pytest.raises(InvalidInputError, match="continues another question"):
        await show("values", cursor=(await show("values", "local/plain")).next_cursor)


async def test_crds_and_dependencies(local: Path) -> None:
    shown = await show("crds")
    assert shown.rows == (("coupons.shop.example.com", "Coupon", "v1", "shop/crds/coupons.yaml"),)
    shown = await show("dependencies")
    assert shown.rows == (
        (
            "shop/db",
            "~0.4.0",
            "0.4.2",
            "",
            "on",
            "db.enabled; storage",
            "https://charts.example.com",
        ),
        (
            "shop/cache (db)",
            "~0.4.0",
            "0.4.2",
            "",
            "off",
            "cache.enabled",
            "https://charts.example.com",
        ),
    )
    assert (await show("crds", "local/plain")).rows == ()


async def test_images_are_those_of_a_rendering(local: Path) -> None:
    shown = await show("images")
    assert shown.note == "of what it renders to with its defaults"
    assert shown.rows == (
        ("registry.example.com/db:16", "Pod/release-name-db"),
        ("registry.example.com/migrate:2", "Job/release-name-migrate"),
        ("registry.example.com/shop:7.1", "Deployment/release-name"),
        ("registry.example.com/wait:1", "Deployment/release-name"),
    )


async def test_images_are_guessed_where_defaults_do_not_render(local: Path) -> None:
    (local / "shop" / "templates" / "fail.yaml").write_text('{{ fail "say a host" }}')
    shown = await show("images")
    assert shown.rows == (
        ("registry.example.com/db", "shop/charts/db: image"),
        ("registry.example.com/shop:7.1", "shop: web.image"),
    )
    assert shown.note is not None
    assert shown.note.startswith("guessed from the values")
    assert "say a host" in shown.note


async def test_problems_are_part_of_the_overview(local: Path) -> None:
    stated = "apiVersion: v2\nname: odd\nversion: 1.0.0\ndependencies: [{name: db, version: '1'}]\n"
    packed = chart([("values.schema.json", "{"), ("Chart.yaml", stated)], "odd")
    (local / "odd.tgz").write_bytes(packed)
    shown = await show("overview", "local/odd")
    assert shown.rows[1:] == (("values.schema.json is no JSON object: helm refuses the chart",),)
    assert "problem: odd: charts that it depends on are missing in charts/: db" in shown.render()


async def test_a_path_where_there_is_none_is_refused(local: Path) -> None:
    with pytest.raises(InvalidInputError, match="the view readme has no path"):
        await show("readme", path="x")
