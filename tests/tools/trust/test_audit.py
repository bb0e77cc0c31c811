"""The audit on the disk: of several processes, after crashes, and in wrong hands."""

import errno
import fcntl
import json
import os
import stat
from concurrent.futures import ProcessPoolExecutor, wait
from datetime import UTC, datetime
from multiprocessing import get_context
from pathlib import Path

import orjson
import pytest

from clusterwright.tools.errors import InvalidInputError, RefusedError
from clusterwright.tools.trust.audit import AuditLog
from clusterwright.tools.trust.audit_line import START, sealed_end

KEY = b"k" * 32
UNSEALED = "was written when the end was not sealed: lines before it may have been cut off"
NOT_WHOLE = "is no whole line: its writer was stopped, or it was overwritten"


@pytest.fixture
def log(tmp_path: Path) -> AuditLog:
    return AuditLog(tmp_path / "audit.jsonl", KEY)


@pytest.fixture
def five(log: AuditLog) -> AuditLog:
    for number in range(1, 6):
        log.append("applied", plan=f"p-{number}")
    return log


def lines_of(log: AuditLog) -> list[bytes]:
    return log.path.read_bytes().splitlines(keepends=True)


def plans(log: AuditLog) -> list[object]:
    return [line.get("plan") for line in log.read()]


def head(log: AuditLog) -> Path:
    return log.path.with_suffix(".head")


def test_a_line_tells_when_and_what_and_hangs_on_the_one_before(log: AuditLog) -> None:
    before = datetime.now(UTC)
    log.append("approved", plan="p-1", who="ada")
    log.append("ended", plan="p-1", done=["Deployment/shop/cart"], undone=None)
    first, second = log.read()
    assert list(first) == ["seq", "at", "event", "plan", "who", "prev", "mac"]
    assert (first["seq"], first["event"], first["who"], first["prev"]) == (1, "approved", "ada", "")
    assert (second["seq"], second["prev"]) == (2, first["mac"])
    assert second["done"] == ["Deployment/shop/cart"]
    at = datetime.fromisoformat(first["at"])
    assert at.utcoffset() == before.utcoffset()
    assert (before - at).total_seconds() < 0.001  # the audit counts milliseconds


def test_an_audit_that_nobody_wrote_yet_is_intact_and_stays_unwritten(log: AuditLog) -> None:
    assert log.verify().lines == 0
    assert log.verify().broken == ()
    assert list(log.read()) == []
    assert not log.tells("applied", "p-1")
    assert list(log.path.parent.iterdir()) == []


def test_an_audit_that_nobody_touched_is_intact(five: AuditLog) -> None:
    assert five.verify().lines == 5
    assert five.verify().broken == ()


def test_every_file_of_it_is_for_its_owner_only(log: AuditLog) -> None:
    before = os.umask(0)
    try:
        log.append("applied")
    finally:
        os.umask(before)
    modes = {one.name: stat.S_IMODE(one.stat().st_mode) for one in log.path.parent.iterdir()}
    assert modes == {"audit.jsonl": 0o600, "audit.head": 0o600, "audit.lock": 0o600}


def test_another_key_fits_no_line(five: AuditLog) -> None:
    found = AuditLog(five.path, b"x" * 32).verify()
    assert len(found.broken) == 6  # each line, and the end
    assert not AuditLog(five.path, b"x" * 32).tells("applied", "p-1")


@pytest.mark.parametrize("name", ["seq", "at", "prev", "mac", "unsealed"])
def test_a_fact_cannot_pass_for_what_the_audit_itself_tells(name: str, five: AuditLog) -> None:
    with pytest.raises(InvalidInputError, match=f"can be named '{name}'") as caught:
        five.append("applied", **{name: 7})
    assert "choose another name" in caught.value.hint
    assert five.verify().lines == 5
    assert five.verify().broken == ()


def test_it_tells_of_an_event_only_by_a_genuine_line(five: AuditLog) -> None:
    assert five.tells("applied", "p-2")
    assert not five.tells("approved", "p-2")
    assert not five.tells("applied", "p-")
    forged = {**orjson.loads(lines_of(five)[1]), "plan": "p-7"}
    with five.path.open("ab") as file:
        file.write(orjson.dumps(forged) + b"\n")
    assert "p-7" in plans(five)
    assert not five.tells("applied", "p-7")


def test_processes_that_write_at_once_make_one_chain(log: AuditLog) -> None:
    with ProcessPoolExecutor(4, mp_context=get_context("spawn")) as pool:
        writes = [pool.submit(log.append, "applied", number=number) for number in range(200)]
        while wait(writes, timeout=0.01).not_done:
            assert log.verify().broken == ()  # nor does it look broken while they write
        for one in writes:
            one.result()
    assert log.verify().lines == 200
    assert log.verify().broken == ()
    assert sorted(line["number"] for line in log.read()) == list(range(200))


