"""Nothing that others wrote on GPU nodes and into operators' ConfigMaps passes for our word.

And no secret among it comes out, of whichever tool, however it is asked.
"""

import json
from collections.abc import AsyncIterator, Iterator

import pytest
import yaml
from mcp import Client
from mcp_types import TextContent

from clusterwright.deploy.sandbox import Instance
from clusterwright.deploy.sandbox.gpu.objects import policy
from clusterwright.servers.gpu import create_server
from clusterwright.tools.gpu import PLAN_CHANGE, TOOLS
from clusterwright.tools.manifest import Json, Manifest
from tests.trust.canary import Watch, login, pem, word
from tests.trust.injections import INJECTIONS
from tests.trust.test_injections import check

pytestmark = [pytest.mark.anyio, pytest.mark.timeout(240)]
NODE, MIG = "gpu-t4-2", "gpu-h100-2"
LAYOUTS, PLUGIN = "default-mig-parted-config", "hostile-plugin"
OPERATOR = ("-n", "gpu-operator")
SECRETS = {
    "log": word(),
    "policy": login(),
    "plugin": pem(),
    "MIG layouts": word(),
    "environment": word(),
    "node": word(),
}
WATCH = Watch(SECRETS)
TEXTS = [one.written for one in INJECTIONS]
SOME = TEXTS[::4]
CHANGES: list[Manifest] = [
    *({"kind": "set_mig", "node": MIG, "config": one[:250]} for one in ("none", *TEXTS)),
    *({"kind": "set_sharing", "node": MIG, "config": one[:250]} for one in ("broken", *SOME)),
    *({"kind": "label_node", "node": MIG, "label": one[:250]} for one in TEXTS),
    *(
        {"kind": "label_node", "node": MIG, "label": "nvidia.com/gpu.workload.config",
         "value": one[:60]}
        for one in SOME
    ),
    *({"kind": "restart_operand", "node": MIG, "operand": one[:60]} for one in SOME),
    *({"kind": "cordon", "node": one[:250]} for one in SOME),
    {"kind": "restart_operand", "node": NODE, "operand": "driver"},
    {"kind": "restart_operand", "node": NODE, "operand": "driver", "evict": True},
    {"kind": "label_node", "node": NODE, "label": "nvidia.com/gpu.deploy.driver", "value": "false"},
    *({"kind": kind, "node": NODE} for kind in ("cordon", "drain", "add_capacity")),
]  # fmt: skip
CALLS: dict[str, list[Manifest]] = {
    "gpu_describe_node": [{"node": NODE}, {"node": MIG}],
    "gpu_explain_fit": [
        {"pod": "Deployment/default/gpu-user"},
        {"requests": {"gpu": 4}, "node_selector": {"kubernetes.io/hostname": NODE}},
    ],
    "gpu_explain_xid": [{"log": f"NVRM: Xid (PCI:0000:1b:00): 79, {one}"} for one in TEXTS],
    "gpu_find_problems": [{"limit": 100}, {"namespace": "default", "limit": 100}],
    "gpu_inventory": [{}, {"node": NODE}],
    "gpu_operator_status": [{}],
    "gpu_plan_change": [{"changes": [one]} for one in CHANGES],
}
"""By tool, all that it is asked; a tool that is not here fails a test."""


@pytest.fixture(scope="module", autouse=True)
def written(gpu_sandbox: Instance) -> Iterator[None]:
    """Plant texts and secrets, and take them away again."""
    kubectl = gpu_sandbox.kubectl
    before = json.loads(kubectl("get", "cm", LAYOUTS, *OPERATOR, "-o", "json"))["data"]
    known = yaml.safe_load(before["config.yaml"])["mig-configs"]
    every = [{"devices": "all", "mig-enabled": True, "mig-devices": {one: 1}} for one in TEXTS]
    hostile = {one: [made] for one, made in zip(TEXTS, every, strict=True)}
    config = {"note": SECRETS["MIG layouts"].text, "mig-configs": {**known, **hostile}}
    _patch(gpu_sandbox, "cm", LAYOUTS, {"data": {"config.yaml": yaml.safe_dump(config)}})
    broken = f"version: [v1\nkey: |\n{SECRETS['plugin'].text}\n"
    kubectl("create", "cm", PLUGIN, *OPERATOR, f"--from-literal=broken={broken}")
    plugin = {"spec": {"devicePlugin": {"config": {"name": PLUGIN}}}}
    marks = {"example.com/login": SECRETS["policy"].text}
    told: Manifest = {"metadata": {"annotations": marks}}
    _patch(gpu_sandbox, "clusterpolicy", "cluster-policy", {**plugin, **told})
    kubectl("create", "-n", "default", "-f", "-", stdin=json.dumps(user()))
    _patch(gpu_sandbox, "node", NODE, {"metadata": {"annotations": annotations()}})
    yield
    _patch(gpu_sandbox, "node", NODE, {"metadata": {"annotations": dict.fromkeys(annotations())}})
    kubectl("delete", "deployment", "gpu-user", "-n", "default")
    none = {"spec": {"devicePlugin": {"config": policy()["devicePlugin"]["config"]}}}
    told = {"metadata": {"annotations": dict.fromkeys(marks)}}
    _patch(gpu_sandbox, "clusterpolicy", "cluster-policy", {**none, **told})
    kubectl("delete", "cm", PLUGIN, *OPERATOR)
    _patch(gpu_sandbox, "cm", LAYOUTS, {"data": before})


