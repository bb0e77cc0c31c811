"""The ignore file and the baseline of `clusterwright diagnose`, as a script sees them."""

import json
import os
import signal
import subprocess
from pathlib import Path

import pytest
from click.testing import Result

from tests.cli import diagnosed
from tests.cli.interruptible import COMMAND

ENTRY = """\
- code: pod/image-not-found
  subject: Deployment/shop/*
  owner: shop
  reason: Comes with the release.
  expires: 2999-12-31
"""


def diagnose(mode: str, *options: str) -> Result:
    return diagnosed.diagnose("--server", diagnosed.spec(mode), *options)


def test_what_the_ignore_file_of_the_directory_names_is_counted_and_fails_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    Path(".clusterwright-ignore.yaml").write_text(ENTRY, encoding="utf-8")
    result = diagnose("broken")
    assert (result.exit_code, result.stderr) == (
        0,
        "Note: .clusterwright-ignore.yaml is heeded: 1 ignored\n",
    )
    assert result.stdout == (
        "No problems found beyond what is ignored.\n"
        "ignored   1: pod/image-not-found on Deployment/shop/cart (shop, until 2999-12-31)\n"
        "checked   cluster dev: 7 Pod\n"
    )


def test_entries_that_are_over_or_match_nothing_are_told(tmp_path: Path) -> None:
    file = tmp_path / "ours.yaml"
    over, other = ENTRY.replace("2999", "2020"), ENTRY.replace("image", "imaeg")
    file.write_text(over + other, encoding="utf-8")
    result = diagnose("broken", "--ignore-file", str(file))
    assert result.exit_code == 1
    assert result.stderr.splitlines() == [
        f"Note: {file} is heeded: 0 ignored",
        f"Note: {file}, entry 1 (line 1) of shop expired on 2020-12-31 and ignores nothing; "
        "it names 1 root cause here",
        f"Note: {file}, entry 2 (line 6) of shop matches nothing: is it over, or misspelt?",
    ]


def test_only_what_is_new_since_a_baseline_is_told(tmp_path: Path) -> None:
    file = tmp_path / "before.json"
    written = diagnose("broken", "-o", "json", "--output-file", str(file))
    assert (written.exit_code, written.stdout) == (1, "")
    same = diagnose("broken", "--baseline", str(file))
    assert (same.exit_code, same.stdout.splitlines()[:2]) == (
        0,
        ["No new problems found.", "known     1: pod/image-not-found on Deployment/shop/cart"],
    )
    well = json.loads(diagnose("healthy", "--baseline", str(file), "-o", "json").stdout)
    assert [(one["why"], one["subject"]) for one in well["set_aside"]] == [
        ("gone", "Deployment/shop/cart")
    ]


def test_a_baseline_does_not_call_gone_what_could_not_be_looked_at(tmp_path: Path) -> None:
    file = tmp_path / "before.json"
    diagnose("broken", "-o", "json", "--output-file", str(file))
    result = diagnose("partial", "--baseline", str(file))
    assert "gone" not in result.stdout
    assert result.stderr == (
        "Note: less was seen of dev than for the baseline: what is gone is not told\n"
    )


@pytest.mark.parametrize(
    ("option", "content", "said"),
    [
        ("--baseline", None, "does not exist"),
        ("--baseline", "{}", "is no diagnosis: verdict: Field required"),
        ("--ignore-file", None, "does not exist"),
        ("--ignore-file", "- code: a/b\n", "entry 1 (line 1): 'owner' is missing;"),
        ("--ignore-file", "\xff", "is not a list"),
    ],
)
def test_a_file_that_cannot_be_used_is_wrong_usage_before_anything_is_asked(
    tmp_path: Path, option: str, content: str | None, said: str
) -> None:
    file = tmp_path / "file"
    if content is not None:
        file.write_text(content, encoding="utf-8")
    result = diagnose("broken", option, str(file))
    assert (result.exit_code, result.stdout) == (2, "")
    assert said in result.stderr


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (["--watch", "-o", "html"], "--watch prints lines; with -o text or -o json only"),
        (["--output-file", "/nowhere/report"], "/nowhere/report cannot be written: No such file"),
        (["--fail-on", "error"], "'error' is not one of"),
    ],
)
def test_options_that_do_not_go_together_are_wrong_usage(options: list[str], said: str) -> None:
    result = diagnose("broken", *options)
    assert (result.exit_code, result.stdout) == (2, "")
    assert said in result.stderr


@pytest.mark.parametrize(("fail_on", "status"), [("critical", 0), ("info", 1), ("never", 0)])
def test_the_severity_to_fail_on_can_be_chosen(fail_on: str, status: int) -> None:
    assert diagnose("broken", "--fail-on", fail_on).exit_code == status


def test_a_watch_leaves_out_what_is_ignored_and_says_that_it_heeds_a_file(tmp_path: Path) -> None:
    file = tmp_path / "ours.yaml"
    file.write_text(ENTRY, encoding="utf-8")
    argv = [*COMMAND, "diagnose", "--watch", "--server", diagnosed.spec("broken")]
    with subprocess.Popen(
        [*argv, "--ignore-file", str(file)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env={**os.environ, "PYTHONUNBUFFERED": "1"},
        text=True,
    ) as process:
        assert process.stderr is not None
        told = [process.stderr.readline(), process.stderr.readline()]
        process.send_signal(signal.SIGINT)
        out, _ = process.communicate(timeout=60)
    assert told[0] == f"Note: {file} is heeded: 1 ignored\n"
    assert "watching; 0 root causes now" in told[1]
    assert out == ""
