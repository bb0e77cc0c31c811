"""Releases of the real Helm 3 and Helm 4, listed from the labels of their records."""

import json
from collections.abc import AsyncIterator, Iterator
from copy import deepcopy

import pytest

from clusterwright.deploy.sandbox import Instance
from clusterwright.servers.bound import success
from clusterwright.tools.errors import ForbiddenError, InvalidInputError, NotFoundError
from clusterwright.tools.helm.list_releases import helm_list_releases
from clusterwright.tools.helm.releases import ReleaseList
from clusterwright.tools.kubernetes.client.clusters import Clusters
from clusterwright.tools.manifest import Manifest
from tests.tools.helm.workshop import DEPLOYMENT, Workshop

pytestmark = pytest.mark.anyio
MANY = 100


@pytest.fixture(scope="module")
def workshop(sandbox: Instance, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Workshop]:
    """Releases that are well, of either Helm, and one of each trouble."""
    with Workshop.opened(sandbox, tmp_path_factory.mktemp("helm"), "list") as made:
        chart = made.chart("web", {"web.yaml": DEPLOYMENT}, appVersion="7.1")
        made.helm("install", "good", chart)
        made.helm("install", "older", chart, three=True)
        made.helm("install", "inmap", chart, driver="configmap")
        made.helm("install", "gone", chart)
        made.helm("uninstall", "gone", "--keep-history")
        made.helm("install", "stuck", chart)
        wait = ("--wait", "--timeout", "60s", "--set", "replicas=1")
        made.killed("upgrade", "stuck", chart, *wait, record="stuck.v2")
        broken = made.chart("web", {"web.yaml": DEPLOYMENT, "bad.yaml": BAD}, appVersion="7.2")
        made.helm("install", "never", broken, fails=True)
        made.helm("upgrade", "good-once", broken, "--install", "--set", "sound=true")
        made.helm("upgrade", "good-once", broken, "--reset-values", fails=True)
        garbled = made.record("good", 1)
        garbled["metadata"] = deepcopy(garbled["metadata"])
        garbled["metadata"]["name"] = "sh.helm.release.v1.garbled.v1"
        garbled["metadata"]["labels"] |= {"name": "garbled", "status": "failed"}
        garbled["data"] = {"release": "bm8gcmVsZWFzZQ=="}
        made.create(garbled)
        yield made


BAD = """\
{{ if not .Values.sound }}
apiVersion: v1
kind: Service
metadata: {name: "{{ .Release.Name }}", annotations: {password: "hunter2-hunter2"}}
spec: {ports: [{port: 99999999}]}
{{ end }}
"""


@pytest.fixture
async def clusters(sandbox: Instance) -> AsyncIterator[Clusters]:
    found = Clusters(sandbox.kubeconfig)
    yield found
    await found.aclose()


def wire(answer: ReleaseList) -> int:
    return len(success(answer).model_dump_json(by_alias=True, exclude_none=True).encode())


async def test_those_in_trouble_come_first_with_the_reason_and_the_others_in_few_words(
    clusters: Clusters, workshop: Workshop
) -> None:
    place = workshop.namespace
    found = await helm_list_releases(clusters, place)
    rows = {row.release.partition("/")[2]: row for row in found.rows}
    assert list(rows) == ["garbled", "good-once", "never", "stuck"]
    assert (found.total, found.troubled, found.revisions) == (8, 4, 10)
    assert found.statuses == {
        "deployed": 3, "failed": 3, "uninstalled": 1, "pending-upgrade": 1
    }  # fmt: skip
    assert rows["good-once"].deployed == 1
    assert rows["good-once"].chart == "web-1.0.0"
    assert "port" in (rows["good-once"].reason or "").lower()
    assert rows["never"].deployed is None
    assert rows["stuck"].status == "pending-upgrade"
    assert "can be read" in (rows["garbled"].reason or "")
    names = [one.split()[0] for one in found.well[place]]
    assert names == ["gone", "good", "inmap", "older"]
    assert found.well[place][0].endswith("uninstalled")
    assert found.gaps == ()


