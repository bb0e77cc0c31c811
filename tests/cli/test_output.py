"""Forms of a diagnosis on standard output and in files, and the status that it ends with."""

import json
import os
import stat
from pathlib import Path

import pytest

from clusterwright.agents.diagnose.correlate import correlate
from clusterwright.agents.diagnose.diagnosis import Diagnosis
from clusterwright.agents.diagnose.gather import Answered
from clusterwright.agents.report.document import to_json
from clusterwright.agents.report.html import to_html
from clusterwright.cli.diagnose import NEVER, exit_status
from clusterwright.cli.output import DOCUMENTS, TEXT, show, write_whole
from clusterwright.tools.errors import InvalidInputError
from clusterwright.tools.finding import Severity
from tests.agents.found import answered, finding
from tests.agents.report.cases import SECRETS, UNANSWERED, problems


def found(severity: Severity, *others: Answered) -> Diagnosis:
    return correlate([answered(finding("pod/crash-loop", "Pod/a/b", severity=severity)), *others])


NONE = correlate([answered()])
CRITICAL, WARNING, INFO = (found(severity) for severity in Severity)
PARTIAL = correlate([answered(gaps=(SECRETS,))])


@pytest.mark.parametrize(
    ("diagnosis", "fail_on", "status"),
    [
        (NONE, "info", 0),
        (INFO, "warning", 0),
        (INFO, "info", 1),
        (WARNING, "critical", 0),
        (WARNING, "warning", 1),
        (CRITICAL, "critical", 1),
        (CRITICAL, NEVER, 0),
        (correlate([UNANSWERED]), NEVER, 2),
        (found(Severity.WARNING, UNANSWERED), "warning", 1),
        (found(Severity.WARNING, UNANSWERED), "critical", 2),
        (found(Severity.WARNING, UNANSWERED), NEVER, 2),
    ],
)
def test_the_status_is_1_from_the_chosen_severity_on_and_2_where_not_all_were_asked(
    diagnosis: Diagnosis, fail_on: str, status: int
) -> None:
    assert exit_status(diagnosis, strict=False, fail_on=fail_on) == status


@pytest.mark.parametrize("fail_on", [*Severity, NEVER])
def test_strict_wants_everything_read_whatever_is_failed_on(fail_on: str) -> None:
    assert exit_status(PARTIAL, strict=True, fail_on=fail_on) == 2


@pytest.mark.parametrize("output", [TEXT, *DOCUMENTS])
def test_a_file_holds_what_is_printed_and_standard_error_the_verdict(
    output: str, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "100")
    show(problems(), output)
    printed = capsys.readouterr().out
    show(problems(), output, tmp_path / "report")
    told = capsys.readouterr()
    assert (tmp_path / "report").read_text(encoding="utf-8") == printed
    assert told.out == ""
    assert told.err == (
        f"2 root causes, 1 symptom folded under. Written to {tmp_path / 'report'}.\n"
    )


def test_documents_are_what_they_are_called(capsys: pytest.CaptureFixture[str]) -> None:
    def printed(output: str) -> str:
        show(problems(), output)
        return capsys.readouterr().out

    assert Diagnosis.model_validate_json(printed("json")) == problems()
    assert json.loads(printed("sarif"))["version"] == "2.1.0"
    assert printed("junit").startswith('<?xml version="1.0" encoding="UTF-8"?>\n<testsuites ')
    assert printed("html").startswith("<!DOCTYPE html>\n<html")
    assert printed("markdown").startswith("# Diagnosis\n")


def test_a_file_is_replaced_whole_and_nothing_else_is_left(tmp_path: Path) -> None:
    file = tmp_path / "report.json"
    file.write_text("old", encoding="utf-8")
    write_whole(file, "new")
    assert file.read_text(encoding="utf-8") == "new"
    assert list(tmp_path.iterdir()) == [file]


def test_a_link_stays_one_and_its_file_is_replaced(tmp_path: Path) -> None:
    link = tmp_path / "latest"
    link.symlink_to(tmp_path / "one.html")
    write_whole(link, "new")
    assert link.is_symlink()
    assert (tmp_path / "one.html").read_text(encoding="utf-8") == "new"


def test_a_pipe_is_written_to_and_not_replaced(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    reader = os.open(pipe, os.O_RDONLY | os.O_NONBLOCK)
    write_whole(pipe, "new")
    assert os.read(reader, 10) == b"new"
    os.close(reader)
    assert stat.S_ISFIFO(pipe.stat().st_mode)


@pytest.mark.parametrize("place", ["missing/report.json", "."])
def test_a_file_that_cannot_be_written_is_told(place: str, tmp_path: Path) -> None:
    with pytest.raises(InvalidInputError, match=r"cannot be written: "):
        show(problems(), "json", tmp_path / place)


def test_equal_diagnoses_give_equal_bytes() -> None:
    again = Diagnosis.model_validate_json(to_json(problems()))
    assert {name: write(again) for name, write in DOCUMENTS.items()} == {
        name: write(problems()) for name, write in DOCUMENTS.items()
    }
    assert to_html(again) == to_html(problems())
