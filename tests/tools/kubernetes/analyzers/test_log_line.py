import pytest

from clusterwright.tools.kubernetes.analyzers.log_line import LONGEST_LINE, telling
from tests.effort import grows_linearly


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        (["listening on 8080", "FATAL: no config", "bye"], "FATAL: no config"),
        (
            ["Traceback (most recent call last):", '  File "a.py", line 1', "ValueError: bad port"],
            "ValueError: bad port",
        ),
        (["panic: nil map", "", "goroutine 1 [running]:"], "panic: nil map"),
        (["2026-01-01T12:00:00.1Z ERROR: cannot bind", "INFO exiting"], "ERROR: cannot bind"),
        (["\x1b[31mERROR\x1b[0m no config", "shutting down"], "ERROR no config"),
        (
            ['{"level":"info","msg":"a"}', '{"level":"error","msg":"b"}'],
            '{"level":"error","msg":"b"}',
        ),
        (
            ['unknown mode "x"', "usage: tool MODE", "  serve  answer (--port is required)"],
            'unknown mode "x"',
        ),
        (
            ["usage: tool [-h]", "tool: error: the following arguments are required: port"],
            "tool: error: the following arguments are required: port",
        ),
        (["first", "last"], "last"),
        ([], ""),
        (["", "  "], ""),
    ],
)
def test_the_line_that_tells_the_cause_is_picked(lines: list[str], expected: str) -> None:
    assert telling(lines) == expected


def test_endless_lines_cost_nothing() -> None:
    def work(size: int) -> str:
        return telling(["error " * size, "a" * (5 * size)])

    assert len(work(1_000_000)) <= LONGEST_LINE
    assert grows_linearly(work, 250_000)
