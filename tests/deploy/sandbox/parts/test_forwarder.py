import hashlib
import socket
import subprocess
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from clusterwright.deploy.sandbox.parts.binaries import ensure_binaries
from clusterwright.deploy.sandbox.parts.report import SilentReport

MEBIBYTES = 64


@pytest.fixture(scope="module")
def forwarder() -> Path:
    return ensure_binaries(["forwarder"], SilentReport())["forwarder"]


@pytest.fixture
def target() -> Iterator[socket.socket]:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        listener.settimeout(10)
        yield listener


@pytest.fixture
def entrance(forwarder: Path, target: socket.socket) -> Iterator[tuple[str, int]]:
    """Return the address of a socket that was handed to a forwarder, and leads to the target."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        fd = listener.fileno()
        route = f"{fd}=127.0.0.1:{target.getsockname()[1]}"
        with subprocess.Popen(
            [forwarder, "--forward", route], pass_fds=[fd], stdout=subprocess.DEVNULL
        ) as process:
            yield listener.getsockname()
            process.terminate()


def read_all(connection: socket.socket) -> bytes:
    return b"".join(iter(lambda: connection.recv(1 << 16), b""))


def test_one_half_may_end_while_the_other_goes_on(
    entrance: tuple[str, int], target: socket.socket
) -> None:
    with socket.create_connection(entrance, timeout=10) as client:
        client.sendall(b"question")
        client.shutdown(socket.SHUT_WR)
        server, _ = target.accept()
        with server:
            assert read_all(server) == b"question"
            server.sendall(b"answer, after the question had ended")
        assert read_all(client) == b"answer, after the question had ended"


def test_much_data_arrives_whole(entrance: tuple[str, int], target: socket.socket) -> None:
    block = hashlib.sha256(b"block").digest() * (1 << 15)

    def send() -> None:
        server, _ = target.accept()
        with server:
            for _ in range(MEBIBYTES):
                server.sendall(block)

    sender = threading.Thread(target=send)
    sender.start()
    with socket.create_connection(entrance, timeout=10) as client:
        received = read_all(client)
    sender.join()
    assert hashlib.sha256(received).digest() == hashlib.sha256(block * MEBIBYTES).digest()


def test_connections_do_not_wait_for_each_other(
    entrance: tuple[str, int], target: socket.socket
) -> None:
    with (
        socket.create_connection(entrance, timeout=10) as idle,
        target.accept()[0] as idle_server,
        socket.create_connection(entrance, timeout=10) as busy,
        target.accept()[0] as busy_server,
    ):
        for client, server in ((busy, busy_server), (idle, idle_server)):
            client.sendall(b"question")
            client.shutdown(socket.SHUT_WR)
            assert read_all(server) == b"question"
            server.sendall(b"answer")
            server.shutdown(socket.SHUT_WR)
            assert read_all(client) == b"answer"


def test_a_target_that_does_not_listen_resets_the_client(
    entrance: tuple[str, int], target: socket.socket
) -> None:
    target.close()
    with (
        socket.create_connection(entrance, timeout=10) as client,
        pytest.raises(ConnectionResetError),
    ):
        read_all(client)


@pytest.mark.parametrize(
    ("route", "complaint"),
    [
        ("x=127.0.0.1:1", "number of an inherited descriptor"),
        ("3=127.0.0.1", "must be HOST:PORT"),
        ("3", "must be HOST:PORT"),
        ("9=127.0.0.1:1", "descriptor 9 is no inherited listening socket"),
    ],
)
def test_a_wrong_route_is_refused(forwarder: Path, route: str, complaint: str) -> None:
    done = subprocess.run(
        [forwarder, "--forward", route], capture_output=True, text=True, check=False
    )
    assert done.returncode in {1, 2}
    assert complaint in done.stderr
