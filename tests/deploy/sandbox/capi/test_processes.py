"""Programs of workload clusters: found again by another provider, strangers left alone."""

import json
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from clusterwright.deploy.sandbox.capi.provider.processes import Processes
from clusterwright.deploy.sandbox.runtime.processes import start_time

SLEEP = [sys.executable, "-c", "import time; time.sleep(60)"]


@pytest.fixture
def first(tmp_path: Path) -> Iterator[Processes]:
    found = Processes(tmp_path, leashed=False)
    yield found
    found.end_all()


def pid(place: Path) -> int:
    return json.loads((place / "sleeper.process").read_text(encoding="utf-8"))["pid"]


def test_a_program_that_runs_is_left_running(first: Processes, tmp_path: Path) -> None:
    first.see_to("sleeper", SLEEP)
    before = pid(tmp_path)
    first.see_to("sleeper", SLEEP)
    assert pid(tmp_path) == before


def test_another_provider_takes_over_what_runs(first: Processes, tmp_path: Path) -> None:
    first.see_to("sleeper", SLEEP)
    before = pid(tmp_path)
    second = Processes(tmp_path, leashed=False)
    assert second.runs("sleeper")
    second.see_to("sleeper", SLEEP)
    assert pid(tmp_path) == before


def test_other_arguments_mean_another_start(first: Processes, tmp_path: Path) -> None:
    first.see_to("sleeper", SLEEP)
    before = pid(tmp_path)
    first.see_to("sleeper", [*SLEEP, "other"])
    assert pid(tmp_path) != before
    assert start_time(before) == 0


def test_a_stranger_with_the_same_number_is_not_taken_for_it(tmp_path: Path) -> None:
    stranger = {"pid": 1, "started": 1.0, "argv": SLEEP}
    (tmp_path / "sleeper.process").write_text(json.dumps(stranger), encoding="utf-8")
    assert not Processes(tmp_path, leashed=False).runs("sleeper")


def test_what_was_ended_leaves_no_process_and_no_file(first: Processes, tmp_path: Path) -> None:
    first.see_to("sleeper", SLEEP)
    before = pid(tmp_path)
    first.end_all()
    assert start_time(before) == 0
    assert not list(tmp_path.glob("*.process"))


def test_last_words_are_the_last_error_of_the_log(tmp_path: Path) -> None:
    log = 'I1 start\nError: invalid argument "1.99"\n\nusage:\n'
    (tmp_path / "server.log").write_text(log, encoding="utf-8")
    assert (
        Processes(tmp_path, leashed=False).last_words("server") == 'Error: invalid argument "1.99"'
    )
