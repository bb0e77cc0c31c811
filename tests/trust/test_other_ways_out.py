"""What leaves a server beside its answers: logs, traces, progress, and what a login says."""

import io
import json
import logging
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, cast

import pytest
from click.testing import CliRunner
from mcp import Client
from opentelemetry import trace
from opentelemetry.trace import NonRecordingSpan, Span, SpanContext, Tracer, TracerProvider
from opentelemetry.util.types import AttributeValue

from clusterwright.cli.diagnose import command
from clusterwright.deploy.sandbox import Instance
from clusterwright.servers.kubernetes import create_server
from clusterwright.servers.safe_logs import SafeFormatter
from tests.servers.kubeconfigs import edited
from tests.servers.pipe import Pipe
from tests.trust.canary import Canary, Watch, jwt, marked, pem, plain, word
from tests.trust.log_placements import LOGS

if TYPE_CHECKING:
    from clusterwright.tools.manifest import Manifest

pytestmark = pytest.mark.anyio
LOGIN = {"token": jwt(), "stderr": word(40), "userinfo": marked(), "proxy": word(), "key": pem()}
WATCH = Watch(LOGIN)


def _kubeconfigs(sandbox: Instance, place: Path) -> Iterator[tuple[str, Path]]:
    """Yield kubeconfigs whose secrets are of no use, each with the name of what is wrong."""
    plugin = f"import sys; sys.stderr.write('denied for {LOGIN['stderr'].text}'); sys.exit(3)"
    execute = {
        "apiVersion": "client.authentication.k8s.io/v1",
        "command": sys.executable,
        "args": ["-c", plugin],
        "interactiveMode": "Never",
    }
    users: dict[str, Manifest] = {
        "token": {"token": LOGIN["token"].text},
        "exec": {"exec": execute},
        "basic": {"username": "me", "password": LOGIN["proxy"].text},
        "key": {"client-certificate-data": "AAAA", "client-key-data": LOGIN["key"].secret[:60]},
    }
    for name, user in users.items():
        (folder := place / name).mkdir()
        yield name, edited(sandbox, folder, user=user)
    (folder := place / "server").mkdir()
    yield (
        "server",
        edited(sandbox, folder, server=f"http://me:{LOGIN['userinfo'].text}@127.0.0.1:9"),
    )
    (folder := place / "proxy").mkdir()
    path = edited(sandbox, folder)
    content: Manifest = json.loads(path.read_text(encoding="utf-8"))
    content["clusters"][0]["cluster"]["proxy-url"] = f"http://a:{LOGIN['proxy'].text}@127.0.0.1:9"
    path.write_text(json.dumps(content), encoding="utf-8")
    yield "proxy", path


def test_no_login_says_what_it_was_tried_with(sandbox: Instance, tmp_path: Path) -> None:
    for name, kubeconfig in _kubeconfigs(sandbox, tmp_path):
        with Pipe("--kubeconfig", kubeconfig) as pipe:
            pipe.initialize()
            said = [
                pipe.call("k8s_find_problems"),
                pipe.call("k8s_get", kind="Namespace", name="default"),
            ]
            pipe.close()
            assert all(one["isError"] for one in said), name
            assert WATCH.leaks(json.dumps(said)) == {}, name
            assert WATCH.leaks(pipe.errors) == {}, name
        result = CliRunner().invoke(command, ["--kubeconfig", str(kubeconfig)])
        assert result.exit_code == 2, name
        assert WATCH.leaks(result.output) == {}, name


def test_no_log_of_the_server_has_a_canary() -> None:
    stream = io.StringIO()
    handler = logging.StreamHandler(stream)
    handler.setFormatter(SafeFormatter("%(levelname)s %(name)s: %(message)s"))
    log = logging.getLogger("clusterwright.trust")
    log.setLevel(logging.DEBUG)
    log.propagate = False
    log.addHandler(handler)
    for one in LOGS:
        log.debug("read %s", one.text)
        log.error("tool failed", exc_info=ValueError(one.text))
    log.removeHandler(handler)
    assert "tool failed" in stream.getvalue()
    assert Watch({one.name: one.canary for one in LOGS}).leaks(stream.getvalue()) == {}


class _Recorder(NonRecordingSpan):
    """Writes down all that a span is told."""

    def __init__(self, told: list[str]) -> None:
        super().__init__(SpanContext(1, 1, is_remote=False))
        self._told = told

    def is_recording(self) -> bool:
        return True

    def set_attribute(self, key: str, value: AttributeValue) -> None:
        self._told.append(f"{key}={value}")

    def set_attributes(self, attributes: Mapping[str, AttributeValue]) -> None:
        self._told += [f"{key}={value}" for key, value in attributes.items()]

    def set_status(self, status: object, description: str | None = None) -> None:
        self._told.append(f"{status} {description}")

    def record_exception(self, exception: BaseException, *args: object, **more: object) -> None:
        self._told.append(f"{exception!r} {args} {more}")

    def add_event(self, name: str, *args: object, **more: object) -> None:
        self._told.append(f"{name} {args} {more}")


class _Tracing(TracerProvider):
    def __init__(self) -> None:
        self.told: list[str] = []

    def get_tracer(self, *args: object, **more: object) -> Tracer:
        return cast("Tracer", _Tracer(self.told))


class _Tracer(trace.NoOpTracer):
    def __init__(self, told: list[str]) -> None:
        self._told = told

    def start_span(self, name: str, *args: object, **more: object) -> Span:
        self._told.append(f"{name} {args} {more}")
        return _Recorder(self._told)


async def test_no_trace_and_no_progress_has_a_canary(
    sandbox: Instance, monkeypatch: pytest.MonkeyPatch
) -> None:
    tracing, reported = _Tracing(), list[str]()
    monkeypatch.setattr("mcp.shared._otel._tracer", tracing.get_tracer(), raising=True)
    canary = plain()
    spelled = f"password={canary.text}"

    async def heard(progress: float, total: float | None, message: str | None) -> None:
        reported.append(f"{progress} {total} {message}")

    async with Client(create_server(kubeconfig=sandbox.kubeconfig)) as client:
        for tool in (await client.list_tools()).tools:
            for arguments in ({"kind": spelled, "name": spelled}, {spelled: "x"}, {"pod": spelled}):
                await client.call_tool(tool.name, arguments, progress_callback=heard)
    assert any("k8s_get" in one for one in tracing.told)
    watch = Watch({"argument": Canary(spelled, canary.secret)})
    assert watch.leaks("\n".join([*tracing.told, *reported])) == {}
