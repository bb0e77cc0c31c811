"""Releases of many revisions, and one whose record is nearly as large as a Secret may be."""

import base64
import random
from collections.abc import AsyncIterator, Iterator

import pytest

from clusterwright.deploy.sandbox import Instance
from clusterwright.servers.bound import success
from clusterwright.tools.answer import Answer
from clusterwright.tools.helm.diff import helm_diff
from clusterwright.tools.helm.get_release import ViewName, helm_get_release
from clusterwright.tools.helm.list_releases import helm_list_releases
from clusterwright.tools.helm.views.chart import ChartView
from clusterwright.tools.helm.views.history import HistoryView, RevisionRow
from clusterwright.tools.helm.views.manifest import ManifestView
from clusterwright.tools.helm.views.status import StatusView
from clusterwright.tools.helm.views.values import ValuesView
from clusterwright.tools.kubernetes.client.clusters import Clusters
from tests.tools.helm.workshop import Workshop

pytestmark = pytest.mark.anyio
REVISIONS = 30
CONFIG = """\
apiVersion: v1
kind: ConfigMap
metadata: {name: {{ .Release.Name }}}
data: {step: {{ .Values.step | quote }}}
"""
LARGE = """\
{{- range $i := until 12 }}
---
apiVersion: v1
kind: ConfigMap
metadata: {name: {{ $.Release.Name }}-{{ $i }}}
data:
  words: {{ $.Files.Get (printf "words/%d.txt" $i) | quote }}
{{- end }}
"""
VIEWS: tuple[ViewName, ...] = (
    "status", "history", "values", "manifest", "notes", "hooks", "chart"
)  # fmt: skip


@pytest.fixture(scope="module")
def workshop(sandbox: Instance, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Workshop]:
    """A release of thirty revisions, and one of six hundred kilobytes."""
    with Workshop.opened(sandbox, tmp_path_factory.mktemp("helm"), "large") as made:
        values = {"step": 0, "mode": "a"}
        chart = made.chart("many", {"config.yaml": CONFIG}, values)
        for step in range(REVISIONS):
            mode = "b" if step >= 20 else "a"
            given = f"step={step},mode={mode},fixed=x"
            made.helm("upgrade", "many", chart, "-i", "--history-max", "0", "--set", given)
        source = random.Random(7)
        words = {
            f"words/{i}.txt": base64.b64encode(source.randbytes(18_000)).decode() for i in range(12)
        }
        large = made.chart("large", {"large.yaml": LARGE}, {}, files=words)
        made.helm("install", "large", large)
        yield made


@pytest.fixture
async def clusters(sandbox: Instance) -> AsyncIterator[Clusters]:
    found = Clusters(sandbox.kubeconfig)
    yield found
    await found.aclose()


def fits(answer: Answer) -> None:
    said = success(answer).model_dump_json(by_alias=True, exclude_none=True)
    assert len(said.encode()) <= 10_000


async def test_thirty_revisions_are_had_page_by_page(
    clusters: Clusters, workshop: Workshop
) -> None:
    seen: list[RevisionRow] = []
    cursor = None
    while True:
        page = await helm_get_release(
            clusters, f"{workshop.namespace}/many", "history", cursor=cursor
        )
        fits(page)
        assert isinstance(page.shown, HistoryView)
        assert page.shown.kept == REVISIONS
        seen += page.shown.rows
        cursor = page.next_cursor
        if cursor is None:
            break
    assert [one.revision for one in seen] == list(range(REVISIONS, 0, -1))
    assert seen[9].values == ("mode", "step")  # the last of its page is compared as well
    assert seen[10].values == ("step",)


async def test_a_value_is_followed_back_as_far_as_it_is_worth(
    clusters: Clusters, workshop: Workshop
) -> None:
    found = await helm_get_release(clusters, f"{workshop.namespace}/many", "values")
    assert isinstance(found.shown, ValuesView)
    since = {one.path: one.since for one in found.shown.rows}
    assert since == {"fixed": 18, "mode": 21, "step": 30}
    assert found.shown.since_at_least == 18


async def test_a_long_history_is_marked_in_the_list(clusters: Clusters, workshop: Workshop) -> None:
    found = await helm_list_releases(clusters, workshop.namespace)
    (_, many) = found.well[workshop.namespace]
    assert many.endswith("(30 kept)")
    assert found.revisions == REVISIONS + 1


@pytest.mark.parametrize("view", VIEWS)
async def test_every_view_of_a_large_record_fits(
    clusters: Clusters, workshop: Workshop, view: ViewName
) -> None:
    found = await helm_get_release(clusters, f"{workshop.namespace}/large", view)
    fits(found)
    match found.shown:
        case StatusView():
            assert found.shown.record_bytes > 500_000
            assert found.shown.unwell == 0
        case ManifestView():
            assert [one.bytes > 20_000 for one in found.shown.rows] == [True] * 12
        case ChartView():
            assert found.shown.sizes["files"] > 200_000
        case _:
            pass


async def test_a_large_release_is_compared_with_the_cluster(
    clusters: Clusters, workshop: Workshop
) -> None:
    words = "A" * 24_000
    workshop.kubectl("patch", "configmap", "large-3", "-p", f'{{"data": {{"words": "{words}"}}}}')
    found = await helm_diff(clusters, f"{workshop.namespace}/large")
    fits(found)
    assert (found.compared, found.changed, found.fields) == (12, 1, 1)
