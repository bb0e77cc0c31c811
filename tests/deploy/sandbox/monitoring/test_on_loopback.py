"""A monitored sandbox without a node, as anybody but root has it: it is whole, and ends whole."""

import os
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from clusterwright.deploy.sandbox import down, up
from clusterwright.deploy.sandbox.monitoring.settle import JOBS
from clusterwright.deploy.sandbox.runtime import processes
from tests.deploy.sandbox.monitoring.watched import Watched, until


@pytest.fixture(scope="module")
def alone() -> Iterator[Watched]:
    """One that nobody else uses, so that nothing is wrong in it; taken down it leaves nothing."""
    name = f"test-loopback-{os.getpid()}"
    try:
        found = Watched(up(name, real_node=False, prometheus=True))
        yield found
        directory = found.instance.directory
        pids = _programs(directory)
        assert len(pids) > 10
    finally:
        down(name)
    assert not directory.exists()
    assert [pid for pid in pids if processes.start_time(pid)] == []


def test_every_part_is_scraped_and_nothing_else_is_dialled(alone: Watched) -> None:
    assert alone.labels("up == 1", "job") == JOBS
    assert alone.labels("up == 0", "job") == set()
    hosts = {one["scrapeUrl"].split("/")[2] for one in alone.prometheus("targets")["activeTargets"]}
    assert {one.partition(":")[0] for one in hosts} == {"127.0.0.1"}


def test_while_nothing_is_wrong_only_the_watchdog_fires(alone: Watched) -> None:
    until(lambda: alone.labels("ALERTS", "alertname") == {"Watchdog"}, "nothing pending")
    until(lambda: len(alone.alerts()) == 1, "an alert in Alertmanager")
    assert [one["alertname"] for one in alone.alerts()] == ["Watchdog"]
    evaluated = alone.prometheus("rules")["groups"]
    assert {rule["health"] for group in evaluated for rule in group["rules"]} == {"ok"}


def test_top_tells_of_every_node(alone: Watched) -> None:
    def nodes() -> set[str]:
        told = alone.instance.kubectl("get", "nodes.metrics.k8s.io", "-o=name")
        return {one.rpartition("/")[2] for one in told.split()}

    until(lambda: nodes() == {"sim-1", "sim-gpu-1", "sim-gpu-2", "infra-1"}, "every node")


def test_to_start_it_again_is_to_find_it(alone: Watched) -> None:
    assert up(alone.instance.name, real_node=False, prometheus=True).record == alone.instance.record


def _programs(directory: Path) -> list[int]:
    """Return the processes that name one of the instance's files."""
    name = f"{directory}/".encode()
    found: list[int] = []
    for process in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):  # it ended
            if name in (process / "cmdline").read_bytes():
                found.append(int(process.name))
    return found
