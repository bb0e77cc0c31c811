"""A trial asked about through the hub, at a server that answers from a script."""

from collections.abc import Awaitable, Callable, Sequence

import anyio
import pytest
from mcp.server import MCPServer
from mcp.server.mcpserver.exceptions import ToolError as McpToolError
from pydantic import BaseModel

from clusterwright.agents.hub import Hub, connect
from clusterwright.cli.judge import trial as trials
from clusterwright.cli.judge.patience import PATIENCE, Patience
from clusterwright.cli.judge.report import Row
from clusterwright.cli.judge.trial import Trial, ask, listen, settle
from clusterwright.deploy.sandbox.scenario.load import load
from clusterwright.tools.coverage import Coverage
from clusterwright.tools.finding import Finding
from tests.agents.found import finding

FAULT = load("quota").render(1)
TRAP = load("old-replicasets").render(1)
WIDE = load("cordoned-node").render(1)
TOLD = finding(FAULT.truth[0].code, str(FAULT.truth[0].subject))
FALSE = finding("pod/crash-loop", "Deployment/elsewhere/other")


class Answer(BaseModel):
    cluster: str = "sandbox"
    findings: list[Finding]
    coverage: Coverage = Coverage()


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(trials, "_SECONDS_BETWEEN_CALLS", 0.0)
    short = Patience(broken=2.0, told=2.0, healed=2.0, silent=2.0)
    monkeypatch.setitem(PATIENCE, "kubernetes", short)


def judged(
    judge: Callable[[Hub, Sequence[Trial]], Awaitable[None]],
    trial: Trial,
    *answers: Sequence[Finding],
) -> Row:
    """Return a trial's row after calls that got these answers in turn, the last one for ever."""
    left = list(answers)
    server = MCPServer("scripted")

    async def k8s_find_problems(namespace: str | None = None) -> Answer:
        if namespace != trial.namespace:
            raise McpToolError(f"asked about {namespace}")
        if not answers:
            raise McpToolError("[unreachable] no API server")
        return Answer(findings=list(left.pop(0) if len(left) > 1 else left[0]))

    server.tool(structured_output=True)(k8s_find_problems)

    async def run() -> None:
        async with connect({"kubernetes": server}) as hub:
            await judge(hub, [trial])

    anyio.run(run)
    return trial.row


def test_a_fault_that_is_told_at_once_is_neither_missed_nor_wrong() -> None:
    row = judged(ask, Trial(FAULT), [TOLD])
    assert (row.missed, row.wrong, row.failure) == ((), [], "")


def test_a_fault_may_be_told_a_little_later() -> None:
    assert judged(ask, Trial(FAULT), [], [], [TOLD]).missed == ()


def test_a_fault_that_is_never_told_is_missed() -> None:
    assert judged(ask, Trial(FAULT), []).missed == FAULT.truth


def test_a_wrong_finding_counts_even_if_it_goes_away() -> None:
    assert judged(ask, Trial(FAULT), [TOLD, FALSE], [TOLD]).wrong == [FALSE]


def test_a_trap_must_be_silent_when_asked() -> None:
    assert judged(ask, Trial(TRAP), []).wrong == []
    assert judged(ask, Trial(TRAP), [FALSE]).wrong == [FALSE]


def test_a_healed_fault_may_be_told_until_it_falls_silent() -> None:
    row = judged(listen, Trial(FAULT), [TOLD], [TOLD], [])
    assert row.silent is not None
    assert row.wrong == []


def test_a_healed_fault_that_is_told_for_ever_is_wrong() -> None:
    row = judged(listen, Trial(FAULT), [TOLD])
    assert (row.silent, row.wrong) == (None, [TOLD])


def test_a_server_that_fails_is_the_failure_of_the_trial() -> None:
    assert "no API server" in judged(ask, Trial(FAULT)).failure


def test_what_never_developed_is_not_asked_about() -> None:
    late = Trial(FAULT)
    late.row.failure = "not as declared in time"
    assert judged(ask, late, [FALSE]).wrong == []


def test_what_an_earlier_one_left_behind_is_waited_for_and_is_not_wrong() -> None:
    row = judged(settle, Trial(WIDE), [FALSE], [FALSE], [])
    assert (row.failure, row.wrong) == ("", [])


def test_a_cluster_that_was_unwell_before_is_said_and_not_judged() -> None:
    row = judged(settle, Trial(WIDE), [FALSE])
    assert row.failure.endswith(
        "before anything was broken: pod/crash-loop on " + str(FALSE.subject)
    )
    assert not row.right


def test_a_scenario_with_a_namespace_of_its_own_waits_for_nothing() -> None:
    assert judged(settle, Trial(FAULT), [FALSE]).failure == ""
