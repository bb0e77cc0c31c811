"""Which cluster a call reaches: the default stays what it was, and clusters do not wait in line."""

import json
from pathlib import Path

import anyio
import pytest

from clusterwright.tools.kubernetes.client.clusters import Clusters
from clusterwright.tools.manifest import Json

pytestmark = pytest.mark.anyio


def kubeconfig(place: Path, current: str, *contexts: str, **users: Json) -> Path:
    """Write a kubeconfig whose contexts are all of servers of their own name."""
    content = {
        "apiVersion": "v1",
        "kind": "Config",
        "current-context": current,
        "contexts": [{"name": c, "context": {"cluster": c, "user": c}} for c in contexts],
        "clusters": [{"name": c, "cluster": {"server": f"https://{c}.test"}} for c in contexts],
        "users": [{"name": c, "user": users.get(c, {"token": f"of-{c}"})} for c in contexts],
    }
    path = place / "kubeconfig"
    path.write_text(json.dumps(content), encoding="utf-8")
    return path


async def test_naming_another_cluster_first_does_not_make_it_the_default(tmp_path: Path) -> None:
    clusters = Clusters(kubeconfig(tmp_path, "dev", "dev", "prod"))
    assert (await clusters.connect("prod")).cluster == "prod"
    assert (await clusters.connect()).cluster == "dev"
    await clusters.aclose()


async def test_a_context_switched_elsewhere_does_not_redirect_us(tmp_path: Path) -> None:
    clusters = Clusters(kubeconfig(tmp_path, "dev", "dev", "prod"))
    before = await clusters.connect()
    kubeconfig(tmp_path, "prod", "dev", "prod")
    assert await clusters.connect() is before
    await clusters.aclose()


async def test_the_default_and_its_name_are_one_connection(tmp_path: Path) -> None:
    clusters = Clusters(kubeconfig(tmp_path, "dev", "dev"))
    assert await clusters.connect() is await clusters.connect("dev")
    await clusters.aclose()


async def test_a_chosen_context_is_the_default(tmp_path: Path) -> None:
    clusters = Clusters(kubeconfig(tmp_path, "dev", "dev", "prod"), "prod")
    assert (await clusters.connect()).cluster == "prod"
    await clusters.aclose()


async def test_a_login_that_hangs_keeps_no_other_cluster(tmp_path: Path) -> None:
    ended = tmp_path / "ended"
    plugin = {
        "apiVersion": "client.authentication.k8s.io/v1",
        "command": "sh",
        "args": ["-c", f"until [ -e {ended} ]; do sleep 0.05; done; false"],
        "interactiveMode": "Never",
    }
    path = kubeconfig(tmp_path, "slow", "slow", "fast", slow={"exec": plugin})
    clusters = Clusters(path)
    async with anyio.create_task_group() as tasks:
        tasks.start_soon(clusters.connect, "slow")
        await anyio.lowlevel.checkpoint()
        with anyio.fail_after(20):
            assert (await clusters.connect("fast")).cluster == "fast"
        tasks.cancel_scope.cancel()
        ended.touch()
    await clusters.aclose()
