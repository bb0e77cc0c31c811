"""What a report on a terminal says of several clusters."""

from io import StringIO

from rich.console import Console

from clusterwright.agents.diagnose.correlate import correlate
from clusterwright.agents.diagnose.gather import Answered, failure
from clusterwright.agents.report.terminal import render
from clusterwright.tools.coverage import Gap
from clusterwright.tools.errors import UnreachableError
from tests.agents.found import answered, finding

CRASH = finding("pod/crash-loop", "Deployment/shop/cart")
AWAY = failure("kubernetes", "k8s_get", UnreachableError("no route"), "b", what="cluster b")


def told(*answers: Answered) -> list[str]:
    out = StringIO()
    render(correlate(answers), Console(file=out, width=200, highlight=False))
    return out.getvalue().splitlines()


def starting(lines: list[str], *words: str) -> list[str]:
    return [line.strip() for line in lines if line.strip().startswith(words)]


def test_each_root_cause_is_told_with_its_cluster() -> None:
    lines = told(answered(CRASH, cluster="a"), answered(CRASH, cluster="b"))
    assert starting(lines, "cluster ") == ["cluster   a", "cluster   b"]


def test_of_one_cluster_there_is_no_need_to() -> None:
    assert starting(told(answered(CRASH)), "cluster ") == []


def test_what_was_not_read_is_told_with_its_cluster() -> None:
    gap = Gap(what="Secret", reason="forbidden")
    lines = told(answered(cluster="a", gaps=(gap,)), AWAY)
    assert starting(lines, "unchecked") == [
        "unchecked  a: Secret: forbidden",
        "unchecked  cluster b: no route",
    ]


def test_many_clusters_that_were_read_are_counted() -> None:
    lines = told(*(answered(cluster=f"c{i}") for i in range(200)))
    assert starting(lines, "checked") == [
        "checked   200 clusters: 3000 objects, by kind with -o json"
    ]


def test_of_many_gaps_the_first_are_told() -> None:
    gap = Gap(what="Secret", reason="forbidden")
    lines = told(*(answered(cluster=f"c{i}", gaps=(gap,)) for i in range(40)))
    assert len(starting(lines, "unchecked")) == 30
    assert lines[-1].strip() == "and 10 more, all of them with -o json"
