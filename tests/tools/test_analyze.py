from collections.abc import Iterable, Sequence
from datetime import UTC, datetime

import pytest

from clusterwright.tools.analyze import Analysis, analyze
from clusterwright.tools.analyzer import (
    Analyzer,
    Fulfilled,
    LogRequest,
    Request,
    Suspicion,
)
from clusterwright.tools.finding import Finding, LogEvidence, Severity
from clusterwright.tools.ref import Ref
from clusterwright.tools.snapshot import Snapshot

pytestmark = pytest.mark.anyio
EMPTY = Snapshot("test", datetime(2026, 1, 1, tzinfo=UTC), {})


def suspicion(
    name: str, *, owner: Ref | None = None, title: str = "t", severity: Severity = Severity.WARNING
) -> Suspicion:
    pod = Ref("Pod", name, "shop")
    request = LogRequest(pod, "app")
    line = LogEvidence(ref=pod, container="app", line=f"log of {name}")
    finding = Finding(
        code="pod/crash-loop",
        severity=severity,
        subject=owner or pod,
        title=title,
        evidence=(line,),
        members=(pod,),
    )
    return Suspicion(finding, (request,))


async def run(*suspicions: Suspicion, asked: list[Request] | None = None) -> Analysis:
    async def fulfil(requests: Sequence[Request]) -> Fulfilled:
        (asked if asked is not None else []).extend(requests)
        return Fulfilled()

    analyzer = Analyzer("crash", ("pod/crash-loop",), ("Pod",), lambda _: suspicions)
    return await analyze(EMPTY, [analyzer], fulfil)


async def test_pods_of_one_owner_are_one_finding_and_one_request_for_evidence() -> None:
    owner = Ref("Deployment", "cart", "shop")
    asked: list[Request] = []
    result = await run(*(suspicion(f"cart-{i}", owner=owner) for i in range(50)), asked=asked)
    (finding,) = result.findings
    assert len(finding.members) == 50
    assert len(asked) == 1


async def test_bare_pods_with_the_same_cause_are_one_finding() -> None:
    result = await run(suspicion("a"), suspicion("b"), suspicion("c", title="another"))
    assert sorted(len(f.members) for f in result.findings) == [1, 2]


async def test_the_worst_comes_first_and_the_order_is_stable() -> None:
    critical = suspicion("z", title="z", severity=Severity.CRITICAL)
    first = await run(suspicion("a"), critical, suspicion("b", title="b"))
    second = await run(critical, suspicion("b", title="b"), suspicion("a"))
    assert first.findings == second.findings
    assert str(first.findings[0].subject) == "Pod/shop/z"


async def test_evidence_of_the_worst_is_asked_for_first() -> None:
    asked: list[Request] = []
    critical = suspicion("z", title="z", severity=Severity.CRITICAL)
    await run(suspicion("a"), critical, asked=asked)
    assert [one.pod.name for one in asked if isinstance(one, LogRequest)] == ["z", "a"]


async def test_evidence_that_was_left_out_is_a_gap() -> None:
    async def fulfil(_: Sequence[Request]) -> Fulfilled:
        return Fulfilled(left_out=1)

    good = Analyzer("good", ("pod/crash-loop",), ("Pod",), lambda _: [suspicion("a")])
    (gap,) = (await analyze(EMPTY, [good], fulfil)).gaps
    assert (gap.what, gap.reason[:6]) == ("evidence", "1 of 1")


async def test_a_failing_analyzer_is_a_gap_and_costs_no_other_finding() -> None:
    def broken(_: Snapshot) -> Iterable[Suspicion]:
        raise KeyError("spec")

    good = Analyzer("good", ("pod/crash-loop",), ("Pod",), lambda _: [suspicion("a")])
    bad = Analyzer("bad", (), (), broken)

    async def fulfil(_: Sequence[Request]) -> Fulfilled:
        return Fulfilled()

    result = await analyze(EMPTY, [bad, good], fulfil)
    assert [str(f.subject) for f in result.findings] == ["Pod/shop/a"]
    assert [g.what for g in result.gaps] == ["analyzer bad"]


async def test_refine_may_drop_a_finding() -> None:
    dropping = Analyzer(
        "drop", (), (), lambda _: [suspicion("a")], refine=lambda _suspicion, _fulfilled: None
    )

    async def fulfil(_: Sequence[Request]) -> Fulfilled:
        return Fulfilled()

    assert (await analyze(EMPTY, [dropping], fulfil)).findings == ()
