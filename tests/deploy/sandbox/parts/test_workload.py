import re
import signal
import socket
import subprocess
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest

from clusterwright.deploy.sandbox.parts.binaries import ensure_binaries
from clusterwright.deploy.sandbox.parts.report import SilentReport


@pytest.fixture(scope="module")
def workload() -> Path:
    return ensure_binaries(["workload"], SilentReport())["workload"]


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return listener.getsockname()[1]


@contextmanager
def running(*command: str | Path) -> Generator[subprocess.Popen[str]]:
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        try:
            yield process
        finally:
            process.terminate()


def first_line(process: subprocess.Popen[str]) -> str:
    assert process.stdout
    return process.stdout.readline()


def test_serve_is_unready_until_its_time_and_answers_with_its_message(workload: Path) -> None:
    port = free_port()
    flags = ["--port", str(port), "--path", "/ready", "--ready-after", "1h", "--message", "hi"]
    with running(workload, "serve", *flags) as server:
        assert first_line(server) == f"serving on :{port}, health at /ready\n"
        with httpx.Client(
            base_url=f"http://127.0.0.1:{port}", transport=httpx.HTTPTransport(retries=5)
        ) as client:
            assert client.get("/").text == "hi\n"
            assert client.get("/ready").status_code == 503


def test_get_prints_what_it_fetched_and_fails_on_another_status(workload: Path) -> None:
    port = free_port()
    with running(workload, "serve", "--port", str(port), "--message", "hi") as server:
        first_line(server)
        url = f"http://127.0.0.1:{port}/healthz"
        with httpx.Client(transport=httpx.HTTPTransport(retries=5)) as client:
            client.get(url)
        good = subprocess.run([workload, "get", url], capture_output=True, text=True, check=False)
        assert (good.returncode, good.stdout) == (0, "hi\n")
        bad = subprocess.run(
            [workload, "get", "--expect", "404", url], capture_output=True, text=True, check=False
        )
        assert (bad.returncode, bad.stderr) == (1, f"{url} answered 200 OK, expected 404\n")


def test_log_writes_its_lines_in_turn_and_ends_with_the_status_it_was_given(
    workload: Path,
) -> None:
    flags = ["--line", "a", "--line", "b", "--count", "3", "--every", "1ms", "--exit-code", "7"]
    done = subprocess.run([workload, "log", *flags], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (7, "a\nb\na\n")


def test_hog_holds_the_memory_that_it_was_told_to(workload: Path) -> None:
    with running(workload, "hog", "--mib", "20", "--step", "20", "--every", "0s") as hog:
        assert first_line(hog) == "holding 20 MiB\n"
        status = Path(f"/proc/{hog.pid}/status").read_text()
        resident = re.search(r"VmRSS:\s+(\d+) kB", status)
        assert resident
        assert int(resident[1]) >= 20 * 1024


def test_sigterm_ends_it_at_once_and_well(workload: Path) -> None:
    with running(workload, "log", "--every", "1h") as logger:
        assert first_line(logger) == "working\n"
        logger.send_signal(signal.SIGTERM)
        assert logger.wait(timeout=5) == 0


def test_an_unknown_mode_is_answered_with_the_known_ones(workload: Path) -> None:
    done = subprocess.run([workload, "srve"], capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert 'unknown mode "srve"' in done.stderr
    assert "serve  answer HTTP requests" in done.stderr
