"""The judge's rows, its table and its last line."""

from clusterwright.cli.judge.report import JudgeReport, Row
from clusterwright.cli.judge.table import table
from clusterwright.deploy.sandbox.scenario.play import Truth
from clusterwright.tools.ref import Ref
from tests.agents.found import finding

FOUND = Row("bad-image", trap=False, developed=12.4, silent=3.0)
MISSED = Row(
    "quota",
    trap=False,
    developed=4.0,
    missed=(Truth(code="workload/quota-exceeded", subject=Ref.parse("Deployment/a/b")),),
    silent=1.0,
)
LOUD = Row("retried-job", trap=True, developed=9.0, wrong=[finding("pod/crash-loop", "Job/a/b")])
QUIET = Row("old-replicasets", trap=True, developed=2.0)
LATE = Row("liveness-probe", trap=False, failure="not as declared in time: Pod any: $.x")
UNHEALED = Row("registry-auth", trap=False, developed=7.0)


def test_a_fault_is_right_when_told_alone_and_silent_after_the_cure() -> None:
    assert [row.right for row in (FOUND, MISSED, LATE, UNHEALED)] == [True, False, False, False]


def test_a_trap_is_right_when_nothing_is_told() -> None:
    assert [row.right for row in (QUIET, LOUD)] == [True, False]


def test_the_last_line_counts_faults_and_traps() -> None:
    report = JudgeReport([FOUND, MISSED, LOUD, QUIET, LATE])
    assert report.summary() == "scenarios: 1 faults found of 3, 1 traps silent of 2"
    assert not report.right


def test_no_scenario_at_all_is_not_right() -> None:
    assert not JudgeReport([]).right
    assert JudgeReport([FOUND, QUIET]).right


def test_a_row_each_and_below_it_what_went_wrong() -> None:
    assert table([QUIET, LOUD, LATE, MISSED, FOUND]) == "\n".join(
        [
            "SCENARIO         DEVELOPED  FOUND       WRONG  HEALED AND SILENT",
            "bad-image        12 s       found       0      3 s",
            "liveness-probe   no         not judged  0      no",
            "  not as declared in time: Pod any: $.x",
            "quota            4 s        missed      0      1 s",
            "  missed: workload/quota-exceeded on Deployment/a/b",
            "old-replicasets  2 s        silent      0      -",
            "retried-job      9 s        reported    1      -",
            "  wrong: pod/crash-loop on Job/a/b: pod/crash-loop on Job/a/b",
        ]
    )
