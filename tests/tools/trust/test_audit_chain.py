"""Whatever is done to the lines of an audit is told, with the number of the line."""

from collections.abc import Sequence

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from clusterwright.tools.trust.audit_chain import faults
from clusterwright.tools.trust.audit_line import START, Place, sealed_end, sealed_line

KEY = b"k" * 32
LENGTH = 6


def chain(length: int = LENGTH, key: bytes = KEY) -> tuple[list[bytes], list[Place]]:
    lines: list[bytes] = []
    places = [START]
    for seq in range(1, length + 1):
        fields = {"seq": seq, "event": "applied", "plan": f"p-{seq}", "prev": places[-1].mac}
        line, place = sealed_line(key, fields)
        lines.append(line)
        places.append(place)
    return lines, places


LINES, PLACES = chain()
END = sealed_end(KEY, PLACES[-1])
FOREIGN, FOREIGN_PLACES = chain(key=b"x" * 32)
A, B, C, D, E, F = LINES
EDITED = C.replace(b"p-3", b"p-9")
CHANGED = "was changed, or was not written here: its seal is not of this key"
NOT_WHOLE = "is no whole line: its writer was stopped, or it was overwritten"


def told(lines: Sequence[bytes], end: bytes | None = END) -> list[str]:
    return list(faults(KEY, lines, end))


def test_nothing_is_wrong_with_a_chain_that_nobody_touched() -> None:
    assert told(LINES) == []
    assert told([], None) == []
    assert told([], sealed_end(KEY, START)) == []


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        pytest.param([A, B, EDITED, D, E, F], [f"line 3 {CHANGED}"], id="edited"),
        pytest.param([A, B, C, D, E, EDITED], [f"line 6 {CHANGED}"], id="the last edited"),
        pytest.param(
            [B, C, D, E, F],
            ["line 1 has number 2, after number 0: a line was removed"],
            id="the first removed",
        ),
        pytest.param(
            [A, D, E, F],
            ["line 2 has number 4, after number 1: 2 lines were removed"],
            id="two removed",
        ),
        pytest.param(
            [A, EDITED, E, F],
            [f"line 2 {CHANGED}", "line 3 has number 5, after number 1: 2 lines were removed"],
            id="one edited and two removed",
        ),
        pytest.param(
            [A, EDITED, C, E, F],
            [f"line 2 {CHANGED}", "line 4 has number 5, after number 3: a line was removed"],
            id="one edited, and a later one removed",
        ),
        pytest.param([A, B, FOREIGN[2], C, D, E, F], [f"line 3 {CHANGED}"], id="inserted"),
        pytest.param([A, b"", B, C, D, E, F], ["line 2 is empty: somebody put it in"], id="empty"),
        pytest.param(
            [A, B, B, C, D, E, F],
            ["line 3 has number 2, after number 2: it was moved or copied here"],
            id="copied",
        ),
        pytest.param(
            [A, C, B, D, E, F],
            [
                "line 2 has number 3, after number 1: a line was removed",
                "line 3 has number 2, after number 3: it was moved or copied here",
            ],
            id="reordered",
        ),
        pytest.param([A, B[:20], B, C, D, E, F], [f"line 2 {NOT_WHOLE}"], id="torn, then repeated"),
        pytest.param([*LINES, b'{"seq":7'], [f"line 7 {NOT_WHOLE}"], id="torn at the end"),
        pytest.param([A, B, C, D, E, F[:9]], [f"line 6 {NOT_WHOLE}"], id="the last overwritten"),
        pytest.param(
            [A, B, C, D, E],
            ["number 6 was written last: a line was removed at the end"],
            id="cut by one",
        ),
        pytest.param([], ["number 6 was written last: 6 lines were removed at the end"], id="gone"),
        pytest.param(
            [A, B, FOREIGN[2]],
            [f"line 3 {CHANGED}", "number 6 was written last: 3 lines were removed at the end"],
            id="cut and filled up",
        ),
    ],
)
def test_what_was_done_to_the_lines_is_told(lines: list[bytes], expected: list[str]) -> None:
    assert told(lines) == expected


@pytest.mark.parametrize(
    "same",
    [
        pytest.param(C.replace(b",", b", ", 1), id="spaces"),
        pytest.param(b'{"event":"nothing",' + C[1:], id="a key twice"),
        pytest.param(C.replace(b"p-3", rb"p\u002d3"), id="escapes"),
        pytest.param(C + b" ", id="at the end"),
    ],
)
def test_a_line_that_only_looks_different_was_changed_as_well(same: bytes) -> None:
    assert orjson.loads(same) == orjson.loads(C)
    assert told([A, B, same, D, E, F]) == [f"line 3 {CHANGED}"]


