"""Thousands of records: what is read of them is bounded, and what was left out is told."""

from pathlib import Path

import pytest

from clusterwright.tools.helm.find_problems import helm_find_problems
from clusterwright.tools.helm.read_records import MOST, telling
from clusterwright.tools.helm.store import kept
from clusterwright.tools.kubernetes.client.clusters import Clusters
from clusterwright.tools.manifest import Manifest
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
        read = [one for one in held.asked if "/secrets/sh.helm.release" in one]
        assert len(read) <= MOST
        assert "r1000.v1" in " ".join(read[:100])
        (gap,) = [one for one in found.coverage.gaps if "release records" in one.what]
        assert gap.what == f"{RELEASES - len(read)} release records"
        assert "a namespace at a time" in gap.reason
        assert telling(first.revisions)[0].name == "r1000"
