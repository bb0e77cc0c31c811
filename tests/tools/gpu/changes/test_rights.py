"""Who may read and not write, or not even read what matters: told when planning."""

import json
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

import pytest

from clusterwright.tools.manifest import Manifest
from tests.servers.kubeconfigs import edited
from tests.tools.gpu.changes.place import CONFIG, Place

pytestmark = [pytest.mark.anyio, pytest.mark.timeout(120)]
READ = ["get", "list"]
NODES: Manifest = {"apiGroups": [""], "resources": ["nodes", "configmaps"], "verbs": READ}
PODS: Manifest = {"apiGroups": [""], "resources": ["pods"], "verbs": READ}
OPERATORS: Manifest = {
    "apiGroups": ["apps", "batch", "policy", "autoscaling", "nvidia.com", "amd.com",
                  "resource.k8s.io"],
    "resources": ["*"],
    "verbs": READ,
}  # fmt: skip
EVICT: Manifest = {"apiGroups": [""], "resources": ["pods/eviction"], "verbs": ["create"]}
LABEL: Manifest = {"apiGroups": [""], "resources": ["nodes"], "verbs": ["patch"]}


@contextmanager
def account(place: Place, *rules: Manifest) -> Generator[Path]:
    """Make an account that may do what the rules say; yield its kubeconfig."""
    name, kubectl = place.namespace, place.kubectl
    kind = {"apiVersion": "rbac.authorization.k8s.io/v1", "kind": "ClusterRole"}
    made = json.dumps({**kind, "metadata": {"name": name}, "rules": list(rules)})
    place.sandbox.kubectl("create", "-f", "-", stdin=made)
    kubectl("create", "serviceaccount", "worker", "-n", name)
    bound = f"--serviceaccount={name}:worker"
    kubectl("create", "clusterrolebinding", name, f"--clusterrole={name}", bound)
    token = kubectl("create", "token", "worker", "-n", name).strip()
    folder = place.state.parent / "account"
    folder.mkdir(exist_ok=True)
    try:
        yield edited(place.sandbox, folder, user={"token": token})
    finally:
        kubectl("delete", f"clusterrolebinding/{name}", f"clusterrole/{name}")
        kubectl("delete", "serviceaccount", "worker", "-n", name)


def mig(place: Place, **more: bool) -> Manifest:
    return {"kind": "set_mig", "node": place.node, "config": "all-1g.10gb", **more}


async def test_what_may_not_be_written_is_no_plan(place: Place) -> None:
    place.train("train", 1)
    with account(place, NODES, PODS, OPERATORS, LABEL) as worker:
        async with place.session(worker) as session:
            plan, said = await session.plan(mig(place, evict=True))
            assert (plan, 'cannot create resource "pods/eviction"' in said) == ("", True)
    with account(place, NODES, PODS, OPERATORS, EVICT) as worker:
        async with place.session(worker) as session:
            plan, said = await session.plan(mig(place, evict=True))
            assert (plan, 'cannot patch resource "nodes"' in said) == ("", True)
    assert not place.get()["spec"].get("unschedulable")


async def test_who_cannot_see_all_pods_cannot_say_that_nobody_uses_a_gpu(place: Place) -> None:
    with account(place, NODES, OPERATORS, LABEL) as worker:
        async with place.session(worker) as session:
            plan, said = await session.plan(mig(place))
    assert (plan, "nobody knows who uses the GPUs" in said) == ("", True)


async def test_a_right_that_was_taken_away_since_stops_it_before_any_write(place: Place) -> None:
    with account(place, NODES, PODS, OPERATORS, LABEL) as worker:
        async with place.session(worker) as session:
            plan, said = await session.plan(mig(place))
            assert plan, said
    with account(place, NODES, PODS, OPERATORS) as reader:
        async with place.session(reader) as session:
            state, said = await session.apply(plan)
    assert state == "error"
    assert place.labels()[CONFIG] == "all-disabled"
    assert said
