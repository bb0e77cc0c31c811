"""What a run of helm says, told apart from its log and without secrets."""

from clusterwright.tools.helm.client.ran import Ran

SCHEMA = """\
level=WARN msg="unable to find exact version; falling back" chart=web
Error: INSTALLATION FAILED: values don't meet the specifications of the schema(s):
web:
- at '/replicas': got string, want integer
"""


def failed(said: str, status: int = 1, *, timed_out: bool = False) -> Ran:
    return Ran(status, "", said, 12.3, timed_out)


def test_the_error_is_what_follows_the_word_error_over_all_its_lines() -> None:
    assert failed(SCHEMA).error == (
        "INSTALLATION FAILED: values don't meet the specifications of the schema(s):\n"
        "web:\n- at '/replicas': got string, want integer"
    )


def test_lines_of_the_log_are_apart_from_it() -> None:
    klog = "E1123 10:00:00.123456   77 reflector.go:200] failed to watch"
    ran = failed(f"{klog}\nError: no\nlevel=ERROR msg=late\n")
    assert ran.error == "no"
    assert ran.log == (klog, "level=ERROR msg=late")


def test_success_has_no_error_whatever_is_logged() -> None:
    ran = Ran(0, "", "level=WARN msg=old\n", 1.0)
    assert (ran.ok, ran.error, ran.log) == (True, "", ("level=WARN msg=old",))


def test_a_secret_in_what_helm_says_is_blanked() -> None:
    said = failed(
        'Error: cannot patch: password=hunter2hunter2 is wrong\nlevel=INFO msg="token=ab1"'
    )
    assert "hunter2" not in said.error


def test_a_failure_without_the_word_error_tells_what_there_is() -> None:
    assert failed("panic: runtime error\n", 2).error == "panic: runtime error"
    assert failed("", -9).error == "helm ended with status -9 and said nothing"


def test_a_time_out_is_told_with_what_helm_said_at_its_end() -> None:
    late = failed("Error: release web failed: context canceled\n", timed_out=True)
    assert not late.ok
    assert late.error == (
        "helm did not end within 12 s and was stopped: release web failed: context canceled"
    )
    assert not failed("", 0, timed_out=True).ok
