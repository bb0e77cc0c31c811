"""The helm program found, and run by the real one."""

import base64
import json
import os
import stat
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import anyio
import pytest

from clusterwright.tools.errors import InvalidInputError, NotFoundError, NotServedError
from clusterwright.tools.helm.client.program import SETTING, Program, find_program
from clusterwright.tools.manifest import Manifest
from clusterwright.tools.trust.places import cache_dir
from tests.tools.helm.client.held import Held

pytestmark = pytest.mark.anyio
LONG = 300.0
KUBECONFIG = """\
apiVersion: v1
kind: Config
current-context: here
contexts: [{name: here, context: {cluster: here, user: u}}, {name: -x, context: {cluster: x}}]
clusters:
- {name: here, cluster: {server: "http://127.0.0.1:1"}}
- {name: x, cluster: {server: "http://127.0.0.1:2"}}
users: [{name: u, user: {}}]
"""


def write_program(path: Path, script: str) -> Path:
    """Write a program of the shell."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"#!/bin/sh\n{script}\n", encoding="utf-8")
    path.chmod(0o755)
    return path


@pytest.fixture
def chart(tmp_path: Path) -> Path:
    """Return a chart that shows the values it is given."""
    folder = tmp_path / "echo"
    (folder / "templates").mkdir(parents=True)
    about = "apiVersion: v2\nname: echo\nversion: 0.1.0\n"
    (folder / "Chart.yaml").write_text(about, encoding="utf-8")
    shown = "kind: Shown\nvalue: {{ .Values | toJson | b64enc }}\n"
    (folder / "templates" / "shown.yaml").write_text(shown, encoding="utf-8")
    return folder


@pytest.fixture
def asks_to_log_in() -> Iterator[str]:
    """Return the address of a registry that lets nobody in without a password."""
    with HTTPServer(("127.0.0.1", 0), Unauthorized) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join()


class Unauthorized(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        self.send_response(401)
        self.send_header("WWW-Authenticate", 'Basic realm="charts"')
        self.end_headers()

    do_HEAD = do_GET  # noqa: N815

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002
        """Say nothing."""


async def test_it_is_of_helm_4_and_of_the_version_it_tells(helm: Program) -> None:
    assert helm.version.startswith("v4.")
    ran = await helm.run(["version", "--short"], seconds=LONG)
    assert ran.stdout.startswith(helm.version)


async def test_without_a_setting_it_is_the_one_on_the_path(
    helm_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv(SETTING, raising=False)
    monkeypatch.setenv("PATH", str(helm_path.parent))
    assert (await find_program()).path == helm_path
    monkeypatch.setenv("PATH", "/nowhere")
    with pytest.raises(NotFoundError, match="is not on the PATH") as error:
        await find_program()
    assert SETTING in error.value.hint


async def test_a_setting_that_names_no_program_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(SETTING, "/no/helm")
    with pytest.raises(NotFoundError, match="no program '/no/helm', which CLUSTERWRIGHT_HELM"):
        await find_program()


@pytest.mark.parametrize(
    ("script", "told"),
    [
        ("echo v3.22.0", r"is helm v3.22.0; it takes Helm 4"),
        ("echo hello", "does not tell its version as helm does: hello"),
        ("echo 'Error: broken' >&2; exit 1", "does not tell its version as helm does: broken"),
    ],
)
async def test_what_is_no_helm_4_is_refused(
    script: str, told: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(SETTING, str(write_program(tmp_path / "helm", script)))
    with pytest.raises(NotServedError, match=told):
        await find_program()


async def test_a_program_that_is_replaced_is_asked_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(SETTING, str(write_program(tmp_path / "helm", "echo v4.0.0")))
    assert (await find_program()).version == "v4.0.0"
    write_program(tmp_path / "helm", "echo v4.10.0")
    assert (await find_program()).version == "v4.10.0"


async def test_a_file_that_cannot_be_started_is_told(tmp_path: Path) -> None:
    broken = tmp_path / "helm"
    broken.write_bytes(b"\0")
    broken.chmod(0o755)
    with pytest.raises(NotFoundError, match="cannot be started: Exec format error"):
        await Program(broken, "v4.0.0").run(["version"], seconds=LONG)


async def test_its_folders_are_ours_and_its_settings_none_of_the_users(
    helm: Program, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("NAMESPACE", "KUBETOKEN", "REPOSITORY_CONFIG", "PLUGINS", "DEBUG", "DRIVER"):
        monkeypatch.setenv(f"HELM_{name}", "theirs")
    monkeypatch.setenv("KUBECONFIG", "/theirs")
    ran = await helm.run(["env"], seconds=LONG)
    assert "theirs" not in ran.stdout
    base = cache_dir() / "helm"
    for part in ("CACHE", "CONFIG", "DATA"):
        folder = base / part.lower()
        assert f'HELM_{part}_HOME="{folder}"' in ran.stdout
        assert stat.S_IMODE(folder.stat().st_mode) == 0o700


@pytest.mark.parametrize(
    "variable", ["HELM_REGISTRY_CONFIG", "HELM_CONFIG_HOME", "XDG_CONFIG_HOME"]
)
async def test_the_users_login_to_registries_is_used(
    variable: str, helm: Program, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    below = {
        "HELM_REGISTRY_CONFIG": "config.json",
        "HELM_CONFIG_HOME": "registry/config.json",
        "XDG_CONFIG_HOME": "helm/registry/config.json",
    }[variable]
    login = tmp_path / below
    for name in ("HELM_REGISTRY_CONFIG", "HELM_CONFIG_HOME", "XDG_CONFIG_HOME"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv(variable, str(login if variable.endswith("REGISTRY_CONFIG") else tmp_path))
    ran = await helm.run(["env"], seconds=LONG)
    assert str(tmp_path) not in "".join(
        one for one in ran.stdout.splitlines() if "REGISTRY_CONFIG" in one
    )
    login.parent.mkdir(parents=True, exist_ok=True)
    login.write_text("{}", encoding="utf-8")
    ran = await helm.run(["env"], seconds=LONG)
    assert f'HELM_REGISTRY_CONFIG="{login}"' in ran.stdout


async def test_no_cluster_is_found_without_a_kubeconfig(
    helm: Program, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / ".kube").mkdir()
    (tmp_path / ".kube" / "config").write_text(KUBECONFIG, encoding="utf-8")
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("KUBERNETES_SERVICE_HOST", "127.0.0.1")
    monkeypatch.setenv("KUBERNETES_SERVICE_PORT", "1")
    ran = await helm.run(["list"], seconds=LONG)
    assert "127.0.0.1:1" not in ran.error
    assert ran.error.startswith("kubernetes cluster unreachable")


async def test_the_cluster_is_the_context_of_the_kubeconfig(helm: Program, tmp_path: Path) -> None:
    kubeconfig = tmp_path / "kubeconfig"
    kubeconfig.write_text(KUBECONFIG, encoding="utf-8")
    ran = await helm.run(["list"], seconds=LONG, kubeconfig=kubeconfig)
    assert "http://127.0.0.1:1/" in ran.error
    ran = await helm.run(["list"], seconds=LONG, kubeconfig=kubeconfig, context="-x")
    assert "http://127.0.0.1:2/" in ran.error


VALUES: list[Manifest] = [
    {"a": "x: y", "b": "'\"\\", "c": "#no\n- list", "d": "yes", "e": "1e3", "f": "0x10"},
    {"n": 9007199254740991, "m": 1.5, "t": True, "l": [1, "1", []], "o": {}},
    {"odd": "\x7f\x85\x9f\u2028\u2029\ufeff\t\r\n\x01", "far": "😀é", "{{ .Values }}": "{{ x }}"},
    {"-x": "--set", "null": "~", "<<": "merge", "*a": "&a", "!t": "!!str"},
]


@pytest.mark.parametrize("values", VALUES)
async def test_values_arrive_as_they_are(helm: Program, chart: Path, values: Manifest) -> None:
    ran = await helm.run(["template"], operands=["x", str(chart)], values=values, seconds=LONG)
    assert ran.ok, ran.error
    assert json.loads(base64.b64decode(ran.stdout.partition("value: ")[2])) == values


async def test_values_are_read_by_us_only_and_gone_afterwards(tmp_path: Path) -> None:
    script = """for one; do case $one in --values=*) file=${one#--values=}; esac; done
    ls -ld "${file%/*}" "$file" | cut -c1-10; echo "$file"; cat "$file" """
    program = Program(write_program(tmp_path / "helm", script), "v4.0.0")
    ran = await program.run(["template"], values={"a": 1}, seconds=LONG)
    folder, mode, path, content = ran.stdout.splitlines()
    assert (mode, folder, content) == ("-rw-------", "drwx------", '{"a":1}')
    assert not Path(path).parent.exists()


@pytest.mark.parametrize("name", ["--help", "-h", "--kube-token=x", "--post-renderer=sh", "-"])
async def test_a_name_is_never_a_flag(helm: Program, chart: Path, name: str) -> None:
    ran = await helm.run(["template"], operands=[name, str(chart)], seconds=LONG)
    assert not ran.ok
    assert "invalid release name" in ran.error
    ran = await helm.run(["template"], operands=["web", name], seconds=LONG)
    assert not ran.ok


async def test_what_no_program_can_be_given_is_told(helm: Program) -> None:
    with pytest.raises(InvalidInputError, match="cannot be given these arguments"):
        await helm.run(["template"], operands=["a\0b"], seconds=LONG)


async def test_a_credential_helper_that_hangs_goes_with_its_caller(
    helm: Program, asks_to_log_in: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    held = Held(tmp_path)
    script = f"trap '' TERM; exec 3>{held.path}; echo begun >&3; while :; do sleep 600; done"
    write_program(tmp_path / "bin" / "docker-credential-hang", script)
    monkeypatch.setenv("PATH", f"{tmp_path / 'bin'}{os.pathsep}{os.environ['PATH']}")
    login = tmp_path / "config.json"
    login.write_text(json.dumps({"credHelpers": {asks_to_log_in: "hang"}}), encoding="utf-8")
    monkeypatch.setenv("HELM_REGISTRY_CONFIG", str(login))

    async def pull() -> None:
        await helm.run(
            ["pull", "--plain-http", f"--destination={tmp_path}"],
            operands=[f"oci://{asks_to_log_in}/charts/web"],
            seconds=LONG,
        )

    async with anyio.create_task_group() as tasks:
        tasks.start_soon(pull)
        await held.begun()
        tasks.cancel_scope.cancel()
    assert await held.gone()


async def test_a_run_that_takes_too_long_is_stopped(tmp_path: Path) -> None:
    slow = write_program(tmp_path / "helm", "echo 'Error: still here' >&2; exec sleep 600")
    ran = await Program(slow, "v4.0.0").run(["upgrade"], seconds=2.0)
    assert ran.timed_out
    assert ran.error == "helm did not end within 2 s and was stopped: still here"
