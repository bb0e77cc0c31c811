import subprocess
import sys
from pathlib import Path
from textwrap import dedent

import pytest

from clusterwright.deploy.sandbox.parts.cache import Note, cache_directory, obtain
from clusterwright.deploy.sandbox.parts.report import Report, SilentReport

# Makes the part "big" in two halves; between them it says so and waits for a line.
MAKER = dedent("""
    import sys
    from clusterwright.deploy.sandbox.parts.cache import obtain
    from clusterwright.deploy.sandbox.parts.report import SilentReport

    def make(stage, note):
        (stage / "file").write_text("half")
        print("halfway", flush=True)
        sys.stdin.readline()
        (stage / "file").write_text("whole")

    class Report(SilentReport):
        def note(self, part, doing):
            print(doing, flush=True)

    place = obtain("big", "things", "key", make, Report())
    print((place / "file").read_text(), flush=True)
""")


def start_maker() -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-c", MAKER], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )


def said(process: subprocess.Popen[str]) -> str:
    assert process.stdout
    return process.stdout.readline().strip()


def write_whole(stage: Path, _note: Note) -> None:
    (stage / "file").write_text("whole")


def unreachable(_stage: Path, _note: Note) -> None:
    pytest.fail("the part is in the cache, so nothing should make it")


def test_a_part_is_made_once_and_then_found_without_a_word(
    empty_cache: Path, report: Report, events: list[tuple[str, str]]
) -> None:
    first = obtain("thing", "things", "key", write_whole, report)
    second = obtain("thing", "things", "key", unreachable, report)
    assert first == second == empty_cache / "things" / "key"
    assert (first / "file").read_text() == "whole"
    assert events == [("start", "thing"), ("done", "thing")]


def test_a_part_that_fails_leaves_nothing_behind(
    empty_cache: Path, report: Report, events: list[tuple[str, str]]
) -> None:
    def fail(stage: Path, _note: Note) -> None:
        (stage / "file").write_text("half")
        raise RuntimeError("disk full")

    with pytest.raises(RuntimeError, match="disk full"):
        obtain("thing", "things", "key", fail, report)
    assert not list(empty_cache.rglob("file"))
    assert events == [("start", "thing"), ("failed", "thing")]


@pytest.mark.usefixtures("empty_cache")
def test_a_killed_run_leaves_no_half_part_and_the_next_one_makes_it() -> None:
    with start_maker() as killed:
        assert said(killed) == "halfway"
        killed.kill()
    assert not (cache_directory() / "things" / "key").exists()

    place = obtain("big", "things", "key", write_whole, SilentReport())
    assert (place / "file").read_text() == "whole"
    assert [p.parent for p in cache_directory().rglob("file")] == [place]


@pytest.mark.usefixtures("empty_cache")
def test_two_runs_at_once_make_a_part_once() -> None:
    with start_maker() as first, start_maker() as second:
        words = {process: said(process) for process in (first, second)}
        making = next(p for p, word in words.items() if word == "halfway")
        waiting = next(p for p in words if p is not making)
        assert words[waiting] == "waiting for another process that is making parts"
        assert making.stdin
        making.stdin.write("\n")
        making.stdin.flush()
        assert said(making) == "whole"
        assert said(waiting) == "whole"
