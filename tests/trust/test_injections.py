"""What people write into a cluster stays data: neutral, and marked wherever it is told."""

import json
import re
from collections.abc import AsyncIterator, Iterator
from datetime import UTC, datetime

import anyio
import httpx
import pytest
from mcp import Client
from mcp_types import CallToolResult

from clusterwright.deploy.sandbox import Instance
from clusterwright.servers.bound import failure, success
from clusterwright.servers.kubernetes import create_server
from clusterwright.tools.kubernetes.client.translate import from_status
from clusterwright.tools.kubernetes.logs import k8s_logs
from clusterwright.tools.manifest import Manifest
from clusterwright.tools.neutral import neutral
from tests.tools.kubernetes.simulated_cluster import SimulatedCluster
from tests.trust.injections import INJECTIONS, Injection

HOME = "written-by-others"
EACH = pytest.mark.parametrize("one", INJECTIONS, ids=lambda one: one.name)
_QUOTED = re.compile(r"“[^“”]*”?|\"(?:[^\"\\]|\\.)*\"?")


def pod(number: int, one: Injection) -> Manifest:
    """A pod that no node takes, with a text wherever the API server lets one be written."""
    text = one.written
    container: Manifest = {
        "name": "app",
        "image": "x",
        "command": [text],
        "env": [{"name": "MOTTO", "value": text}],
        "workingDir": text,
    }
    return {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {"name": name(number), "annotations": {"example.com/note": text}},
        "spec": {"nodeSelector": {"none": "x"}, "containers": [container]},
    }


def name(number: int) -> str:
    return f"pod-{number}"


def config(number: int, one: Injection) -> Manifest:
    data = {"motto": one.written}
    return {
        "apiVersion": "v1",
        "kind": "ConfigMap",
        "metadata": {"name": name(number)},
        "data": data,
    }


def event(number: int, one: Injection) -> Manifest:
    """An event that says what it likes about a pod; anybody who may create events can."""
    about = {"apiVersion": "v1", "kind": "Pod", "name": name(number), "namespace": HOME}
    return {
        "apiVersion": "v1",
        "kind": "Event",
        "metadata": {"name": name(number)},
        "involvedObject": about,
        "type": "Warning",
        "reason": one.written[:100],
        "message": one.written[:1_000],
        "source": {"component": one.written[:100]},
        "count": 3,
        "firstTimestamp": "2026-01-01T00:00:00Z",
        "lastTimestamp": "2026-01-01T00:00:00Z",
    }


def stateful(number: int, one: Injection) -> Manifest:
    """A StatefulSet whose refused pods are told of by an event that anybody may have written."""
    labels = {"app": f"set-{number}"}
    spec = {
        "serviceName": "x",
        "replicas": 2,
        "selector": {"matchLabels": labels},
        "template": {
            "metadata": {"labels": labels},
            "spec": {
                "serviceAccountName": "none",
                "containers": [{"name": "app", "image": "x"}],
            },
        },
    }
    return {
        "apiVersion": "apps/v1",
        "kind": "StatefulSet",
        "metadata": {"name": f"set-{number}", "annotations": {"note": one.written}},
        "spec": spec,
    }


def refusal(number: int, one: Injection) -> Manifest:
    """An event that pretends to be the StatefulSet controller's, with a text for a name."""
    about = {"apiVersion": "apps/v1", "kind": "StatefulSet", "namespace": HOME}
    message = f'create Pod x failed error: pods "x" is forbidden: serviceaccount "{one.written}"'
    now = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    return {
        "apiVersion": "v1",
        "kind": "Event",
        "metadata": {"name": f"refusal-{number}"},
        "involvedObject": {**about, "name": f"set-{number}"},
        "type": "Warning",
        "reason": "FailedCreate",
        "message": f"{message[:950]} not found",
        "firstTimestamp": now,
        "lastTimestamp": now,
    }


@pytest.fixture(scope="module", autouse=True)
def written(sandbox: Instance) -> Iterator[None]:
    sandbox.kubectl("create", "namespace", HOME)
    made = (pod, config, event, stateful, refusal)
    items = [make(i, one) for i, one in enumerate(INJECTIONS) for make in made]
    listed = {"apiVersion": "v1", "kind": "List", "items": items}
    sandbox.kubectl("create", "-n", HOME, "-f", "-", stdin=json.dumps(listed))
    yield
    sandbox.kubectl("delete", "namespace", HOME, "--wait=true")


@pytest.fixture
async def client(sandbox: Instance) -> AsyncIterator[Client]:
    async with Client(create_server(kubeconfig=sandbox.kubeconfig)) as opened:
        yield opened


