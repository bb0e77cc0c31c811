"""Following a Cluster from moment to moment, as real ones were; no cluster is needed for that."""

from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from mcp import Client

from clusterwright.servers.cluster_api import create_server
from clusterwright.tools.cluster_api import check_upgrade, progress
from clusterwright.tools.cluster_api.progress import capi_progress
from clusterwright.tools.errors import InvalidInputError, NotFoundError
from clusterwright.tools.kubernetes.client.clusters import Clusters
from clusterwright.tools.manifest import Manifest
from clusterwright.tools.snapshot import Snapshot
from tests.tools.cluster_api.moment import snapshot_of
from tests.tools.cluster_api.replay_api import Held, kubeconfig_secret, replaying

pytestmark = pytest.mark.anyio


def objects_of(read: Snapshot) -> list[Manifest]:
    return [one for found in read.objects.values() for one in found]


@dataclass
class Told:
    """What a tool tells on the way; each time the next moment comes."""

    held: Held
    moments: list[str]
    said: list[tuple[float, float, str]]

    async def __call__(self, done: float, total: float, message: str) -> None:
        self.said.append((done, total, message))
        if self.moments:
            moment = self.moments.pop(0)
            self.held.hold(objects_of(snapshot_of(moment)) if moment else [])


@pytest.fixture
def replay(tmp_path: Path) -> Iterator[tuple[Path, Held]]:
    with replaying(tmp_path, objects_of(snapshot_of("train-create-1"))) as found:
        yield found


@pytest.fixture
async def clusters(replay: tuple[Path, Held]) -> AsyncIterator[Clusters]:
    found = Clusters(replay[0])
    yield found
    await found.aclose()


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(progress, "LOOK_SECONDS", 0.01)


async def follow(clusters: Clusters, replay: tuple[Path, Held], *moments: str) -> Told:
    told = Told(replay[1], list(moments), [])
    found = await capi_progress(clusters, told, "default", "train", 60)
    assert found.ended
    told.said.append((found.done, len(found.phases), found.summary))
    return told


async def test_a_creation_is_followed_to_its_end(
    clusters: Clusters, replay: tuple[Path, Held]
) -> None:
    told = await follow(clusters, replay, "train-create-2", "train-create-3", "train-rest-1")
    assert [(done, total) for done, total, _ in told.said] == [(1, 6), (4, 6), (4, 6), (6, 6)]
    assert told.said[0][2].startswith("Creation of capi:default/train: 1 of 6 phases done; infra")
    assert "WaitingForBootstrapData" in told.said[2][2]
    assert told.said[-1][2] == "Creation of capi:default/train is over: 6 of 6 phases done."


async def test_a_cluster_that_is_gone_in_the_end_was_deleted(
    clusters: Clusters, replay: tuple[Path, Held]
) -> None:
    replay[1].hold(objects_of(snapshot_of("train-delete-1")))
    told = await follow(clusters, replay, "train-delete-2", "")
    assert told.said[-1][2] == "Deletion of capi:default/train is over: 4 of 4 phases done."


async def test_a_cluster_that_vanishes_while_it_is_made_is_an_error(
    clusters: Clusters, replay: tuple[Path, Held]
) -> None:
    with pytest.raises(NotFoundError):
        await follow(clusters, replay, "")


async def test_at_rest_following_ends_soon_and_says_nothing(
    clusters: Clusters, replay: tuple[Path, Held]
) -> None:
    replay[1].hold(objects_of(snapshot_of("train-rest-1")))
    told = await follow(clusters, replay)
    assert [message for _, _, message in told.said][-1] == (
        "Nothing is under way on capi:default/train: it is Available."
    )


async def test_only_what_belongs_to_the_cluster_is_listed(
    clusters: Clusters, replay: tuple[Path, Held]
) -> None:
    await progress.read(clusters, namespace="default", name="train")
    lists = [one for one in replay[1].asked if "limit=" in one]
    assert lists
    assert all("labelSelector=cluster.x-k8s.io%2Fcluster-name%3Dtrain" in one for one in lists)


@pytest.mark.parametrize(("namespace", "name"), [("UPPER", "x"), ("default", "a/b"), ("..", "x")])
async def test_names_are_checked_before_any_object_is_asked_for(
    clusters: Clusters, replay: tuple[Path, Held], namespace: str, name: str
) -> None:
    with pytest.raises(InvalidInputError):
        await progress.read(clusters, namespace=namespace, name=name)
    assert set(replay[1].asked) <= {"/api", "/apis"}


async def test_an_upgrade_is_checked_on_both_clusters(tmp_path: Path) -> None:
    workload = objects_of(snapshot_of("train-workload"))
    with replaying(tmp_path, workload) as (inner, inside):
        inside.kinds |= dict.fromkeys(
            ("ValidatingWebhookConfiguration", "MutatingWebhookConfiguration"),
            "admissionregistration.k8s.io/v1",
        )
        inside.metrics = (
            "apiserver_requested_deprecated_apis_other 1\n"
            'apiserver_requested_deprecated_apis{group="networking.k8s.io",removed_release="1.37",'
            'resource="servicecidrs",subresource="",version="v1beta1"} 1\n'
            'apiserver_requested_deprecated_apis{group="",removed_release="",resource="endpoints",'
            'subresource="",version="v1"} 1\n'
        )
        secret = kubeconfig_secret("train", inner)
        management = [*objects_of(snapshot_of("train-rest-1")), secret]
        with replaying(tmp_path, management) as (outer, _):
            found = Clusters(outer)
            run = check_upgrade.capi_check_upgrade
            answer = await run(found, "default", "train", "v1.37.0")
            await found.aclose()
    told = {one.name: one for one in answer.checks}
    assert answer.verdict == "blocked"
    assert told["removed APIs"].said == (
        "clients ask for servicecidrs of networking.k8s.io/v1beta1, which 1.37 does not serve"
        " (apiserver_requested_deprecated_apis)"
    )
    assert str(told["disruption budgets"].status) == "block"
    assert answer.gaps == ()


async def test_both_tools_are_read_only_for_whoever_asks(replay: tuple[Path, Held]) -> None:
    async with Client(create_server(kubeconfig=replay[0])) as client:
        tools = {one.name: one for one in (await client.list_tools()).tools}
    for name in ("capi_progress", "capi_check_upgrade"):
        annotations = tools[name].annotations
        assert annotations is not None
        assert annotations.read_only_hint
