"""What the agent's calls share: causes known by their ids, and one fix at work at a time."""

import anyio
import pytest
from mcp import Client

from clusterwright.agents.remediate.found import Scope
from clusterwright.agents.serving import APPLY_FIX, PLAN_FIX, RESOURCES, TOOLS
from clusterwright.agents.serving.plan_fix import plan_fix
from clusterwright.servers import agent
from clusterwright.servers.limit import RUNNING
from clusterwright.tools.caller import silent
from clusterwright.tools.errors import BusyError
from clusterwright.tools.trust.risk import Access
from tests.agents.found import finding
from tests.agents.report.cases import problems
from tests.agents.serving.domain import Domain, with_remedy, working

pytestmark = pytest.mark.anyio
CODE = "service/selector-mismatch"
SECONDS = 30.0


async def test_of_too_many_causes_the_worst_stay_known() -> None:
    whole = problems()
    roots = [whole.root_causes[0].model_copy(update={"id": str(i)}) for i in range(1_001)]
    scope = Scope(namespace="shop")
    async with working(Domain()) as work:
        work.know(whole.model_copy(update={"root_causes": tuple(roots)}), scope)
        known = [work.scope_of(str(i)) for i in (0, 999, 1_000)]
    assert known == [scope, scope, None]


async def test_fixes_that_wait_for_another_keep_no_other_call_from_its_turn() -> None:
    domain = Domain([with_remedy(finding(CODE, "Service/shop/cart"))])
    domain.held, failed = anyio.Event(), list[bool]()
    async with working(domain) as work:
        plan = (await plan_fix(work, silent, CODE)).plan_id or ""
        domain.covered.add(plan)
        server = agent.offer(work, TOOLS, (PLAN_FIX, APPLY_FIX), RESOURCES, Access.WRITE).server()

        async with Client(server) as client, anyio.create_task_group() as tasks:

            async def fix() -> None:
                failed.append((await client.call_tool("apply_fix", {"plan_id": plan})).is_error)

            for _ in range(2 * RUNNING):
                tasks.start_soon(fix)
            await anyio.wait_all_tasks_blocked()
            try:
                with anyio.fail_after(SECONDS):
                    [told] = (await client.read_resource("clusterwright://findings")).contents
            finally:
                domain.held.set()
            assert f'"code":"{CODE}"' in told.model_dump()["text"]
    assert (failed.count(False), len(failed), domain.applied) == (1, 2 * RUNNING, [plan])


async def test_more_fixes_than_may_wait_are_refused() -> None:
    over, refused = anyio.Event(), list[str]()
    async with working(Domain()) as work, anyio.create_task_group() as tasks:

        async def fix() -> None:
            try:
                async with work.applying("p-0", agreed=False):
                    await over.wait()
            except BusyError as error:
                refused.append(str(error))

        for _ in range(103):
            tasks.start_soon(fix)
        await anyio.wait_all_tasks_blocked()
        over.set()
    assert refused == ["100 fixes wait for the one at work; nothing was changed"] * 2