@pytest.mark.parametrize("line", [b"[1]", b"7", b'"mac"', b"null", b"{", b"\xff"])
def test_what_is_no_object_is_no_line(line: bytes) -> None:
    assert told([A, B, line, D, E, F]) == [f"line 3 {NOT_WHOLE}"]


def test_a_key_that_is_not_this_one_fits_no_line_and_no_end() -> None:
    wrong = list(faults(KEY, FOREIGN, sealed_end(b"x" * 32, FOREIGN_PLACES[-1])))
    assert wrong[:-1] == [f"line {number} {CHANGED}" for number in range(1, LENGTH + 1)]
    assert wrong[-1] == "the end of the chain was sealed with another key, or changed"


def test_lines_of_another_copy_do_not_fit_in() -> None:
    line, place = sealed_line(KEY, {"seq": 3, "event": "failed", "prev": PLACES[2].mac})
    assert told([A, B, line, D, E, F]) == [
        "line 4 follows another line than the one before it: it is of another copy of this audit"
    ]
    assert told([A, B, line], sealed_end(KEY, PLACES[3])) == [
        "number 3 is not the line that was written last: it is of another copy"
    ]
    assert told([A, B, line], sealed_end(KEY, place)) == []


def test_a_writer_that_was_stopped_before_it_sealed_the_end_broke_nothing() -> None:
    assert told(LINES, sealed_end(KEY, PLACES[-2])) == []
    assert told([A], sealed_end(KEY, START)) == []


def test_an_earlier_end_that_was_put_back_is_told() -> None:
    assert told(LINES, sealed_end(KEY, PLACES[-3])) == [
        "the end was sealed at number 4: an earlier seal was put back"
    ]


def test_an_end_that_is_gone_is_told() -> None:
    assert told(LINES, None) == [
        "the end of the chain is not sealed: the file that tells the last line is gone"
    ]


@pytest.mark.parametrize(
    "end", [b"", b"{}", b"[1]", END[:-4], END.replace(b'"seq":6', b'"seq":5'), b'{"seal":null}']
)
@pytest.mark.parametrize("lines", [[], LINES])
def test_an_end_that_was_changed_is_told(lines: list[bytes], end: bytes) -> None:
    assert told(lines, end) == ["the end of the chain was sealed with another key, or changed"]


def test_a_line_that_was_written_without_a_sealed_end_is_told_ever_after() -> None:
    fields = {"seq": 2, "event": "applied", "unsealed": True, "prev": PLACES[1].mac}
    line, place = sealed_line(KEY, fields)
    later, last = sealed_line(KEY, {"seq": 3, "event": "applied", "prev": place.mac})
    assert told([A, line, later], sealed_end(KEY, last)) == [
        "line 2 was written when the end was not sealed: lines before it may have been cut off"
    ]


def spelled(lines: Sequence[bytes]) -> bytes:
    return b"".join(line + b"\n" for line in lines)


@given(st.data())
def test_any_other_bytes_are_told(data: st.DataObject) -> None:
    whole = spelled(LINES)
    start = data.draw(st.integers(0, len(whole)))
    stop = data.draw(st.integers(start, min(len(whole), start + 400)))
    put = data.draw(st.binary(max_size=20) | st.sampled_from([*LINES, b"\n", b" ", whole]))
    touched = whole[:start] + put + whole[stop:]
    lines = touched.split(b"\n")
    read = lines if lines[-1] else lines[:-1]
    assert bool(told(read)) == (read != LINES)


@given(st.lists(st.sampled_from(LINES), max_size=LENGTH + 2))
def test_any_other_choice_or_order_of_lines_is_told(lines: list[bytes]) -> None:
    assert bool(told(lines)) == (lines != LINES)


@given(odd=st.recursive(st.none() | st.integers(-9, 9) | st.text(), st.lists, max_leaves=4))
@pytest.mark.parametrize("field", ["seq", "prev", "mac", "unsealed"])
def test_a_field_of_any_form_is_told(field: str, odd: object) -> None:
    forged = orjson.dumps({**orjson.loads(C), field: odd})
    assert forged == C or told([A, B, forged, D, E, F]) == [f"line 3 {CHANGED}"]
