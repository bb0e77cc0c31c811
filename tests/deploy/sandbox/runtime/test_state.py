"""What is known of an instance survives a crash, a newer version, and a look at the wrong time."""

import json
import threading
import time
from collections.abc import Callable, Generator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import asdict, replace
from pathlib import Path

import pytest

from clusterwright.deploy.sandbox.runtime import state
from clusterwright.deploy.sandbox.runtime.errors import NoSuchInstanceError
from clusterwright.deploy.sandbox.runtime.state import Record

ONE = Record(
    name="one",
    mode="loopback",
    why_no_node="not wanted",
    pid=1,
    started=2.0,
    api_port=3,
    registry_port=0,
    kubectl="/bin/true",
    versions={"kubernetes": "v1.36.3"},
    programs=["etcd"],
)


@pytest.fixture(autouse=True)
def own_state(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CLUSTERWRIGHT_STATE", str(tmp_path))


def test_what_was_written_is_read() -> None:
    state.create("one")
    state.write(ONE)
    assert state.read("one") == ONE


def test_what_only_a_later_version_knows_is_left_out() -> None:
    place = state.create("one")
    told = {**asdict(ONE), "accelerator": "H100"}
    (place / "instance.json").write_text(json.dumps(told), encoding="utf-8")
    assert state.read("one") == ONE


@pytest.mark.parametrize("told", ["", "{", "[]", '{"name": "one"}', '{"pid": "many"}'])
def test_a_damaged_record_says_how_to_get_rid_of_it(told: str) -> None:
    (state.create("one") / "instance.json").write_text(told, encoding="utf-8")
    with pytest.raises(NoSuchInstanceError, match="cannot be read") as caught:
        state.read("one")
    assert "sandbox down one" in caught.value.hint


def test_a_sandbox_without_a_record_is_starting() -> None:
    state.create("one")
    with pytest.raises(NoSuchInstanceError, match="starting") as caught:
        state.read("one")
    assert "sandbox up one" in caught.value.hint


def test_a_reader_never_sees_half_a_record() -> None:
    state.create("one")
    state.write(ONE)
    wide = replace(ONE, programs=[f"program-{n}" for n in range(5_000)])
    with _in_the_background(lambda: [state.write(one) for one in (wide, ONE)]):
        for _ in range(50):
            assert state.read("one") in (ONE, wide)


def test_only_the_user_may_look_into_a_sandbox() -> None:
    assert state.create("one").stat().st_mode & 0o077 == 0


def test_names_are_those_of_directories() -> None:
    for name in ("two", "one"):
        state.create(name)
        with state.locked(name):
            pass
    assert list(state.names()) == ["one", "two"]


@pytest.mark.parametrize("forget", [False, True], ids=["kept", "forgotten"])
def test_one_at_a_time_may_start_or_end_an_instance(forget: bool) -> None:
    """Also when the lock was removed while others waited for it, as `down` does."""
    inside = 0
    most = 0

    def enter() -> None:
        nonlocal inside, most
        with state.locked("one"):
            inside += 1
            most = max(most, inside)
            time.sleep(0.01)
            inside -= 1
            if forget:
                state.forget("one")

    with ThreadPoolExecutor(8) as pool:
        for done in [pool.submit(enter) for _ in range(40)]:
            done.result()
    assert (inside, most) == (0, 1)


def test_a_forgotten_instance_leaves_no_file(tmp_path: Path) -> None:
    with state.locked("one"):
        state.forget("one")
    assert [one for one in tmp_path.rglob("*") if one.is_file()] == []


@contextmanager
def _in_the_background(work: Callable[[], object]) -> Generator[None]:
    ended = threading.Event()

    def repeat() -> None:
        while not ended.is_set():
            work()

    worker = threading.Thread(target=repeat)
    worker.start()
    try:
        yield
    finally:
        ended.set()
        worker.join()
