"""Downloads from servers that answer too much, too late, or without being who they say."""

import ssl
import threading
from collections.abc import Generator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from ipaddress import IPv4Address
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from clusterwright.tools.errors import (
    ForbiddenError,
    InvalidInputError,
    NotFoundError,
    ToolError,
    UnauthenticatedError,
    UnreachableError,
)
from clusterwright.tools.helm.client import http
from clusterwright.tools.helm.client.http import Access, download, same_host

pytestmark = pytest.mark.anyio
PLAIN = Access(plain=True)


class Handler(BaseHTTPRequestHandler):
    """`/200/5000` answers with that code and that many bytes; `/hang` does not answer."""

    waits = threading.Event()

    def do_GET(self) -> None:
        _, code, *rest = self.path.split("/")
        if code == "hang":
            self.waits.wait(60)
            return
        self.send_response(int(code))
        self.end_headers()
        self.wfile.write(b"x" * int(rest[0] if rest else 0))

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002
        """Say nothing."""


@contextmanager
def server(context: ssl.SSLContext | None = None) -> Generator[str]:
    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as found:
        if context:
            found.socket = context.wrap_socket(found.socket, server_side=True)
        thread = threading.Thread(target=found.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        Handler.waits.clear()
        yield f"{'https' if context else 'http'}://127.0.0.1:{found.server_port}"
        Handler.waits.set()
        found.shutdown()
        thread.join()


async def test_what_is_larger_than_asked_for_is_refused() -> None:
    with server() as url:
        assert (await download(f"{url}/200/5000", PLAIN, most=5000)).body == b"x" * 5000
        with pytest.raises(InvalidInputError, match="answers with more than"):
            await download(f"{url}/200/5001", PLAIN, most=5000)


async def test_a_server_that_does_not_answer_is_not_waited_for(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(http, "_WHOLE_SECONDS", 0.2)
    with server() as url, pytest.raises(UnreachableError, match="did not answer within"):
        await download(f"{url}/hang", PLAIN, most=5000)


@pytest.mark.parametrize(
    ("code", "kind"),
    [
        (401, UnauthenticatedError),
        (403, ForbiddenError),
        (404, NotFoundError),
        (410, NotFoundError),
        (429, UnreachableError),
        (500, UnreachableError),
    ],
)
async def test_codes_become_errors_that_name_the_host(code: int, kind: type[ToolError]) -> None:
    with server() as url:
        with pytest.raises(kind) as error:
            await download(f"{url}/{code}/10", PLAIN, most=5000)
        assert str(error.value).startswith(url.removeprefix("http://"))
        assert (await download(f"{url}/{code}", PLAIN, most=9, answers=frozenset({code}))).body is (
            None
        )


def certificate(folder: Path) -> tuple[Path, ssl.SSLContext]:
    """Return a file with a self-signed certificate of 127.0.0.1, and a server's use of it."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "charts")])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(
            x509.SubjectAlternativeName([x509.IPAddress(IPv4Address("127.0.0.1"))]), critical=False
        )
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    pem = made.public_bytes(serialization.Encoding.PEM)
    private = key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    (folder / "ca.pem").write_bytes(pem)
    (folder / "server.pem").write_bytes(pem + private)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(folder / "server.pem")
    return folder / "ca.pem", context


async def test_only_a_host_that_is_trusted_is_talked_to(tmp_path: Path) -> None:
    ca_file, context = certificate(tmp_path)
    with server(context) as url:
        found = await download(f"{url}/200/5", Access(ca_file=ca_file), most=5)
        assert found.body == b"xxxxx"
        with pytest.raises(UnreachableError, match=r"cannot be reached: .*CERTIFICATE_VERIFY"):
            await download(f"{url}/200/5", Access(), most=5)
    with pytest.raises(InvalidInputError, match="certificates of the repository cannot be read"):
        await download("https://127.0.0.1:1/", Access(ca_file=tmp_path / "none.pem"), most=5)


def test_hosts_are_told_apart_by_scheme_and_port_too() -> None:
    assert same_host("https://a.example/x", "https://a.example:443/y")
    assert not same_host("https://a.example", "http://a.example")
    assert not same_host("https://a.example", "https://a.example:8443")
    assert not same_host("https://a.example", "https://a.example.evil")
