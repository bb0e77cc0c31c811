import json
import socket
import subprocess
import time
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest

from clusterwright.deploy.sandbox.parts.binaries import ensure_binaries
from clusterwright.deploy.sandbox.parts.errors import PartError
from clusterwright.deploy.sandbox.parts.images import digest_of, make_image, make_layer
from clusterwright.deploy.sandbox.parts.push import push_image
from clusterwright.deploy.sandbox.parts.report import SilentReport

IMAGE = make_image([make_layer({"bin/tool": b"tool"}, {})], command=["tool"])
# What `htpasswd -B` writes for the password "secret".
PASSWORDS = "sandbox:$2b$05$abcdefghijklmnopqrstuuOQiyCxlgf/oeuTqixKmWdcYUh4Hjl0a\n"


@contextmanager
def registry(folder: Path, auth: str = "") -> Generator[str]:
    """Run a registry that keeps its images in memory, and yield its address."""
    program = ensure_binaries(["registry"], SilentReport())["registry"]
    with socket.create_server(("127.0.0.1", 0)) as listener:
        address = f"127.0.0.1:{listener.getsockname()[1]}"
    config = folder / "registry.yml"
    config.write_text(
        f'version: 0.1\nstorage: {{inmemory: {{}}}}\nhttp: {{addr: "{address}"}}\n{auth}'
    )
    with subprocess.Popen(
        [program, "serve", config], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    ) as process:
        try:
            wait_until_listening(address)
            yield f"http://{address}"
        finally:
            process.terminate()


def wait_until_listening(address: str) -> None:
    host, port = address.split(":")
    deadline = time.monotonic() + 20
    while True:
        with socket.socket() as probe:
            if probe.connect_ex((host, int(port))) == 0:
                return
        assert time.monotonic() < deadline, f"no registry on {address} after 20 s"


def test_a_pushed_image_can_be_pulled_by_tag_and_by_digest(tmp_path: Path) -> None:
    with registry(tmp_path) as url, httpx.Client(base_url=url, trust_env=False) as client:
        digest = push_image(url, "shop/cart:1.4", IMAGE)
        assert digest == push_image(url, "shop/cart:1.5", IMAGE) == digest_of(IMAGE.manifest())
        accept = {"Accept": "application/vnd.oci.image.manifest.v1+json"}
        for reference in ("1.4", "1.5", digest):
            manifest = client.get(f"/v2/shop/cart/manifests/{reference}", headers=accept)
            assert manifest.content == IMAGE.manifest()
        (layer,) = json.loads(IMAGE.manifest())["layers"]
        assert client.get(f"/v2/shop/cart/blobs/{layer['digest']}").content == IMAGE.layers[0]
        absent = client.get("/v2/shop/cart/manifests/9.9", headers=accept)
        assert absent.json()["errors"][0]["code"] == "MANIFEST_UNKNOWN"


def test_a_registry_that_asks_for_a_user_takes_the_right_one_only(tmp_path: Path) -> None:
    (tmp_path / "passwords").write_text(PASSWORDS)
    auth = f"auth: {{htpasswd: {{realm: sandbox, path: {tmp_path / 'passwords'}}}}}\n"
    with registry(tmp_path, auth) as url:
        with pytest.raises(PartError, match="401 Unauthorized"):
            push_image(url, "shop/cart:1.4", IMAGE, auth=("sandbox", "wrong"))
        digest = push_image(url, "shop/cart:1.4", IMAGE, auth=("sandbox", "secret"))
        assert digest == digest_of(IMAGE.manifest())


def test_blobs_that_the_registry_has_are_not_sent_again() -> None:
    sent: list[str] = []

    def answer(request: httpx.Request) -> httpx.Response:
        sent.append(f"{request.method} {request.url.path.split('/')[3]}")
        return httpx.Response(201 if request.method == "PUT" else 200)

    push_image("http://registry.test", "cart:1", IMAGE, transport=httpx.MockTransport(answer))
    assert sent == ["HEAD blobs", "HEAD blobs", "PUT manifests"]


def test_a_registry_that_does_not_answer_is_named() -> None:
    def refuse(request: httpx.Request) -> httpx.Response:
        raise httpx.ConnectError("Connection refused", request=request)

    with pytest.raises(PartError, match=r'"cart:1" could not be pushed to http://registry\.test'):
        push_image("http://registry.test", "cart:1", IMAGE, transport=httpx.MockTransport(refuse))
