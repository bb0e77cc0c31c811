"""A credential for two namespaces, as most people have one: useful, and honest about the rest."""

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from clusterwright.deploy.sandbox import Instance
from clusterwright.tools.manifest import Json, Manifest
from tests.servers.kubeconfigs import edited
from tests.servers.pipe import Pipe

MINE = ("tenant-red", "tenant-blue")
OTHERS = "tenant-green"
WORDS = "kept from others"


def objects() -> list[Manifest]:
    found: list[Manifest] = []
    for home in (*MINE, OTHERS):
        found.append({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": home}})
        found.append(config(home))
        found.append(pod(home))
    account = {"name": "tenant", "namespace": MINE[0]}
    found.append({"apiVersion": "v1", "kind": "ServiceAccount", "metadata": account})
    for home in MINE:
        found += [role(home), binding(home)]
    return found


def config(home: str) -> Manifest:
    metadata = {"name": "settings", "namespace": home}
    return {"apiVersion": "v1", "kind": "ConfigMap", "metadata": metadata, "data": {"k": WORDS}}


def pod(home: str) -> Manifest:
    spec = {"nodeSelector": {"none": home}, "containers": [{"name": "app", "image": "x"}]}
    metadata = {"name": f"stuck-{home}", "namespace": home}
    return {"apiVersion": "v1", "kind": "Pod", "metadata": metadata, "spec": spec}


def role(home: str) -> Manifest:
    rules = [{"apiGroups": ["*"], "resources": ["*"], "verbs": ["get", "list"]}]
    metadata = {"name": "reader", "namespace": home}
    api = "rbac.authorization.k8s.io/v1"
    return {"apiVersion": api, "kind": "Role", "metadata": metadata, "rules": rules}


def binding(home: str) -> Manifest:
    api = "rbac.authorization.k8s.io"
    return {
        "apiVersion": f"{api}/v1",
        "kind": "RoleBinding",
        "metadata": {"name": "reader", "namespace": home},
        "roleRef": {"apiGroup": api, "kind": "Role", "name": "reader"},
        "subjects": [{"kind": "ServiceAccount", "name": "tenant", "namespace": MINE[0]}],
    }


@pytest.fixture(scope="module")
def kubeconfig(sandbox: Instance, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    listed = {"apiVersion": "v1", "kind": "List", "items": objects()}
    sandbox.kubectl("apply", "-f", "-", stdin=json.dumps(listed))
    token = sandbox.kubectl("create", "token", "tenant", "-n", MINE[0]).strip()
    place = tmp_path_factory.mktemp("tenant")
    yield edited(sandbox, place, user={"token": token})
    sandbox.kubectl("delete", "namespace", *MINE, OTHERS, "--wait=true")


@pytest.fixture(scope="module")
def pipe(kubeconfig: Path) -> Iterator[Pipe]:
    with Pipe("--kubeconfig", kubeconfig) as opened:
        opened.initialize()
        yield opened


def text(pipe: Pipe, tool: str, **arguments: Json) -> str:
    found: str = pipe.call(tool, **arguments)["content"][0]["text"]
    return found


@pytest.mark.parametrize("home", MINE)
def test_its_namespaces_are_read_with_every_tool(pipe: Pipe, home: str) -> None:
    name = f"stuck-{home}"
    for tool, arguments in (
        ("k8s_list", {"kind": "Pod"}),
        ("k8s_get", {"kind": "Pod", "name": name}),
        ("k8s_describe", {"kind": "Pod", "name": name}),
        ("k8s_events", {}),
    ):
        assert name in text(pipe, tool, namespace=home, **arguments), tool
    problems = pipe.call("k8s_find_problems", namespace=home)
    assert problems["isError"] is False
    gaps = {one["what"] for one in problems["structuredContent"]["coverage"]["gaps"]}
    assert "Pod" not in gaps
    assert "Node" in gaps


@pytest.mark.parametrize(
    ("tool", "arguments"),
    [
        ("k8s_list", {"kind": "ConfigMap"}),
        ("k8s_get", {"kind": "ConfigMap", "name": "settings"}),
        ("k8s_describe", {"kind": "ConfigMap", "name": "settings"}),
        ("k8s_logs", {"pod": f"stuck-{OTHERS}"}),
    ],
)
def test_another_namespace_is_refused_and_nothing_of_it_is_told(
    pipe: Pipe, tool: str, arguments: Manifest
) -> None:
    said = pipe.call(tool, namespace=OTHERS, **arguments)
    assert said["isError"] is True
    told = said["content"][0]["text"]
    assert told.startswith("[forbidden] ")
    assert "system:serviceaccount:tenant-red:tenant" in told
    assert WORDS not in json.dumps(said)


def test_the_whole_cluster_is_never_called_healthy_and_the_way_on_is_named(pipe: Pipe) -> None:
    told = text(pipe, "k8s_find_problems")
    assert told.startswith("Nothing could be checked")
    assert "ask for one namespace that it may read" in told


def test_the_agent_is_useful_in_a_namespace_and_says_what_it_left_out(kubeconfig: Path) -> None:
    script = Path(sys.executable).with_name("clusterwright")

    def diagnose(*options: str) -> subprocess.CompletedProcess[str]:
        command = [script, "diagnose", "--kubeconfig", kubeconfig, *options]
        return subprocess.run(command, capture_output=True, text=True, check=False, timeout=120)

    everywhere = diagnose()
    assert everywhere.returncode == 2
    assert "Nothing could be checked." in everywhere.stdout
    own = diagnose("-n", MINE[0], "--strict")
    assert own.returncode == 2
    assert "unchecked" in own.stdout
    assert "Node" in own.stdout
