"""helm_render: what a chart makes of a real cluster's version and APIs, and of chance."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from clusterwright.deploy.sandbox import Instance
from clusterwright.tools.errors import InvalidInputError
from clusterwright.tools.helm.charts.chart import load_chart
from clusterwright.tools.helm.charts.rendering import Served, Wanted, mistaken_apis, render
from clusterwright.tools.helm.render import ChartRendered, helm_render
from clusterwright.tools.kubernetes.client.clusters import Clusters
from clusterwright.tools.manifest import Json
from tests.tools.helm.charts.conftest import Configure
from tests.tools.helm.charts.repositories import Helm

pytestmark = pytest.mark.anyio


@pytest.fixture
async def clusters(sandbox: Instance) -> AsyncIterator[Clusters]:
    found = Clusters(sandbox.kubeconfig)
    yield found
    await found.aclose()


@pytest.fixture
def local(tmp_path: Path, configure: Configure, by_hand: Helm) -> Path:
    folder = tmp_path / "local"
    by_hand.chart("shop", folder)
    by_hand.chart("plain", folder)
    configure({"name": "local", "path": str(folder)})
    return folder


async def rendered(clusters: Clusters, chart: str = "local/shop", **others: Json) -> ChartRendered:
    return await helm_render(clusters, chart, "shopping/cart", **others)


@pytest.mark.usefixtures("local")
async def test_objects_are_listed_and_random_fields_told(clusters: Clusters) -> None:
    found = await rendered(clusters)
    assert {str(one.ref): one.template for one in found.manifest.rows} == {
        "Secret/shopping/cart-admin": "shop/templates/secret.yaml",
        "ConfigMap/shopping/cart-page": "shop/templates/web.yaml",
        "Pod/shopping/cart-db": "shop/charts/db/templates/db.yaml",
        "Deployment/shopping/cart": "shop/templates/web.yaml",
        "Job/shopping/cart-migrate": "shop/templates/migrate.yaml",
    }
    assert found.random == {
        "Secret/shopping/cart-admin": ("stringData.password", "stringData.stamp")
    }
    assert (found.release, found.version) == ("shopping/cart", "1.2.0")
    head, counted, *_ = found.render().splitlines()
    assert head == f"local/shop 1.2.0 as shopping/cart on {found.cluster} ({found.kubernetes})"
    assert counted.startswith("5 objects of a manifest of ")
    assert "random each time: Secret/shopping/cart-admin: stringData.password" in found.render()


@pytest.mark.usefixtures("local")
async def test_templates_are_told_of_the_clusters_version_and_apis(
    clusters: Clusters, sandbox: Instance
) -> None:
    version = (await (await clusters.connect()).version()).partition("+")[0]
    shown = await rendered(clusters, path="Deployment/shopping/cart metadata.labels.version")
    assert shown.kubernetes.startswith(version)
    assert shown.manifest.object == shown.kubernetes
    page = await rendered(clusters, path="ConfigMap/shopping/cart-page data")
    assert page.manifest.object == {"title": "Shop", "file": "welcome\n"}


async def test_an_api_that_is_served_is_told_to_templates(local: Path, by_hand: Helm) -> None:
    archive = by_hand.package("shop", local)
    served = Served("v1.36.3", frozenset({("monitoring.coreos.com", "v1", "ServiceMonitor")}))
    found = await render(Wanted(archive, "cart", "shop", {}, served))
    assert 'watched: "yes"' in found.manifest


@pytest.mark.usefixtures("local")
async def test_values_are_judged_before_anything_is_rendered(clusters: Clusters) -> None:
    with pytest.raises(InvalidInputError) as error:
        await rendered(clusters, values={"web": {"replicas": "two"}, "db": {"size": "1"}})
    assert str(error.value) == (
        'the schema of shop 1.2.0 refuses the values: /web/replicas is "two", but must be of type'
        ' integer; /db/size is "1", but must be of the pattern ^[0-9]+Gi$'
    )


@pytest.mark.usefixtures("local")
async def test_values_change_what_is_rendered(clusters: Clusters) -> None:
    found = await rendered(
        clusters,
        values={"db": {"enabled": False}, "web": {"image": {"tag": "9"}}},
        path="Deployment",
    )
    assert found.manifest.object["spec"]["template"]["spec"]["containers"][0]["image"] == (
        "registry.example.com/shop:9"
    )
    with pytest.raises(InvalidInputError, match="names no release"):
        await helm_render(clusters, "local/shop", "--post-renderer=sh")


@pytest.mark.usefixtures("local")
async def test_secrets_are_not_told(clusters: Clusters) -> None:
    values = {"adminPassword": "hunter2hunter2", "title": "say hunter2hunter2"}
    for path in ("", "Secret", "ConfigMap/shopping/cart-page", "Secret stringData.password"):
        told = await rendered(clusters, values=values, path=path)
        assert "hunter2" not in told.model_dump_json() + told.render()


async def test_why_it_does_not_render_is_helms_own_sentence(
    local: Path, clusters: Clusters
) -> None:
    (local / "plain" / "templates" / "fail.yaml").write_text('{{ fail "say a host" }}')
    with pytest.raises(InvalidInputError, match=r"does not render with these values: .*say a host"):
        await rendered(clusters, "local/plain")


async def test_a_kubernetes_that_the_chart_does_not_take_is_told(
    local: Path, clusters: Clusters
) -> None:
    with (local / "plain" / "Chart.yaml").open("a") as file:
        file.write('kubeVersion: ">=1.99.0"\n')
    with pytest.raises(InvalidInputError, match=r"chart requires kubeVersion: >=1.99.0"):
        await rendered(clusters, "local/plain")


async def test_what_an_installation_may_make_otherwise_is_noted(
    local: Path, clusters: Clusters
) -> None:
    templates = local / "plain" / "templates"
    (templates / "look.yaml").write_text(
        '{{- with lookup "v1" "Secret" "a" "b" }}\nkind: Found\n{{- end }}\n'
    )
    (templates / "old.yaml").write_text(
        '{{- if .Capabilities.APIVersions.Has "policy/v1beta1" }}\nkind: Old\n'
        "apiVersion: v1\nmetadata: {name: old}\n{{- end }}\n"
    )
    (templates / "odd.yaml").write_text(
        "kind: Odd\napiVersion: v1\nmetadata: {name: odd-{{ randAlpha 5 | lower }}}\n"
    )
    found = await rendered(clusters, "local/plain")
    assert found.notes == (
        "the names of these are random each time: Odd of plain/templates/odd.yaml",
        "templates look objects up in the cluster, and found none here:"
        " plain/templates/look.yaml; helm_plan_change lets them look",
        "templates took these APIs as served, which the cluster lacks: policy/v1beta1",
    )


async def test_apis_that_are_served_are_no_mistake(local: Path, by_hand: Helm) -> None:
    chart = load_chart(by_hand.package("shop", local).read_bytes())
    assert await mistaken_apis(chart, Served()) == ()
    served = Served("v1.36.3", frozenset({("", "v1", "Pod")}))
    assert await mistaken_apis(chart, served) == ()


async def test_many_objects_are_told_in_pages(local: Path, clusters: Clusters) -> None:
    (local / "plain" / "templates" / "many.yaml").write_text(
        "{{- range $n := until 400 }}\n---\napiVersion: v1\nkind: ConfigMap\n"
        "metadata: {name: page-{{ $n }}}\n{{- end }}\n"
    )
    names: set[str] = set()
    cursor = None
    for _ in range(20):
        found = await rendered(clusters, "local/plain", cursor=cursor)
        names |= {str(one.ref) for one in found.manifest.rows}
        cursor = found.next_cursor
        assert found.manifest.objects == 401
        if cursor is None:
            break
    assert len(names) == 401
