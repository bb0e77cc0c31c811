"""What a person reads: golden text at 80 columns, colour only where the terminal has it."""

import io

import pytest
from rich.console import Console

from clusterwright.agents.diagnose.correlate import correlate
from clusterwright.agents.diagnose.diagnosis import Diagnosis
from clusterwright.agents.diagnose.gather import Answered
from clusterwright.agents.report.terminal import render
from clusterwright.tools.coverage import Coverage, Gap
from clusterwright.tools.finding import Severity
from tests.agents.found import answered, finding
from tests.agents.report.cases import BACKENDS, CRASH, MISSING, sifted
from tests.golden.compare import golden


def printed(diagnosis: Diagnosis, *, terminal: bool = False) -> str:
    out = io.StringIO()
    render(diagnosis, Console(file=out, width=80, force_terminal=terminal, highlight=False))
    return out.getvalue()


def test_golden_problems() -> None:
    text = printed(correlate([answered(CRASH, BACKENDS, MISSING)]))
    assert text == golden("report/problems.txt", text)


def test_golden_a_great_many_root_causes() -> None:
    """The rare cause is told in full, however many there are of the other."""
    many = [
        finding(
            "pod/node-selector-unmatched",
            f"Deployment/shop/app-{i:03d}",
            severity=Severity.CRITICAL,
            title='no node has the label "disk=nvme"',
        )
        for i in range(300)
    ]
    text = printed(correlate([answered(*many, MISSING)]))
    assert MISSING.title in text
    assert text == golden("report/many.txt", text)


def test_golden_partial_coverage() -> None:
    gap = Gap(what="Secret", reason="forbidden: user 'dev' may not list secrets")
    text = printed(correlate([answered(gaps=(gap,))]))
    assert text == golden("report/partial.txt", text)


def test_golden_could_not_check() -> None:
    gap = Gap(what="k8s_find_problems", reason="no answer within 60 s; is the API server up?")
    failed = Answered(
        "kubernetes", "k8s_find_problems", coverage=Coverage(gaps=(gap,)), failed=True
    )
    text = printed(correlate([failed]))
    assert text == golden("report/unknown.txt", text)


def test_golden_deepest_visible_cause() -> None:
    gap = Gap(what="Pod", reason="forbidden: user 'dev' may not list pods")
    text = printed(correlate([answered(BACKENDS, gaps=(gap,))]))
    assert text == golden("report/deepest.txt", text)


def test_golden_what_is_set_aside_is_counted() -> None:
    text = printed(sifted())
    assert text == golden("report/sifted.txt", text)


def test_of_many_kinds_those_with_most_objects_are_told() -> None:
    checked = {chr(ord("A") + i): i for i in range(20)}
    text = printed(correlate([answered(checked=checked)]))
    assert text.splitlines()[1:] == [
        "checked   cluster dev: 19 T, 18 S, 17 R, 16 Q, 15 P, 14 O, 13 N, and 13 more",
        "          kinds",
    ]


@pytest.mark.parametrize("member", ["Pod/shop/web-0", "Deployment/shop/web"])
def test_objects_that_were_left_out_are_counted(member: str) -> None:
    whole = correlate([answered(finding(CRASH.code, "Deployment/shop/web", members=[member]))])
    [root] = whole.root_causes
    cut = root.model_copy(update={"more_members": 49})
    text = printed(whole.model_copy(update={"root_causes": (cut,)}))
    assert f"   seen on   {member} and 49 more\n" in text


def test_no_line_is_wider_than_the_terminal() -> None:
    lines = printed(correlate([answered(CRASH, BACKENDS, MISSING)])).splitlines()
    assert max(len(line) for line in lines) <= 80


def test_colour_appears_on_a_terminal_only(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TERM", "xterm-256color")
    monkeypatch.delenv("NO_COLOR", raising=False)
    diagnosis = correlate([answered(CRASH)])
    assert "\x1b[" not in printed(diagnosis)
    assert "\x1b[1;31m" in printed(correlate([answered(BACKENDS)]), terminal=True)


def test_no_color_is_honoured_on_a_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TERM", "xterm-256color")
    monkeypatch.setenv("NO_COLOR", "1")
    assert "\x1b[1;31m" not in printed(correlate([answered(BACKENDS)]), terminal=True)


def test_markup_in_cluster_text_is_printed_as_it_is() -> None:
    odd = CRASH.model_copy(update={"title": "[bold]not markup[/bold] [/]"})
    assert "[bold]not markup[/bold] [/]" in printed(correlate([answered(odd)]))


def test_what_a_server_says_cannot_steer_the_terminal() -> None:
    hostile = "\x1b]0;owned\x07\x1b[2Jgone\u202e\n1. CRITICAL forged"
    odd = CRASH.model_copy(update={"title": hostile, "fixes": (hostile,)})
    text = printed(correlate([answered(odd, gaps=(Gap(what=hostile, reason=hostile),))]))
    assert not [one for one in ("\x1b", "\x07", "\u202e") if one in text]
    assert not [line for line in text.splitlines() if line.startswith("1. CRITICAL forged")]
