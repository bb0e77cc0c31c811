"""A credential is asked for by its name: what may not be read is not what is not there."""

from pathlib import Path

import pytest

from clusterwright.tools.cluster_api.changes.create import Create
from clusterwright.tools.cluster_api.changes.credential import check_credential
from clusterwright.tools.cluster_api.changes.survey import survey
from clusterwright.tools.cluster_api.estate import KINDS
from clusterwright.tools.errors import RefusedError
from clusterwright.tools.kubernetes.changes.step import Scene
from clusterwright.tools.kubernetes.client.clusters import Clusters
from clusterwright.tools.kubernetes.read import read_snapshot
from clusterwright.tools.manifest import Manifest
from tests.tools.cluster_api.changes.estate import NOW, made
from tests.tools.cluster_api.replay_api import replaying

pytestmark = pytest.mark.anyio
API = "infrastructure.cluster.x-k8s.io/v1beta2"
IDENTITY = {"kind": "CloudIdentity", "name": "own", "namespace": "identities"}


def a_class() -> Manifest:
    named = {"apiVersion": API, "kind": "CloudClusterTemplate", "name": "cloud"}
    return made("ClusterClass", "gpu", {"infrastructure": {"templateRef": named}})


async def _checked(place: Path, *objects: Manifest, forbidden: str = "") -> None:
    """Have a cluster's credential looked for, and judged by what was found out."""
    spec = {"template": {"spec": {"identityRef": IDENTITY}}}
    template = made("CloudClusterTemplate", "cloud", spec, api=API)
    other = made("CloudIdentity", "another", api=API)
    with replaying(place, [a_class(), template, other, *objects]) as (kubeconfig, held):
        held.forbidden = frozenset({forbidden} - {""})
        clusters = Clusters(kubeconfig)
        try:
            connection = await clusters.connect()
            around = await read_snapshot(connection, KINDS, "default")
            create = Create(name="default/train", cluster_class="gpu", version="v1.35.2")
            scene = Scene(connection.cluster, NOW, {}, around)
            seen = await survey(clusters, connection, [create], scene)
        finally:
            await clusters.aclose()
    assert seen.around.was_read(f"CloudIdentity.{API.partition('/')[0]}")
    check_credential(seen.around, a_class(), {})


async def test_one_of_another_namespace_is_found(tmp_path: Path) -> None:
    own = made("CloudIdentity", "own", api=API)
    own["metadata"]["namespace"] = "identities"
    await _checked(tmp_path, own)


async def test_one_that_is_not_there_is_missing(tmp_path: Path) -> None:
    with pytest.raises(RefusedError, match=r"identities/own, which .* does not exist"):
        await _checked(tmp_path)


async def test_one_that_may_not_be_read_is_left_to_the_provider(tmp_path: Path) -> None:
    await _checked(tmp_path, forbidden="identities")
