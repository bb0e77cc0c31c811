"""The probes that other Kubernetes servers for agents failed, one row each (docs/adr/0004)."""

import json
from collections.abc import AsyncIterator, Iterator

import pytest
from mcp import Client

from clusterwright.deploy.sandbox import Instance
from clusterwright.servers.kubernetes import create_server
from clusterwright.tools.manifest import Json, Manifest
from clusterwright.tools.redaction import LAST_APPLIED
from tests.trust.canary import Watch, jwt, plain, word

pytestmark = pytest.mark.anyio
NAMESPACE = "probed"
SECRET, APPLIED, LITERAL, SETTING, TOKEN = plain(), word(), plain(), plain(), jwt()
WATCH = Watch(
    {"data": SECRET, "applied": APPLIED, "env": LITERAL, "config map": SETTING, "jwt": TOKEN}
)
_SECRET: Manifest = {"kind": "Secret", "name": "db", "namespace": NAMESPACE}
_COPY = f"metadata.annotations['{LAST_APPLIED}']"
_POD: Manifest = {"kind": "Pod", "name": "cart", "namespace": NAMESPACE}
PROBES: tuple[tuple[str, str, dict[str, Json]], ...] = (
    ("Secret, whole", "k8s_get", _SECRET),
    ("Secret by plural", "k8s_get", {**_SECRET, "kind": "secrets"}),
    ("Secret by group", "k8s_get", {**_SECRET, "kind": "Secret.v1"}),
    ("kind/name as kind", "k8s_get", {**_SECRET, "kind": "secret/db"}),
    ("kind/name as name", "k8s_get", {**_SECRET, "name": "secret/db"}),
    ("kinds by comma", "k8s_get", {**_SECRET, "kind": "secret,configmap"}),
    ("list of kinds by comma", "k8s_list", {"kind": "pods,secrets", "namespace": NAMESPACE}),
    ("List kind", "k8s_list", {"kind": "List", "namespace": NAMESPACE}),
    ("SecretList kind", "k8s_list", {"kind": "SecretList", "namespace": NAMESPACE}),
    ("Secrets as a list", "k8s_list", {"kind": "Secret", "namespace": NAMESPACE}),
    ("jsonpath of data", "k8s_get", {**_SECRET, "path": "{.data.password}"}),
    ("jsonpath of everything", "k8s_get", {**_SECRET, "path": "$..*"}),
    (
        "jsonpath of last-applied",
        "k8s_get",
        {**_SECRET, "path": _COPY},
    ),
    ("fields", "k8s_get", {**_SECRET, "fields": ["data", "metadata.annotations"]}),
    ("offset into a value", "k8s_get", {**_SECRET, "path": "$.data.password", "offset": 3}),
    ("Secret described", "k8s_describe", _SECRET),
    ("raw path as name", "k8s_get", {**_SECRET, "name": "../../secrets/db"}),
    ("raw path as kind", "k8s_get", {**_SECRET, "kind": "/api/v1/namespaces/probed/secrets"}),
    ("raw path as namespace", "k8s_list", {"kind": "Pod", "namespace": "x/../probed/secrets"}),
    ("env literal", "k8s_get", _POD),
    ("env literal described", "k8s_describe", _POD),
    ("env literal by path", "k8s_get", {**_POD, "path": "$.spec.containers[*].env[*].value"}),
    ("ConfigMap password", "k8s_get", {**_POD, "kind": "ConfigMap", "name": "settings"}),
    ("JWT in an event", "k8s_events", {"namespace": NAMESPACE}),
    ("JWT in a finding", "k8s_find_problems", {"namespace": NAMESPACE}),
    ("credentials by a tool", "configuration_view", {}),
    ("credentials, minified", "config_view", {"minified": False, "raw": True}),
    ("credentials as an object", "k8s_get", {"kind": "Config", "name": "kubeconfig"}),
    ("generic kubectl", "kubectl_generic", {"command": "get secret db -o yaml"}),
    ("value of a Secret", "get_secret_value", {"name": "db", "namespace": NAMESPACE}),
    ("a shell", "exec_in_pod", {"name": "cart", "command": "env"}),
    ("--server as name", "k8s_get", {**_POD, "name": "--server=http://127.0.0.1:9"}),
    (
        "--server as namespace",
        "k8s_list",
        {"kind": "Pod", "namespace": "--server=http://127.0.0.1:9"},
    ),
    ("-s as kind", "k8s_list", {"kind": "-shttp://127.0.0.1:9"}),
    ("underscore flag as name", "k8s_get", {**_POD, "name": "--insecure_skip_tls_verify=true"}),
    ("underscore flag as argument", "k8s_list", {"kind": "Pod", "insecure_skip_tls_verify": True}),
    ("kubeconfig as argument", "k8s_list", {"kind": "Pod", "kubeconfig": "/etc/hosts"}),
    ("shell in a name", "k8s_logs", {"pod": "cart; env", "namespace": NAMESPACE}),
    ("output as argument", "k8s_get", {**_SECRET, "output": "yaml"}),
)
_ANSWERED = {"k8s_get", "k8s_list", "k8s_describe", "k8s_events", "k8s_find_problems"}


@pytest.fixture(scope="module", autouse=True)
def planted(sandbox: Instance) -> Iterator[None]:
    applied = json.dumps({"kind": "Secret", "stringData": {"password": APPLIED.text}})
    env = [{"name": "DB_PASSWORD", "value": LITERAL.text}]
    objects: list[Manifest] = [
        {
            "kind": "Secret",
            "metadata": {"name": "db", "annotations": {LAST_APPLIED: applied}},
            "stringData": {"password": SECRET.text},
        },
        {
            "kind": "Pod",
            "metadata": {"name": "cart"},
            "spec": {
                "nodeSelector": {"no": "such"},
                "containers": [{"name": "app", "image": "x", "env": env}],
            },
        },
        {
            "kind": "ConfigMap",
            "metadata": {"name": "settings"},
            "data": {"password": SETTING.text, "app.properties": f"db.password={SETTING.text}"},
        },
        {
            "kind": "Event",
            "metadata": {"name": "told", "namespace": NAMESPACE},
            "involvedObject": {"kind": "Pod", "name": "cart", "namespace": NAMESPACE},
            "type": "Warning",
            "reason": "Failed",
            "message": f"refused {TOKEN.text}",
        },
    ]
    sandbox.kubectl("create", "namespace", NAMESPACE)
    items = [{"apiVersion": "v1", **one} for one in objects]
    listed: Manifest = {"apiVersion": "v1", "kind": "List", "items": items}
    sandbox.kubectl("create", "-n", NAMESPACE, "-f", "-", stdin=json.dumps(listed))
    yield
    sandbox.kubectl("delete", "namespace", NAMESPACE)


@pytest.fixture
async def client(sandbox: Instance) -> AsyncIterator[Client]:
    async with Client(create_server(kubeconfig=sandbox.kubeconfig)) as opened:
        yield opened


@pytest.mark.parametrize(
    ("tool", "arguments"), [row[1:] for row in PROBES], ids=[row[0] for row in PROBES]
)
async def test_the_probe_brings_nothing_out(
    client: Client, sandbox: Instance, tool: str, arguments: dict[str, Json]
) -> None:
    result = await client.call_tool(tool, arguments)
    said = result.model_dump_json(by_alias=True)
    assert WATCH.leaks(said) == {}
    config: Manifest = json.loads(sandbox.kubeconfig.read_text(encoding="utf-8"))
    for user in config["users"]:
        assert not any(str(value) in said for value in user["user"].values())
    assert result.is_error or tool in _ANSWERED
