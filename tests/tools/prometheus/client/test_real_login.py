"""A real Prometheus behind TLS, a certificate of the client and a login."""

import subprocess
from collections.abc import Iterator
from contextlib import aclosing
from dataclasses import replace

import anyio
import pytest

from clusterwright.tools.errors import ToolError, UnauthenticatedError, UnreachableError
from clusterwright.tools.prometheus.client.backend import Backend
from clusterwright.tools.prometheus.endpoint import Credential, Endpoint
from tests.tools.helm.client.test_http import certificate
from tests.tools.prometheus.changes.processes import free_port, program

pytestmark = pytest.mark.anyio

_WORD = "of the test"
_HASHED = "$2b$04$abcdefghijklmnopqrstuuT2yttZzfGzzeZsPu1W3CYiZRJeAsSSq"
_WEB = """
tls_server_config:
  cert_file: {folder}/server.pem
  key_file: {folder}/server.pem
  client_ca_file: {folder}/ca.pem
  client_auth_type: RequireAndVerifyClientCert
basic_auth_users:
  reader: {hashed}
"""
_DEADLINE = 60.0


@pytest.fixture(scope="module")
def endpoint(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Endpoint]:
    folder = tmp_path_factory.mktemp("login")
    certificate(folder)
    (folder / "web.yml").write_text(_WEB.format(folder=folder, hashed=_HASHED))
    (folder / "prometheus.yml").write_text("scrape_configs: []\n")
    address = f"127.0.0.1:{free_port()}"
    argv = [
        str(program("prometheus")),
        f"--config.file={folder / 'prometheus.yml'}",
        f"--web.config.file={folder / 'web.yml'}",
        f"--storage.tsdb.path={folder / 'data'}",
        f"--web.listen-address={address}",
    ]
    with (
        (folder / "log").open("wb") as log,
        pytest.MonkeyPatch.context() as patch,
        subprocess.Popen(argv, stderr=log) as process,
    ):
        patch.setenv("READER", "reader")
        patch.setenv("PASSWORD", _WORD)
        found = Endpoint(
            "login",
            f"https://{address}",
            Credential("", None, "READER", "PASSWORD"),
            ca_file=folder / "ca.pem",
            cert_file=folder / "server.pem",
            key_file=folder / "server.pem",
        )
        try:
            anyio.run(_ready, found)
            yield found
        finally:
            process.kill()


async def _ready(endpoint: Endpoint) -> None:
    async with aclosing(Backend(endpoint)) as backend:
        with anyio.fail_after(_DEADLINE):
            while True:
                try:
                    await backend.instant("1")
                except UnreachableError:
                    await anyio.sleep(0.05)
                else:
                    return


async def test_who_has_certificate_and_login_is_answered(endpoint: Endpoint) -> None:
    async with aclosing(Backend(endpoint)) as backend:
        assert (await backend.instant("1 + 1")).only == 2


async def test_who_has_no_login_or_a_wrong_one_is_told_what_to_set(
    endpoint: Endpoint, monkeypatch: pytest.MonkeyPatch
) -> None:
    error = await _refused(replace(endpoint, credential=Credential()))
    assert isinstance(error, UnauthenticatedError)
    assert "username_env" in error.hint
    monkeypatch.setenv("PASSWORD", "another")
    error = await _refused(endpoint)
    assert isinstance(error, UnauthenticatedError)
    monkeypatch.delenv("PASSWORD")
    error = await _refused(endpoint)
    assert "'PASSWORD', which holds a credential, is not set" in str(error)


async def test_a_server_that_is_not_trusted_gets_no_credential(endpoint: Endpoint) -> None:
    error = await _refused(replace(endpoint, ca_file=None))
    assert isinstance(error, UnauthenticatedError)
    assert "ca_file" in error.hint


async def test_who_has_no_certificate_is_not_let_in(endpoint: Endpoint) -> None:
    error = await _refused(replace(endpoint, cert_file=None, key_file=None))
    assert "cert_file" in error.hint


async def _refused(endpoint: Endpoint) -> ToolError:
    async with aclosing(Backend(endpoint)) as backend:
        with pytest.raises(ToolError) as caught:
            await backend.instant("1")
    assert _WORD not in str(caught.value)
    return caught.value
