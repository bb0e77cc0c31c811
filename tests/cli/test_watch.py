"""What `diagnose --watch` prints of each change."""

import json
import os
import signal
import subprocess
from datetime import UTC, datetime
from functools import partial

import anyio
import pytest
from click import unstyle

from clusterwright.agents.diagnose.correlate import correlate
from clusterwright.agents.diagnose.diagnosis import Diagnosis
from clusterwright.agents.diagnose.gather import Answered
from clusterwright.agents.diagnose.watch import Change, What
from clusterwright.cli.watch import as_line, as_record, follow
from clusterwright.tools.coverage import Coverage, Gap
from tests.agents.found import answered, finding
from tests.cli.diagnosed import spec
from tests.cli.interruptible import COMMAND

NOON = datetime(2026, 11, 23, 12, 0, 5, tzinfo=UTC)
[ROOT] = correlate([answered(finding("pod/crash-loop", "Deployment/shop/cart"))]).root_causes


def test_a_line_tells_when_what_how_bad_and_where() -> None:
    assert unstyle(as_line(Change(What.GONE, ROOT), NOON)) == (
        "12:00:05  gone    WARNING pod/crash-loop on Deployment/shop/cart:"
        " pod/crash-loop on Deployment/shop/cart"
    )


def test_a_line_cannot_steer_a_terminal() -> None:
    nasty = ROOT.model_copy(update={"title": "a\x1b[2Jb\nc"})
    said = as_line(Change(What.NEW, nasty), NOON)
    assert "\x1b[2J" not in said
    assert "\n" not in said


def test_a_record_is_one_versioned_line() -> None:
    record = json.loads(as_record(Change(What.FOLDED, ROOT, ROOT), NOON))
    assert (record["schema"], record["what"], record["at"], record["explained_by"]) == (
        "clusterwright.change/v1",
        "folded",
        "2026-11-23T12:00:05+00:00",
        ROOT.id,
    )
    assert record["root_cause"]["code"] == "pod/crash-loop"


def test_a_watch_goes_on_until_it_is_interrupted() -> None:
    argv = [*COMMAND, "diagnose", "--watch", "--server", spec("broken")]
    with subprocess.Popen(
        [*argv, "-o", "json"], stdout=subprocess.PIPE, env={**os.environ, "PYTHONUNBUFFERED": "1"}
    ) as process:
        assert process.stdout is not None
        first = json.loads(process.stdout.readline())
        process.send_signal(signal.SIGINT)
        assert process.wait(timeout=30) == 130
    assert (first["what"], first["root_cause"]["subject"]) == ("new", "Deployment/shop/cart")


def test_who_did_not_answer_is_named_once_and_again_when_they_do(
    capsys: pytest.CaptureFixture[str],
) -> None:
    gap = Gap(what="server helm", reason="no answer within 20 s")
    silent = Answered("helm", "", coverage=Coverage(gaps=(gap,)), failed=True)
    partly, whole = correlate([answered(), silent]), correlate([answered()])
    left = [partly, partly, whole]

    async def look() -> Diagnosis:
        if not left:
            raise EOFError
        return left.pop(0)

    with pytest.raises(EOFError):
        anyio.run(partial(follow, look, seconds=0, as_json=False))
    assert [line.split("  ", 1)[1] for line in capsys.readouterr().err.splitlines()] == [
        "watching; 0 root causes now; Ctrl-C ends",
        "not all could be checked: helm did not answer",
        "all can be checked again",
    ]
