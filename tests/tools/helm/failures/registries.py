"""OCI registries on loopback, each the real program: one open, one with a login, one with TLS."""

import json
import socket
import subprocess
import time
from collections.abc import Generator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from clusterwright.deploy.sandbox.runtime.certificates import Authority

_SECONDS = 30.0


@dataclass(frozen=True)
class Registries:
    """Where they listen, as host and port."""

    open: str
    private: str
    secure: str


@contextmanager
def registries(program: Path, folder: Path) -> Generator[Registries]:
    """Run the registries while the block runs."""
    pair = Authority(folder, "nobody").issue("registry", "registry", hosts=["127.0.0.1"])
    htpasswd = folder / "htpasswd"
    htpasswd.write_text(f"robot:$2y$05${'.' * 53}\n", encoding="utf-8")  # a hash of nothing
    login = {"htpasswd": {"realm": "private", "path": str(htpasswd)}}
    tls = {"certificate": str(pair.certificate), "key": str(pair.key)}
    with ExitStack() as stack:
        yield Registries(
            stack.enter_context(_registry(program, folder / "open")),
            stack.enter_context(_registry(program, folder / "private", auth=login)),
            stack.enter_context(_registry(program, folder / "secure", tls=tls)),
        )


@contextmanager
def _registry(
    program: Path,
    folder: Path,
    auth: Mapping[str, object] | None = None,
    tls: Mapping[str, str] | None = None,
) -> Generator[str]:
    folder.mkdir()
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = int(free.getsockname()[1])
    config = {
        "version": 0.1,
        "log": {"level": "error"},
        "storage": {"filesystem": {"rootdirectory": str(folder / "data")}},
        "http": {"addr": f"127.0.0.1:{port}", **({"tls": tls} if tls else {})},
        **({"auth": auth} if auth else {}),
    }
    (folder / "config.json").write_text(json.dumps(config), encoding="utf-8")
    running = subprocess.Popen(
        [program, "serve", folder / "config.json"],
        env={"OTEL_TRACES_EXPORTER": "none"},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        _until_open(port)
        yield f"127.0.0.1:{port}"
    finally:
        running.kill()
        running.wait()


def _until_open(port: int) -> None:
    deadline = time.monotonic() + _SECONDS
    while True:
        try:
            socket.create_connection(("127.0.0.1", port)).close()
        except OSError:
            assert time.monotonic() < deadline, "the registry does not listen"
        else:
            return
