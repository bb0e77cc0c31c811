"""k8s_list on a real API server: 250 pods in ten kilobytes, none lost between the pages."""

import time

import pytest

from clusterwright.deploy.sandbox import Instance
from clusterwright.servers.bound import success
from clusterwright.tools.errors import InvalidInputError, NotFoundError
from clusterwright.tools.kubernetes.client.clusters import Clusters
from clusterwright.tools.kubernetes.list_ import k8s_list
from clusterwright.tools.kubernetes.listing import Listing
from clusterwright.tools.manifest import Manifest
from tests.tools.kubernetes.conftest import Apply

pytestmark = pytest.mark.anyio

PODS, PENDING = 250, 3


def workload(name: str, replicas: int, **spec: object) -> Manifest:
    labels = {"app": name}
    container = {"name": "app", "image": "registry.example/app:1"}
    return {
        "apiVersion": "apps/v1",
        "kind": "Deployment",
        "metadata": {"name": name},
        "spec": {
            "replicas": replicas,
            "selector": {"matchLabels": labels},
            "template": {
                "metadata": {"labels": labels},
                "spec": {
                    "containers": [container],
                    "tolerations": [{"operator": "Exists"}],
                    **spec,
                },
            },
        },
    }


@pytest.fixture(scope="module", autouse=True)
def pods(sandbox: Instance, apply: Apply, namespace: str) -> None:
    """Run 250 pods on simulated nodes, and three that no node takes."""
    apply(
        workload("many", PODS, nodeSelector={"type": "kwok"}),
        workload("stuck", PENDING, nodeSelector={"no": "such"}),
    )
    settle(sandbox, namespace)


def settle(sandbox: Instance, namespace: str) -> None:
    """Wait until all pods run that can."""
    deadline = time.monotonic() + 180
    asked = ("get", "pods", "-n", namespace, "-o", "jsonpath={.items[*].status.phase}")
    wanted = ["Pending"] * PENDING + ["Running"] * PODS
    while (phases := sorted(sandbox.kubectl(*asked).split())) != wanted:
        assert time.monotonic() < deadline, f"{phases.count('Running')} of {PODS} pods run"


def names(listing: Listing) -> list[str]:
    column = listing.columns.index("name")
    return [row[column] for row in listing.rows]


def wire(listing: Listing) -> int:
    return len(success(listing).model_dump_json(by_alias=True, exclude_none=True).encode())


async def test_the_first_page_counts_everything_and_shows_what_is_unwell(
    clusters: Clusters, namespace: str
) -> None:
    first = await k8s_list(clusters, "Pod", namespace)
    assert (first.total, first.unhealthy) == (PODS + PENDING, PENDING)
    assert first.states == {"Running": PODS, "Pending": PENDING}
    assert all(name.startswith("stuck-") for name in names(first)[:PENDING])
    assert wire(first) <= 10_000
    assert first.next_cursor


async def test_all_pods_are_had_by_the_cursor_each_once(clusters: Clusters, namespace: str) -> None:
    found: list[str] = []
    cursor = None
    while True:
        page = await k8s_list(clusters, "po", namespace, cursor=cursor)
        assert wire(page) <= 10_000
        found += names(page)
        cursor = page.next_cursor
        if cursor is None:
            break
    assert len(found) == len(set(found)) == PODS + PENDING


async def test_pods_that_go_between_two_pages_cost_no_other(
    clusters: Clusters, namespace: str, sandbox: Instance
) -> None:
    """Their replacements have names of their own and may come on either page."""
    first = await k8s_list(clusters, "Pod", namespace, labels="app=many", limit=20)
    both = await k8s_list(clusters, "Pod", namespace, labels="app=many", limit=40)
    sandbox.kubectl("delete", "pod", "-n", namespace, "--wait=true", *names(first)[:5])
    second = await k8s_list(
        clusters, "Pod", namespace, labels="app=many", limit=20, cursor=first.next_cursor
    )
    kept = [one for one in names(second) if one in names(both)]
    assert kept == names(both)[20 : 20 + len(kept)]
    assert len(kept) >= 15
    settle(sandbox, namespace)


async def test_a_cursor_continues_its_own_question_only(clusters: Clusters, namespace: str) -> None:
    cursor = (await k8s_list(clusters, "Pod", namespace, limit=2)).next_cursor
    for kind, labels in (("Event", None), ("Pod", "app=many")):
        with pytest.raises(InvalidInputError, match="another question"):
            await k8s_list(clusters, kind, namespace, labels, cursor=cursor)


async def test_selectors_limits_and_kinds(clusters: Clusters, namespace: str) -> None:
    few = await k8s_list(clusters, "Pod", namespace, labels="app=stuck", limit=2)
    assert (few.total, len(few.rows)) == (PENDING, 2)
    pending = await k8s_list(clusters, "Pod", namespace, fields="status.phase=Pending")
    assert pending.total == PENDING
    nodes = await k8s_list(clusters, "nodes")
    assert nodes.namespace is None
    assert "sim-gpu-1" in names(nodes)
    nothing = await k8s_list(clusters, "ingress", namespace)
    assert (nothing.total, nothing.rows) == (0, ())
    assert nothing.render().startswith("0 Ingress")


async def test_a_cursor_of_something_else_is_refused(clusters: Clusters, namespace: str) -> None:
    for cursor in ("bogus", "WyJwcm9ibGVtcyJd", "!!!", "W10"):
        with pytest.raises(InvalidInputError, match="cursor"):
            await k8s_list(clusters, "Pod", namespace, cursor=cursor)


async def test_wrong_questions_teach(clusters: Clusters, namespace: str) -> None:
    with pytest.raises(InvalidInputError, match="labels 'a=b=c'"):
        await k8s_list(clusters, "Pod", namespace, labels="a=b=c")
    with pytest.raises(InvalidInputError, match=r"spec\.colour"):
        await k8s_list(clusters, "Pod", namespace, fields="spec.colour=red")
    with pytest.raises(NotFoundError, match="nowhere"):
        await k8s_list(clusters, "Pod", "nowhere")
