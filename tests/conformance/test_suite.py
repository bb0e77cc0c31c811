"""How the suite's output is read: a scenario without a check has not passed."""

from tests.conformance.suite import Scores, read

PRINTED = """\
=== SUMMARY ===
✓ ping: 2 passed, 0 failed
✗ tools-list: 3 passed, 1 failed
✓ initialize: 0 passed, 0 failed
✓ auth/basic-cimd: 11 passed, 0 failed

Not scored for 2025-11-25: 1 scenario(s) run, 1 failing.
  ✓ ping (pending)
"""


def test_a_scenario_passed_if_a_check_did_and_none_failed() -> None:
    names = ("initialize", "tools-list", "ping")
    assert read(PRINTED, names) == {"ping"}
    assert read(PRINTED, ("auth/basic-cimd",)) == {"auth/basic-cimd"}


def test_what_was_not_run_has_not_passed() -> None:
    scores = Scores(("ping", "caching"), read(PRINTED, ("ping", "caching")), PRINTED)
    assert scores.failed == ("caching",)
    assert str(scores) == "1/2"
