"""The rights that the guide asks for are enough for everything that is looked for, and no more."""

import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml

from clusterwright.deploy.sandbox import Instance
from clusterwright.tools.manifest import Manifest
from tests.servers.kubeconfigs import edited
from tests.servers.pipe import Pipe

GUIDE = Path(__file__).parents[2] / "docs" / "guides" / "connect.md"
HOME = "reader-home"


def role() -> Manifest:
    (block,) = re.findall(r"```yaml\n(.*?)```", GUIDE.read_text(encoding="utf-8"), re.DOTALL)
    found: Manifest = yaml.safe_load(block)
    return found


def binding(name: str, of: str) -> Manifest:
    api = "rbac.authorization.k8s.io"
    return {
        "apiVersion": f"{api}/v1",
        "kind": "ClusterRoleBinding",
        "metadata": {"name": name},
        "roleRef": {"apiGroup": api, "kind": "ClusterRole", "name": of},
        "subjects": [{"kind": "ServiceAccount", "name": "default", "namespace": HOME}],
    }


@pytest.fixture
def kubeconfig(sandbox: Instance, tmp_path: Path) -> Iterator[Path]:
    bindings = [binding("reader-view", "view"), binding("reader-own", "clusterwright-reader")]
    home = {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": HOME}}
    listed = {"apiVersion": "v1", "kind": "List", "items": [home, role(), *bindings]}
    sandbox.kubectl("apply", "-f", "-", stdin=json.dumps(listed))
    token = sandbox.kubectl("create", "token", "default", "-n", HOME).strip()
    yield edited(sandbox, tmp_path, user={"token": token})
    sandbox.kubectl("delete", "-f", "-", "--wait=true", stdin=json.dumps(listed))


def test_a_reader_of_the_guide_sees_everything_but_secrets(kubeconfig: Path) -> None:
    with Pipe("--kubeconfig", kubeconfig) as pipe:
        pipe.initialize()
        found = pipe.call("k8s_find_problems")["structuredContent"]["coverage"]["gaps"]
        secrets = pipe.call("k8s_list", kind="Secret")
    assert [one for one in found if "forbidden" in one["reason"]] == []
    assert secrets["content"][0]["text"].startswith("[forbidden] ")


def test_the_role_only_reads() -> None:
    for rule in role()["rules"]:
        assert rule["verbs"] == ["get", "list"]
        assert "secrets" not in rule["resources"]
