"""k8s_find_problems: many problems in pages of ten kilobytes, causes before their symptoms."""

import json
import time
from datetime import UTC, datetime, timedelta

import pytest

from clusterwright.deploy.sandbox import Instance
from clusterwright.servers.bound import success
from clusterwright.tools.errors import InvalidInputError, NotFoundError
from clusterwright.tools.kubernetes import find_problems
from clusterwright.tools.kubernetes.client.clusters import Clusters
from clusterwright.tools.kubernetes.client.recent import Recent
from clusterwright.tools.kubernetes.find_problems import k8s_find_problems
from clusterwright.tools.kubernetes.problems import Problems
from clusterwright.tools.manifest import Manifest
from tests.tools.kubernetes.conftest import Apply

pytestmark = pytest.mark.anyio

MANY = 30


def unschedulable(name: str) -> Manifest:
    selector = {f"example.com/{name}-and-a-rather-long-label-of-nodes": "no-such-value"}
    container = {"name": "app", "image": "registry.example/app:1"}
    return {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {"name": name},
        "spec": {"nodeSelector": selector, "containers": [container]},
    }


def waiting(listed: str) -> list[str]:
    """Return the pods of a list that no node takes, and that are no longer new to the scheduler."""
    old = (datetime.now(UTC) - timedelta(seconds=7)).strftime("%Y-%m-%dT%H:%M:%SZ")
    return [
        one["metadata"]["name"]
        for one in json.loads(listed)["items"]
        if "Unschedulable" in json.dumps(one.get("status"))
        and one["metadata"]["creationTimestamp"] <= old
    ]


@pytest.fixture(scope="module", autouse=True)
def pods(sandbox: Instance, apply: Apply, namespace: str) -> None:
    apply(*(unschedulable(f"pod-{i:02d}") for i in range(MANY)))
    deadline = time.monotonic() + 60
    asked = ("get", "pods", "-n", namespace, "-o", "json")
    while len(waiting(sandbox.kubectl(*asked))) < MANY:
        assert time.monotonic() < deadline, "the scheduler did not look at all pods in a minute"


def wire(page: Problems) -> int:
    return len(success(page).model_dump_json(by_alias=True, exclude_none=True).encode())


@pytest.mark.parametrize("kept", [120.0, 0.0], ids=["one-scan", "scan-forgotten"])
async def test_pages_are_bounded_and_complete(
    clusters: Clusters, namespace: str, kept: float
) -> None:
    clusters.recent = Recent(seconds=kept)
    found: list[str] = []
    cursor = None
    while True:
        page = await k8s_find_problems(clusters, namespace, cursor=cursor)
        assert page.total == MANY
        assert wire(page) <= 10_000
        found += [str(one.subject) for one in page.findings]
        cursor = page.next_cursor
        if cursor is None:
            break
    assert found == [f"Pod/{namespace}/pod-{i:02d}" for i in range(MANY)]


async def test_a_page_continues_the_scan_of_the_one_before(
    clusters: Clusters, namespace: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = await k8s_find_problems(clusters, namespace, limit=1)
    cursor = first.next_cursor

    def read(*_: object) -> None:
        raise AssertionError("read again")

    monkeypatch.setattr(find_problems, "read_snapshot", read)
    second = await k8s_find_problems(clusters, namespace, limit=1, cursor=cursor)
    assert str(second.findings[0].subject) == f"Pod/{namespace}/pod-01"
    with pytest.raises(InvalidInputError, match="another question"):
        await k8s_find_problems(clusters, "kube-system", limit=1, cursor=cursor)


async def test_a_limit_brings_all_the_evidence(clusters: Clusters, namespace: str) -> None:
    brief = await k8s_find_problems(clusters, namespace)
    full = await k8s_find_problems(clusters, namespace, limit=3)
    assert [len(one.evidence) for one in brief.findings[:3]] == [1, 1, 1]
    assert all(len(one.evidence) > 1 for one in full.findings)
    assert len(full.findings) == 3


async def test_every_finding_carries_evidence_a_fix_and_a_page(
    clusters: Clusters, namespace: str
) -> None:
    page = await k8s_find_problems(clusters, namespace, limit=1)
    (finding,) = page.findings
    assert finding.code == "pod/node-selector-unmatched"
    assert finding.fixes
    assert finding.since is not None
    assert f"{MANY} problems on" in page.render()


async def test_a_namespace_without_problems_says_what_was_checked(clusters: Clusters) -> None:
    page = await k8s_find_problems(clusters, "kube-node-lease")
    assert page.total == 0
    assert page.render().startswith("No problems found in what was checked")
    assert page.coverage.complete


async def test_wrong_questions_teach(clusters: Clusters, namespace: str) -> None:
    with pytest.raises(NotFoundError, match="nowhere"):
        await k8s_find_problems(clusters, "nowhere")
    with pytest.raises(InvalidInputError, match="cursor"):
        await k8s_find_problems(clusters, namespace, cursor="WyJsaXN0IiwxLCJhIiwiYiJd")
