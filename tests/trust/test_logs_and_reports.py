"""What a real container writes stays inside: read, searched, cut, diagnosed and reported."""

import json
import time
from collections.abc import Iterator

import httpx
import pytest
from click.testing import CliRunner
from mcp import Client

from clusterwright.cli.diagnose import command
from clusterwright.cli.output import DOCUMENTS, TEXT
from clusterwright.deploy.sandbox import Instance
from clusterwright.deploy.sandbox.scenario.connect import connect
from clusterwright.servers.kubernetes import create_server
from clusterwright.tools.kubernetes.logs import k8s_logs
from clusterwright.tools.manifest import Manifest, number
from tests.tools.kubernetes.simulated import SimulatedClusters
from tests.trust.canary import Watch
from tests.trust.log_placements import LOGS, Written

pytestmark = pytest.mark.anyio
NAMESPACE = "written-canaries"
IMAGE = "registry.sandbox.internal:5000/trust/writer:1"
WATCH = Watch({one.name: one.canary for one in LOGS})
_BROKEN = "FATAL: could not start with api_key="


def _pod(name: str, text: str) -> list[Manifest]:
    """Return a pod that writes a text and fails, and the text."""
    return [
        {
            "apiVersion": "v1",
            "kind": "Secret",
            "metadata": {"name": name},
            "stringData": {"log": text},
        },
        {
            "apiVersion": "v1",
            "kind": "Pod",
            "metadata": {"name": name},
            "spec": {
                "containers": [
                    {
                        "name": "app",
                        "image": IMAGE,
                        "command": ["/bin/sh", "-c", "cat /written/log; exit 1"],
                        "terminationMessagePolicy": "FallbackToLogsOnError",
                        "volumeMounts": [{"name": "written", "mountPath": "/written"}],
                    }
                ],
                "volumes": [{"name": "written", "secret": {"secretName": name}}],
            },
        },
    ]


@pytest.fixture(scope="module")
def written(sandbox: Instance) -> Iterator[tuple[str, ...]]:
    if not sandbox.has_node:
        pytest.skip("nothing runs containers here")
    connect(sandbox.kubeconfig, sandbox.registry_url).push([IMAGE])
    sandbox.kubectl("create", "namespace", NAMESPACE)
    whole = "\n".join(one.text for one in LOGS)
    last = f"starting\n{_BROKEN}{LOGS[0].canary.text}"
    objects = [*_pod("all", whole), *_pod("last", last)]
    listed: Manifest = {"apiVersion": "v1", "kind": "List", "items": objects}
    sandbox.kubectl("create", "-n", NAMESPACE, "-f", "-", stdin=json.dumps(listed))
    deadline = time.monotonic() + 120
    while "BackOff" not in (said := sandbox.kubectl("get", "pods", "-n", NAMESPACE, "-o", "json")):
        assert time.monotonic() < deadline, said
    yield ("all", "last")
    sandbox.kubectl("delete", "namespace", NAMESPACE)


async def test_nothing_of_a_real_log_comes_out(sandbox: Instance, written: tuple[str, ...]) -> None:
    async with Client(create_server(kubeconfig=sandbox.kubeconfig)) as client:
        for pod in written:
            asked: Manifest = {"pod": pod, "namespace": NAMESPACE}
            read = await client.call_tool("k8s_logs", {**asked, "lines": 10_000})
            assert not read.is_error
            assert number(read.structured_content, "read") > 1
            ways: list[Manifest] = [{}, {"previous": True}, {"since": "1h"}]
            for more in (*ways, *({"lines": count} for count in range(1, 60))):
                result = await client.call_tool("k8s_logs", {**asked, **more})
                assert WATCH.leaks(result.model_dump_json()) == {}
            for kind in ("k8s_describe", "k8s_get"):
                shown = await client.call_tool(
                    kind, {"kind": "Pod", "name": pod, "namespace": NAMESPACE}
                )
                assert WATCH.leaks(shown.model_dump_json()) == {}


async def test_a_search_does_not_find_what_it_must_not_show(
    sandbox: Instance, written: tuple[str, ...]
) -> None:
    async with Client(create_server(kubeconfig=sandbox.kubeconfig)) as client:
        for one in LOGS:
            wanted = one.canary.secret.replace("\n", "")
            for part in (wanted[:12], wanted[-12:], wanted[5:25]):
                result = await client.call_tool(
                    "k8s_logs", {"pod": written[0], "namespace": NAMESPACE, "grep": part}
                )
                assert number(result.structured_content, "matched") == 0, one.name


@pytest.mark.parametrize("form", [TEXT, *DOCUMENTS])
def test_no_report_has_one(sandbox: Instance, written: tuple[str, ...], form: str) -> None:
    arguments = ["--kubeconfig", str(sandbox.kubeconfig), "-n", NAMESPACE, "-o", form]
    result = CliRunner().invoke(command, arguments)
    assert result.exit_code == 1, result.output
    assert "could not start with api_key" in result.output
    assert all(name in result.output for name in written)
    assert WATCH.leaks(result.output) == {}


@pytest.mark.parametrize("one", LOGS, ids=lambda one: one.name)
async def test_on_a_simulated_kubelet_no_number_of_lines_cuts_one_open(one: Written) -> None:
    pod: Manifest = {
        "metadata": {"name": "a", "namespace": "b"},
        "spec": {"containers": [{"name": "app"}]},
    }
    watch = Watch({one.name: one.canary})
    rows = f"before\n{one.text}\nafter".split("\n")

    def answer(request: httpx.Request) -> httpx.Response:
        if not request.url.path.endswith("/log"):
            return httpx.Response(200, json=pod)
        asked = int(request.url.params["tailLines"])
        return httpx.Response(200, text="\n".join(rows[-asked:]))

    for kept in range(1, len(rows) + 1):
        found = await k8s_logs(SimulatedClusters(answer), "a", "b", lines=kept)
        assert watch.leaks(found.model_dump_json() + found.render()) == {}