def calls(number: int) -> list[tuple[str, Manifest]]:
    here: Manifest = {"namespace": HOME}
    each = {**here, "name": name(number)}
    found: list[tuple[str, Manifest]] = [
        ("k8s_get", {**each, "kind": "Pod"}),
        ("k8s_get", {**each, "kind": "ConfigMap"}),
        ("k8s_get", {**each, "kind": "Pod", "fields": ["spec.containers[*].env"]}),
        ("k8s_get", {**each, "kind": "ConfigMap", "path": "$.data.motto"}),
        ("k8s_describe", {**each, "kind": "Pod"}),
        ("k8s_describe", {**each, "kind": "ConfigMap"}),
        ("k8s_describe", {**here, "name": f"set-{number}", "kind": "StatefulSet"}),
        ("k8s_events", {**each, "kind": "Pod"}),
    ]
    return found


def marked(line: str, token: str) -> bool:
    """Return whether a token stands where a reader knows that it is data."""
    before, _, _ = f" {line}".partition(" | ")
    return token not in _QUOTED.sub("", before)


def check(tool: str, text: str, data: Manifest, one: Injection) -> None:
    for line in text.split("\n"):
        assert one.token not in line or marked(line, one.token), f"{tool}: {line[:300]!r}"
    for said in (text, *strings(data)):
        assert neutral(said, None) == said, f"{tool}: {said[:300]!r}"


def strings(value: object) -> Iterator[str]:
    """Every string of a JSON value, keys included."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for key, inner in value.items():  # pyright: ignore[reportUnknownVariableType]
            yield str(key)  # pyright: ignore[reportUnknownArgumentType]
            yield from strings(inner)  # pyright: ignore[reportUnknownArgumentType]
    elif isinstance(value, list):
        for inner in value:  # pyright: ignore[reportUnknownVariableType]
            yield from strings(inner)  # pyright: ignore[reportUnknownArgumentType]


@EACH
@pytest.mark.anyio
async def test_every_tool_tells_it_neutral_and_marked(client: Client, one: Injection) -> None:
    seen = 0
    for tool, arguments in calls(INJECTIONS.index(one)):
        result = await client.call_tool(tool, arguments)
        assert not result.is_error, result.content
        text = text_of(result)
        seen += one.token in text
        check(tool, text, result.structured_content or {}, one)
    assert seen >= 4


@pytest.mark.anyio
async def test_findings_mark_what_they_quote_and_no_fix_repeats_it(client: Client) -> None:
    cursor: str | None = None
    told = 0
    while True:
        arguments = {"namespace": HOME, "limit": 100, "cursor": cursor}
        result = await client.call_tool("k8s_find_problems", arguments)
        data: Manifest = result.structured_content or {}
        for one in INJECTIONS:
            check("k8s_find_problems", text_of(result), data, one)
            for finding in data["findings"]:
                assert one.token not in json.dumps(finding.get("fixes", []))
                assert one.token not in _QUOTED.sub("", finding["title"])
        told += len(data["findings"])
        cursor = data.get("next_cursor")
        if not cursor:
            break
    assert told >= len(INJECTIONS)


@EACH
def test_an_error_marks_the_words_of_the_api_server_and_keeps_the_last_word(one: Injection) -> None:
    for code in (400, 403, 404, 409, 429, 500):
        said = text_of(failure(from_status(code, {"message": one.written}, "dev")))
        assert one.token not in _QUOTED.sub("", said)
        assert said.count("”") == 1
        assert said.rpartition(" Next: ")[2].count(one.token) == 0
        assert neutral(said, None) == said


def test_every_line_of_a_log_is_marked_whatever_it_holds() -> None:
    class Loud(SimulatedCluster):
        def _answer(self, request: httpx.Request) -> httpx.Response:
            if not request.url.path.endswith("/log"):
                return super()._answer(request)
            lines = "\n".join(one.written for one in INJECTIONS)
            return httpx.Response(200, content=lines.encode())

    async def read() -> str:
        metadata = {"name": "a", "namespace": "b"}
        spec = {"containers": [{"name": "app"}]}
        clusters = Loud({"Pod": [{"metadata": metadata, "spec": spec}]})
        return text_of(success(await k8s_logs(clusters, "a", "b", lines=1_000)))

    text = anyio.run(read)
    for one in INJECTIONS:
        check("k8s_logs", text, {}, one)
    assert sum(one.token in text for one in INJECTIONS) >= 35


def text_of(result: CallToolResult) -> str:
    (content,) = result.content
    text: str = content.model_dump()["text"]
    return text
