"""What every report says alike: verdicts that are true, and on how many objects a cause is seen."""

import pytest

from clusterwright.agents.diagnose.correlate import correlate
from clusterwright.agents.diagnose.diagnosis import About, Diagnosis, Verdict
from clusterwright.agents.diagnose.gather import Answered
from clusterwright.agents.report.html import to_html
from clusterwright.agents.report.junit import to_junit
from clusterwright.agents.report.markdown import to_markdown
from clusterwright.agents.report.said import all_gap_lines, folded, verdict_line
from clusterwright.agents.report.sarif import to_sarif
from clusterwright.agents.serving.cause import brief
from clusterwright.tools.coverage import Coverage, Gap
from clusterwright.tools.ref import Ref
from tests.agents.found import answered, finding
from tests.agents.report.cases import CART, UNANSWERED, linked, unknown

_ALL = correlate([answered()])
_SOME = correlate([answered(), UNANSWERED])
_WEB = [Ref.parse(f"Pod/shop/web-{i}") for i in range(50)]


def asked(diagnosis: Diagnosis, *, well: bool | None) -> Diagnosis:
    """Return what is known of one object, of which no cause was found."""
    about = About(ref=CART, well=well, note="it could not be described")
    return diagnosis.model_copy(update={"about": about, "verdict": Verdict.UNKNOWN})


@pytest.mark.parametrize(
    ("diagnosis", "said"),
    [
        (unknown(), "Nothing could be checked."),
        (_SOME, "No problems found in what could be checked; a server could not be asked."),
        (asked(_ALL, well=False), "It is not well, and no cause was found."),
        (
            asked(_ALL, well=None),
            "No problems found in what could be checked; whether it is well could not be told.",
        ),
        (
            asked(_SOME, well=True),
            "No problems found in what could be checked; a server could not be asked.",
        ),
    ],
)
def test_what_is_not_known_is_said_with_its_reason(diagnosis: Diagnosis, said: str) -> None:
    assert verdict_line(diagnosis) == said


def test_what_a_part_that_failed_has_not_read_is_told_once() -> None:
    gap = Gap(what="page 2 of k8s_find_problems", reason="no route")
    part = Answered("k", "part of it", "dev", coverage=Coverage(gaps=(gap,)), failed=True)
    sources = correlate([answered(gaps=(gap,)), part]).sources
    assert all_gap_lines(sources) == ["page 2 of k8s_find_problems: no route"]


def test_what_has_one_reason_is_told_in_one_line() -> None:
    gaps = [Gap(what=f"{one}_find_problems", reason="no route") for one in ("k8s", "helm")]
    here = [answered(gaps=(one,)) for one in gaps]
    told = ["k8s_find_problems, helm_find_problems: no route"]
    assert all_gap_lines(correlate(here).sources) == told
    there = Answered("k", "k8s_find_problems", "other", coverage=Coverage(gaps=(gaps[0],)))
    assert all_gap_lines(correlate([*here, there]).sources) == [
        f"dev: {told[0]}",
        "other: k8s_find_problems: no route",
    ]
    lines = ["k8s_find_problems: no route", "Pod: forbidden", "helm_find_problems: no route", "x"]
    assert folded(lines) == [*told, "Pod: forbidden", "x"]


def test_symptoms_of_one_name_in_two_clusters_are_two() -> None:
    here = linked(("a", "b"))
    there = here.model_copy(update={"cluster": "other"})
    both = _ALL.model_copy(
        update={"verdict": Verdict.PROBLEMS, "root_causes": (here, there, there)}
    )
    assert verdict_line(both) == "3 root causes, 2 symptoms folded under."


def _web(members: list[str], left_out: int) -> Diagnosis:
    """Return a root cause that is seen on some objects, of which most are left out."""
    whole = correlate([answered(finding("pod/crash-loop", "Deployment/shop/web", members=members))])
    roots = tuple(one.model_copy(update={"more_members": left_out}) for one in whole.root_causes)
    return whole.model_copy(update={"root_causes": roots})


def test_objects_that_were_left_out_are_counted_everywhere() -> None:
    found = _web(["Pod/shop/web-0"], 49)
    assert "- Seen on: `Pod/shop/web-0` and 49 more\n" in to_markdown(found)
    assert "<dt>seen on</dt><dd><ul><li>Pod/shop/web-0</li><li>and 49 more</li>" in to_html(found)
    assert "\nseen on: Pod/shop/web-0 and 49 more\n" in to_junit(found)
    assert "\\nSeen on: Pod/shop/web-0 and 49 more\\n" in to_sarif(found)
    assert brief(found.root_causes[0], "dev", 0).objects == 50


def test_objects_that_are_not_shown_are_counted_with_those_left_out() -> None:
    found = _web([str(one) for one in _WEB], 10)
    assert "`Pod/shop/web-19` and 40 more\n" in to_markdown(found)
    assert "<li>Pod/shop/web-29</li><li>and 30 more</li>" in to_html(found)
    named = "Pod/shop/web-0, Pod/shop/web-1, Pod/shop/web-2 and 57 more"
    assert f"\nseen on: {named}\n" in to_junit(found)
    assert f"\\nSeen on: {named}\\n" in to_sarif(found)


def test_what_shows_itself_alone_needs_no_such_line() -> None:
    alone = _web(["Deployment/shop/web"], 0)
    written = (to_markdown(alone), to_html(alone), to_junit(alone), to_sarif(alone))
    assert not [text for text in written if "seen on" in text.lower()]
