"""A log of 50 MB from a simulated API server that ignores every limit: bounded in and out."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from clusterwright.tools.manifest import Json, Manifest
from tests.servers.pipe import Pipe
from tests.servers.simulated_api import LINES, line, simulated_api


@pytest.fixture
def pipe(tmp_path: Path) -> Iterator[Pipe]:
    with simulated_api(tmp_path) as kubeconfig, Pipe("--kubeconfig", kubeconfig) as opened:
        opened.initialize()
        yield opened


def logs(pipe: Pipe, **arguments: Json) -> Manifest:
    result = pipe.call("k8s_logs", pod="chatty", namespace="default", **arguments)
    assert result["isError"] is False
    assert len(json.dumps(result)) < 80_000
    found: Manifest = result["structuredContent"]
    return found


def test_the_end_of_a_huge_log_is_shown(pipe: Pipe) -> None:
    found = logs(pipe)
    assert found["lines"][-1] == line(LINES - 1)
    assert any("earlier lines left out" in note for note in found["notes"])
    status = Path(f"/proc/{pipe.process.pid}/status").read_text(encoding="ascii")
    peak = next(line.split()[1] for line in status.splitlines() if line.startswith("VmHWM"))
    assert int(peak) < 250_000, "kB of resident memory"


def test_a_huge_log_can_be_searched(pipe: Pipe) -> None:
    found = logs(pipe, grep=line(LINES - 42))
    assert found["matched"] == 1
    assert len(logs(pipe, lines=10_000)["lines"]) > 100
