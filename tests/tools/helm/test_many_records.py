"""Thousands of records: what is read of them is bounded, and what was left out is told."""

from dataclasses import replace
from pathlib import Path

import pytest

from clusterwright.tools.helm.find_problems import helm_find_problems
from clusterwright.tools.helm.read_records import MOST, Records, telling
from clusterwright.tools.helm.record import Status
from clusterwright.tools.helm.store import kept
from clusterwright.tools.kubernetes.client.clusters import Clusters
from clusterwright.tools.manifest import Manifest
from clusterwright.tools.ref import Ref
from tests.tools.cluster_api.replay_api import replaying
from tests.tools.helm.estates import record

pytestmark = pytest.mark.anyio
RELEASES = 2_000
ELSE: Manifest = {
    "kind": "ConfigMap",
    "apiVersion": "v1",
    "metadata": {"name": "other", "namespace": "shop"},
}


def many() -> list[Manifest]:
    """Records of two thousand releases, one of which failed; all hold the same."""
    like = record(1, name="like")
    found: list[Manifest] = []
    for number in range(RELEASES):
        name = f"r{number}"
        status = "failed" if number == RELEASES // 2 else "deployed"
        labels = {**like["metadata"]["labels"], "name": name, "status": status}
        metadata = {**like["metadata"], "name": f"sh.helm.release.v1.{name}.v1", "labels": labels}
        found.append({**like, "metadata": metadata})
    return found


async def test_what_is_in_trouble_is_read_before_what_is_well(tmp_path: Path) -> None:
    with replaying(tmp_path, [*many(), ELSE]) as (kubeconfig, held):
        clusters = Clusters(kubeconfig)
        found = await helm_find_problems(clusters)
        first = await kept(await clusters.connect())
        await clusters.aclose()
        assert found.coverage.checked == {"HelmRelease": RELEASES}
        assert [one.code for one in found.findings] == ["release/failed"]
        asked = [one for one in held.asked if "status+in+" in one or "status%20in%20" in one]
        assert "failed" in asked[0]
        assert "deployed" in asked[1]
        (gap,) = [one for one in found.coverage.gaps if "release records" in one.what]
        assert gap.what == f"{RELEASES - MOST} release records"
        assert "a namespace at a time" in gap.reason
        assert telling(first.revisions)[0].name == "r1000"


async def test_many_records_are_read_by_pages_and_only_what_these_lack_by_name(
    tmp_path: Path,
) -> None:
    with replaying(tmp_path, [*many(), ELSE]) as (kubeconfig, held):
        clusters = Clusters(kubeconfig)
        connection = await clusters.connect()
        revisions = telling((await kept(connection)).revisions)[:100]
        gone = replace(revisions[0], record=Ref("Secret", "gone", "shop"))
        odd = replace(revisions[1], record=Ref("Secret", "odd", "shop"), status=Status.FAILED)
        records = Records(connection)
        await records.read([gone, odd, *revisions[2:]])
        await clusters.aclose()
        assert records.found.keys() == {one.record for one in revisions[2:]}
        assert records.gaps == []
        by_name = [one.rpartition("/")[2] for one in held.asked if "/namespaces/shop/" in one]
        assert sorted(by_name) == ["gone", "odd"]


async def test_where_records_may_be_read_by_name_alone_they_are(tmp_path: Path) -> None:
    with replaying(tmp_path, [*many()[:30], ELSE]) as (kubeconfig, held):
        clusters = Clusters(kubeconfig)
        connection = await clusters.connect()
        revisions = telling((await kept(connection)).revisions)
        held.unlisted = frozenset({"secrets"})
        records = Records(connection)
        await records.read(revisions)
        await clusters.aclose()
        assert len(records.found) == 30
        assert records.gaps == []