async def test_only_those_in_trouble_are_listed_where_only_they_are_asked_for(
    clusters: Clusters, workshop: Workshop
) -> None:
    found = await helm_list_releases(clusters, workshop.namespace, "trouble")
    assert [row.release.partition("/")[2] for row in found.rows] == [
        "garbled", "good-once", "never", "stuck"
    ]  # fmt: skip
    assert (found.total, found.well) == (8, {})


async def test_charts_are_read_where_they_are_asked_for(
    clusters: Clusters, workshop: Workshop
) -> None:
    found = await helm_list_releases(clusters, workshop.namespace, charts=True)
    told = {row.release.partition("/")[2]: (row.chart, row.app_version) for row in found.rows}
    assert found.well == {}
    assert told["inmap"] == told["older"] == ("web-1.0.0", "7.1")
    assert told["garbled"] == (None, None)


async def test_pages_hold_each_release_once(clusters: Clusters, workshop: Workshop) -> None:
    seen: list[str] = []
    cursor = None
    while True:
        page = await helm_list_releases(clusters, workshop.namespace, limit=3, cursor=cursor)
        seen += [row.release.partition("/")[2] for row in page.rows]
        seen += [one.split()[0] for ones in page.well.values() for one in ones]
        cursor = page.next_cursor
        if cursor is None:
            break
    whole = ["garbled", "good-once", "never", "stuck", "gone", "good", "inmap", "older"]
    assert seen == whole


async def test_a_cursor_continues_its_own_question_only(
    clusters: Clusters, workshop: Workshop
) -> None:
    cursor = (await helm_list_releases(clusters, workshop.namespace, limit=2)).next_cursor
    with pytest.raises(InvalidInputError, match="another question"):
        await helm_list_releases(clusters, cursor=cursor)


async def test_a_namespace_that_is_not_there_is_an_error(clusters: Clusters) -> None:
    with pytest.raises(NotFoundError, match="no namespace 'nowhere'"):
        await helm_list_releases(clusters, "nowhere")


def copies(record: Manifest, count: int) -> list[Manifest]:
    """Return records of as many releases, with names as long as people give them."""
    made: list[Manifest] = []
    for number in range(count):
        name = f"{NAMES[number % len(NAMES)]}-{number}"
        labels = {**record["metadata"]["labels"], "name": name, "version": str(number % 9 + 1)}
        metadata = {"name": f"sh.helm.release.v1.{name}.v{number % 9 + 1}", "labels": labels}
        made.append({**record, "metadata": metadata})
    return made


NAMES = ("cart", "checkout", "payments", "redis", "web-frontend", "users", "search", "cert-manager")


async def test_a_hundred_releases_fit_into_four_kilobytes(
    clusters: Clusters, workshop: Workshop, sandbox: Instance
) -> None:
    place = f"{workshop.namespace}-many"
    sandbox.kubectl("create", "namespace", place)
    try:
        listed = {
            "apiVersion": "v1",
            "kind": "List",
            "items": copies(workshop.record("good", 1), MANY),
        }
        sandbox.kubectl("create", "-n", place, "-f", "-", stdin=json.dumps(listed))
        found = await helm_list_releases(clusters, place)
        assert wire(found) <= 4_096
        assert (found.total, len(found.well[place]), found.next_cursor) == (MANY, MANY, None)
    finally:
        sandbox.kubectl("delete", "namespace", place, "--wait=false")


async def test_records_that_may_not_be_listed_are_told_and_no_silence(workshop: Workshop) -> None:
    some = Clusters(workshop.reader("maps", "configmaps"))
    found = await helm_list_releases(some, workshop.namespace)
    assert [one.split()[0] for one in found.well[workshop.namespace]] == ["inmap"]
    assert [one.what for one in found.gaps] == ["Secret"]
    assert "Not read: Secret (forbidden: " in found.render()
    with pytest.raises(ForbiddenError):
        await helm_list_releases(some)
    await some.aclose()
    none = Clusters(workshop.reader("pods", "pods"))
    with pytest.raises(ForbiddenError, match="release records") as raised:
        await helm_list_releases(none, workshop.namespace)
    assert "`list` on secrets" in raised.value.hint
    await none.aclose()
