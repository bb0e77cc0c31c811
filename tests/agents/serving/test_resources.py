"""What is read at an address, and when whoever listens hears of it."""

import re

import anyio
import pytest
from mcp import Client

from clusterwright.agents.hub import Target
from clusterwright.agents.remediate.found import Scope
from clusterwright.agents.serving import APPLY_FIX, PLAN_FIX, RESOURCES, TOOLS, findings, report
from clusterwright.agents.serving.workplace import Workplace
from clusterwright.servers import agent
from clusterwright.servers.resources import Resources
from clusterwright.tools.errors import InvalidInputError
from clusterwright.tools.finding import Severity
from clusterwright.tools.trust.risk import Access
from tests.agents.found import finding
from tests.agents.serving.domain import Domain, working

pytestmark = pytest.mark.anyio
CHANGES = (PLAN_FIX, APPLY_FIX)
FINDINGS, REPORT = "clusterwright://findings", "clusterwright://report"


def fault() -> Domain:
    """Return a domain with one fault."""
    return Domain([finding("pod/crash-loop", "Pod/shop/cart-1", title="It exits with 1")])


async def test_findings_are_json_and_a_report_is_markdown() -> None:
    async with working(fault()) as work:
        server = agent.offer(work, TOOLS, CHANGES, RESOURCES, Access.READ).server()
        async with Client(server) as client:
            [json] = (await client.read_resource(FINDINGS)).contents
            [text] = (await client.read_resource(f"{REPORT}?namespace=shop")).contents
    assert (json.mime_type, text.mime_type) == ("application/json", "text/markdown")
    assert '"code":"pod/crash-loop"' in json.model_dump()["text"]
    assert "- Cause: `It exits with 1`" in text.model_dump()["text"]


async def test_whoever_listens_hears_when_a_cause_comes_goes_or_gets_worse() -> None:
    domain, states = fault(), list[str]()
    async with working(domain) as work:
        for findings_now in (
            list(domain.findings),
            [domain.findings[0].model_copy(update={"title": "It exits with 2"})],
            [domain.findings[0].model_copy(update={"severity": Severity.CRITICAL})],
            [],
        ):
            domain.findings = findings_now
            states.append(findings.state(await findings.read(work)))
    assert states[0] == states[1]
    assert len(set(states)) == 3


async def test_a_report_changes_with_its_text() -> None:
    domain = fault()
    async with working(domain) as work:
        server = agent.offer(work, TOOLS, CHANGES, RESOURCES, Access.READ).server()
        resources = Resources(server, [(one, work) for one in RESOURCES])
        before = [await resources.state(one) for one in (REPORT, FINDINGS)]
        domain.findings.clear()
        after = [await resources.state(one) for one in (REPORT, FINDINGS)]
    assert not set(before) & set(after)


@pytest.mark.parametrize(("length", "all_told"), [(300, False), (10, True)])
async def test_a_report_counts_all_and_says_once_what_it_leaves_out(
    length: int, all_told: bool
) -> None:
    title = "x" * length
    domain = Domain([finding("a/b", f"Pod/shop/p-{i}", title=title) for i in range(60)])
    async with working(domain) as work:
        text = (await report.read(work)).markdown
    told = len(re.findall(r"(?m)^## \d+\. ", text))
    assert len(text.encode()) < 40_000
    assert text.startswith("# Diagnosis\n\n**60 root causes.**\n")
    assert (told == 60) is all_told
    left = [line for line in text.splitlines() if "more root cause" in line]
    assert left == [f"And {60 - told} more root causes: ask for a namespace, or by `diagnose`."] * (
        not all_told
    )


async def test_a_namespace_that_is_none_is_refused() -> None:
    async with working(Domain()) as work:
        with pytest.raises(InvalidInputError):
            await findings.read(work, namespace="../x")
        with pytest.raises(InvalidInputError):
            await report.read(work, namespace="../x")


async def test_the_servers_are_made_once_until_they_are_let_go() -> None:
    made: list[int] = []
    domain = fault()

    def servers() -> dict[str, Target]:
        made.append(1)
        return {"kubernetes": domain.server()}

    work = Workplace(servers, domain.question, may_apply=False)
    async with anyio.create_task_group() as tasks:
        for _ in range(3):
            tasks.start_soon(work.hub)
    assert len(made) == 1
    await work.aclose()
    await work.aclose()
    assert (await work.hub()).servers == ("kubernetes",)
    assert len(made) == 2
    await work.aclose()


async def test_a_cause_is_looked_for_in_the_widest_place_where_it_was_found() -> None:
    async with working(fault()) as work:
        [cause] = (await work.look(Scope(None, "shop"))).diagnosis.root_causes
        assert work.scope_of(cause.id) == Scope(None, "shop")
        for namespace in (None, "shop"):
            await work.look(Scope(None, namespace))
        assert work.scope_of(cause.id) == Scope()
