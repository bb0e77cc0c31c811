import io

import pytest
from rich.console import Console
from rich.live import Live

from clusterwright.deploy.sandbox.parts.progress import (
    LiveReport,
    PlainReport,
    duration,
    report_to,
)
from clusterwright.deploy.sandbox.parts.report import Report, reporting


def test_a_stream_that_is_no_terminal_gets_plain_lines() -> None:
    stream = io.StringIO()
    with report_to(stream) as report, reporting(report, "etcd") as note:
        note("compiled 7 packages")  # too soon after the line before to be worth one
    assert stream.getvalue() == "etcd: under way\netcd: ready after 0.0 s\n"


def test_with_nothing_to_make_nothing_is_written() -> None:
    stream = io.StringIO()
    with report_to(stream):
        pass
    assert stream.getvalue() == ""


def test_a_part_that_fails_is_reported_as_failed_and_the_error_goes_on() -> None:
    stream = io.StringIO()
    with pytest.raises(RuntimeError), reporting(PlainReport(stream), "etcd"):
        raise RuntimeError
    assert stream.getvalue() == "etcd: under way\netcd: failed after 0.0 s\n"


def test_a_terminal_shows_each_part_with_its_state_and_what_is_being_done() -> None:
    console = Console(file=io.StringIO(), width=60, force_terminal=True, color_system=None)
    report = LiveReport(Live(console=console, auto_refresh=False))
    as_protocol: Report = report
    for part in ("etcd", "kubelet", "kwok"):
        as_protocol.start(part)
    as_protocol.note("etcd", "compiled 7 packages, now a/very/long/name/that/would/not/fit/on/it")
    as_protocol.done("kubelet")
    as_protocol.failed("kwok")
    report.live.stop()
    with console.capture() as capture:
        console.print(report)
    etcd, kubelet, kwok = (line.rstrip() for line in capture.get().splitlines())
    assert "etcd    0.0 s compiled 7 packages, now" in etcd
    assert etcd.endswith("…")
    assert kubelet == "✓ kubelet 0.0 s"
    assert kwok == "✗ kwok    0.0 s"


@pytest.mark.parametrize(
    ("seconds", "text"), [(0.04, "0.0 s"), (9.94, "9.9 s"), (59.4, "59 s"), (252, "4 min 12 s")]
)
def test_times_read_as_a_person_would_say_them(seconds: float, text: str) -> None:
    assert duration(seconds) == text