def annotations() -> dict[str, str]:
    """Return what a node says of its machine, and what is in the log of its driver."""
    texts = "\n".join(TEXTS)
    log = f"password={SECRETS['log'].text}\n{texts}"
    return {
        "cluster.x-k8s.io/cluster-name": "train",
        "cluster.x-k8s.io/cluster-namespace": "ml",
        "cluster.x-k8s.io/owner-kind": "MachineSet",
        "cluster.x-k8s.io/owner-name": texts,
        "cluster.x-k8s.io/machine": texts,
        "gpu.sandbox.clusterwright.io/driver": "crash",
        "gpu.sandbox.clusterwright.io/driver-log": log,
        "example.com/login": f"token={SECRETS['node'].text}",
    }


def user() -> Manifest:
    """Return a workload with a GPU, and with texts and a secret in its pod."""
    labels = {"app": "gpu-user"}
    secret = SECRETS["environment"].text
    container: Json = {
        "name": "app",
        "image": "registry.invalid/app:1",
        "command": TEXTS,
        "env": [{"name": "DB_PASSWORD", "value": secret}],
        "resources": {"limits": {"nvidia.com/gpu": 1}},
    }
    spec = {
        "nodeSelector": {"kubernetes.io/hostname": NODE},
        "tolerations": [{"key": "kwok.x-k8s.io/node", "operator": "Exists"}],
        "containers": [container],
    }
    marks = {f"example.com/{number}": one for number, one in enumerate(TEXTS)}
    template = {"metadata": {"labels": labels, "annotations": marks}, "spec": spec}
    return {
        "apiVersion": "apps/v1",
        "kind": "Deployment",
        "metadata": {"name": "gpu-user"},
        "spec": {"selector": {"matchLabels": labels}, "template": template},
    }


def _patch(sandbox: Instance, kind: str, name: str, patch: Manifest) -> None:
    where = OPERATOR if kind == "cm" else ()
    sandbox.kubectl("patch", kind, name, *where, "--type=merge", "-p", json.dumps(patch))


@pytest.fixture
async def client(gpu_sandbox: Instance) -> AsyncIterator[Client]:
    async with Client(create_server(kubeconfig=gpu_sandbox.kubeconfig)) as opened:
        yield opened


async def answers(
    client: Client, tool: str, asked: Manifest
) -> AsyncIterator[tuple[str, Manifest]]:
    """Yield text and data of an answer, and of all its further pages."""
    cursor: str | None = ""
    while cursor is not None:
        result = await client.call_tool(tool, {**asked, "cursor": cursor} if cursor else asked)
        (content,) = result.content
        assert isinstance(content, TextContent)
        data: Manifest = result.structured_content or {}
        yield content.text, data
        cursor = data.get("next_cursor") or None


async def test_every_tool_has_calls_here() -> None:
    assert {one.name for one in (*TOOLS, PLAN_CHANGE)} == set(CALLS)


@pytest.mark.parametrize("tool", CALLS)
async def test_no_secret_comes_out_and_what_others_wrote_is_marked(
    client: Client, tool: str
) -> None:
    found: dict[str, str] = {}
    for asked in CALLS[tool]:
        async for text, data in answers(client, tool, asked):
            found |= WATCH.leaks(text + json.dumps(data, ensure_ascii=False))
            for one in INJECTIONS:
                check(f"{tool} {asked}", text, data, one)
    assert found == {}