def test_it_is_judged_when_who_is_writing_has_finished(
    five: AuditLog, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = five.path.read_bytes()
    five.path.write_bytes(whole[:-9])

    def wait_for_the_writer(_descriptor: int, _how: int) -> None:
        five.path.write_bytes(whole)

    monkeypatch.setattr(fcntl, "flock", wait_for_the_writer)
    assert five.verify().broken == ()


def test_half_a_line_is_told_and_the_next_one_starts_anew(five: AuditLog) -> None:
    with five.path.open("ab") as file:
        file.write(b'{"seq":6,"at":"20')
    assert five.verify().broken == (f"line 6 {NOT_WHOLE}",)
    five.append("applied", plan="p-6")
    assert five.verify().lines == 7
    assert five.verify().broken == (f"line 6 {NOT_WHOLE}",)
    assert plans(five) == ["p-1", "p-2", "p-3", "p-4", "p-5", "p-6"]


def test_a_writer_stopped_before_it_sealed_the_end_loses_nothing(five: AuditLog) -> None:
    earlier = head(five).read_bytes()
    five.append("applied", plan="p-6")
    head(five).write_bytes(earlier)
    assert five.verify().broken == ()
    five.append("applied", plan="p-7")
    assert plans(five)[-2:] == ["p-6", "p-7"]
    assert five.verify().broken == ()


def test_nor_does_the_very_first_writer(log: AuditLog) -> None:
    log.append("applied", plan="p-1")
    head(log).write_bytes(sealed_end(KEY, START))
    assert log.verify().broken == ()
    log.append("applied", plan="p-2")
    assert log.verify().lines == 2
    assert log.verify().broken == ()


def test_the_end_is_there_before_the_first_line(log: AuditLog) -> None:
    log.path.symlink_to("no-such-folder/audit.jsonl")  # so that no line can be written
    with pytest.raises(RefusedError, match="cannot be written"):
        log.append("applied")
    assert head(log).read_bytes() == sealed_end(KEY, START)
    assert log.verify().broken == ()


def test_a_whole_line_without_its_end_of_line_is_kept(five: AuditLog) -> None:
    earlier = head(five).read_bytes()
    five.append("applied", plan="p-6")
    five.path.write_bytes(five.path.read_bytes()[:-1])
    head(five).write_bytes(earlier)
    assert five.verify().broken == ()
    five.append("applied", plan="p-7")
    assert plans(five)[-2:] == ["p-6", "p-7"]
    assert five.verify().broken == ()


def test_a_cut_tail_is_told_also_after_later_lines(five: AuditLog) -> None:
    five.path.write_bytes(b"".join(lines_of(five)[:3]))
    assert five.verify().broken == ("number 5 was written last: 2 lines were removed at the end",)
    five.append("applied", plan="p-6")
    assert five.verify().broken == ("line 4 has number 6, after number 3: 2 lines were removed",)


@pytest.mark.parametrize("kept", [1, 3])
def test_a_cut_tail_cannot_be_hidden_by_removing_the_end(kept: int, five: AuditLog) -> None:
    five.path.write_bytes(b"".join(lines_of(five)[:kept]))
    head(five).unlink()
    assert five.verify().broken
    five.append("applied", plan="p-6")
    five.append("applied", plan="p-7")
    assert five.verify().lines == kept + 2
    assert five.verify().broken == (f"line {kept + 1} {UNSEALED}",)


@pytest.mark.parametrize("kept", [0, 1, 3])
@pytest.mark.parametrize("spoilt", [b"", b"{}"])
def test_nor_by_spoiling_it(kept: int, spoilt: bytes, five: AuditLog) -> None:
    five.path.write_bytes(b"".join(lines_of(five)[:kept]))
    head(five).write_bytes(spoilt)
    assert five.verify().broken
    five.append("applied", plan="p-6")
    assert five.verify().broken == (f"line {kept + 1} {UNSEALED}",)


def test_after_a_foreign_line_the_chain_goes_on_from_the_last_genuine_one(five: AuditLog) -> None:
    forged = lines_of(five)[4].replace(b"p-5", b"p-9")
    five.path.write_bytes(b"".join([*lines_of(five)[:4], forged]))
    head(five).unlink()
    five.append("applied", plan="p-6")
    told = five.verify().broken
    assert [one.partition(" was ")[0] for one in told] == ["line 5", "line 6"]


def test_a_disk_that_is_full_is_told_and_breaks_nothing(
    five: AuditLog, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(_descriptor: int) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    with monkeypatch.context() as until_there_is_room:
        until_there_is_room.setattr(os, "fsync", full)
        with pytest.raises(RefusedError, match="cannot be written: No space left") as caught:
            five.append("applied", plan="p-6")
    assert "what cannot be recorded is not to be done" in caught.value.hint
    five.append("applied", plan="p-7")
    assert five.verify().broken == ()


def test_lines_are_json_that_other_programs_read(five: AuditLog) -> None:
    told = [json.loads(line) for line in lines_of(five)]
    assert [line["seq"] for line in told] == [1, 2, 3, 4, 5]
