"""`plan_fix` and `apply_fix`: a person's word for one question, and back where it did not help."""

import pytest

from clusterwright.agents.remediate.found import Scope
from clusterwright.agents.remediate.repair import Result
from clusterwright.agents.serving.apply_fix import apply_fix, consent
from clusterwright.agents.serving.diagnose import diagnose
from clusterwright.agents.serving.plan_fix import PlannedFix, plan_fix
from clusterwright.agents.serving.workplace import Workplace
from clusterwright.tools.caller import Caller, Said, silent
from clusterwright.tools.coverage import Gap
from clusterwright.tools.errors import (
    ConflictError,
    InvalidInputError,
    NotFoundError,
    RefusedError,
    UnreachableError,
)
from clusterwright.tools.finding import ask
from tests.agents.found import finding
from tests.agents.serving.domain import Domain, spelled, with_remedy, working

pytestmark = pytest.mark.anyio
CODE = "service/selector-mismatch"
YES, COVERED = Caller("test", Said.YES), Caller("test", Said.NOT_ASKED)


def broken(*, helps: bool = True, asks_otherwise: bool = False) -> Domain:
    """Return a domain with one fault that can be repaired."""
    fault = with_remedy(finding(CODE, "Service/shop/cart"))
    return Domain([fault], helps=helps, asks_otherwise=asks_otherwise)


async def planned(work: Workplace) -> str:
    """Return a plan that repairs it."""
    plan = await plan_fix(work, silent, CODE)
    assert plan.plan_id
    return plan.plan_id


async def test_an_id_means_one_of_several_alike_and_no_other_when_that_is_gone() -> None:
    titles = [f"Service api has no port {port}" for port in (8080, 8081, 8082)]
    three = [with_remedy(finding(CODE, "Service/shop/cart", title=title)) for title in titles]
    domain = Domain(three)
    async with working(domain) as work:
        causes = {one.title: one.id for one in (await diagnose(work, silent)).causes}
        assert [(await plan_fix(work, silent, causes[one])).title for one in titles] == titles
        domain.findings = three[1:]
        with pytest.raises(NotFoundError, match="is not found any more"):
            await plan_fix(work, silent, causes[titles[0]])


async def test_a_plan_tells_risk_and_who_made_it() -> None:
    async with working(broken()) as work:
        plan = await plan_fix(work, silent, CODE, "Service/shop/cart")
    assert plan == PlannedFix(
        cluster="dev",
        result=Result.PLANNED,
        cause=plan.cause,
        code=CODE,
        subject=plan.subject,
        title=f"{CODE} on Service/shop/cart",
        plan_id="p-0",
        risk="low",
        does="select what there is",
        tool="k8s_plan_change",
        plan=plan.plan,
        next="show it to the person, then apply_fix(plan_id='p-0')",
    )
    assert plan.plan[0] == "Plan p-0 for dev, risk low: small."


@pytest.mark.parametrize(
    ("kind", "value", "result", "reason"),
    [
        ("patch", ask("which port"), Result.ASKS, "which port"),
        ("forbidden", "x", Result.REFUSED, "it belongs to Git"),
    ],
)
async def test_what_a_person_must_decide_is_no_plan(
    kind: str, value: str, result: Result, reason: str
) -> None:
    domain = Domain([with_remedy(finding(CODE, "Service/shop/cart"), kind, value=value)])
    async with working(domain) as work:
        plan = await plan_fix(work, silent, CODE)
    assert (plan.result, plan.plan_id) == (result, None)
    assert reason in plan.render()


async def test_what_has_no_ready_made_repair_is_told_by_hand() -> None:
    domain = Domain([finding(CODE, "Service/shop/cart", fixes=("Ask its team.",))])
    async with working(domain) as work:
        plan = await plan_fix(work, silent, CODE)
    assert (plan.result, plan.reasons) == (Result.NO_REMEDY, ("by hand: Ask its team.",))


async def test_a_code_that_several_causes_have_is_not_enough() -> None:
    domain = Domain([finding(CODE, f"Service/shop/s-{i}") for i in range(2)])
    async with working(domain) as work:
        with pytest.raises(InvalidInputError, match="2 root causes are meant"):
            await plan_fix(work, silent, CODE)


async def test_a_persons_yes_repairs_it_once() -> None:
    domain = broken()
    async with working(domain) as work:
        plan = await planned(work)
        assert await consent(work, plan) == spelled(plan)
        fixed = await apply_fix(work, YES, plan)
        with pytest.raises(ConflictError, match="no root cause any more"):
            await apply_fix(work, YES, plan)
    assert (fixed.result, fixed.problems, domain.applied) == (Result.FIXED, (), [plan])
    assert fixed.render().startswith("Fixed: the finding is gone")


async def test_of_two_alike_each_is_repaired_by_the_plan_for_it_alone() -> None:
    domain = broken()
    cat, tiil = (
        with_remedy(finding(CODE, "Service/shop/cart", title=f"no port {name}, since 8s"))
        for name in ("cat", "tiil")
    )
    async with working(domain) as work:
        domain.findings = [cat, tiil]
        found = (await work.look(Scope())).diagnosis.root_causes
        first, second = [(await plan_fix(work, silent, one.id)).plan_id or "" for one in found]
        domain.findings = [tiil.model_copy(update={"title": "no port tiil, since 2m"})]
        with pytest.raises(ConflictError, match="no root cause any more"):
            await apply_fix(work, YES, first)
        assert domain.applied == []
        assert (await apply_fix(work, YES, second)).result is Result.FIXED


async def test_what_can_not_be_looked_for_is_not_told_as_gone() -> None:
    domain = broken()
    async with working(domain) as work:
        plan = await plan_fix(work, silent, CODE)
        domain.silent = True
        with pytest.raises(UnreachableError, match="k8s_find_problems did not answer"):
            await apply_fix(work, YES, plan.plan_id or "")
        for cause in (plan.cause, CODE):
            with pytest.raises(UnreachableError, match="nobody knows whether it is there"):
                await plan_fix(work, silent, cause)
        domain.silent, domain.findings = False, []
        with pytest.raises(NotFoundError, match="is not found any more"):
            await plan_fix(work, silent, plan.cause)
    assert domain.applied == []


async def test_what_is_covered_needs_no_question() -> None:
    domain = broken()
    async with working(domain) as work:
        plan = await planned(work)
        domain.covered.add(plan)
        assert await consent(work, plan) is None
        assert (await apply_fix(work, COVERED, plan)).result is Result.FIXED


@pytest.mark.parametrize("said", [Said.NO, Said.CANCELLED, Said.UNABLE])
async def test_any_other_answer_reaches_no_server(said: Said) -> None:
    domain = broken()
    async with working(domain) as work:
        plan = await planned(work)
        with pytest.raises(RefusedError, match="nothing was changed"):
            await apply_fix(work, Caller("test", said), plan)
    assert domain.applied == []


async def test_who_was_not_asked_has_not_agreed() -> None:
    domain = broken()
    async with working(domain) as work:
        plan = await planned(work)
        told = await apply_fix(work, COVERED, plan)  # it was covered when that was asked
    assert (told.result, domain.applied) == (Result.DECLINED, [])


async def test_a_yes_is_for_the_question_that_was_asked_and_for_no_other() -> None:
    domain = broken(asks_otherwise=True)
    async with working(domain) as work:
        told = await apply_fix(work, YES, await planned(work))
    assert (told.result, domain.applied) == (Result.DECLINED, [])


async def test_a_repair_that_was_not_agreed_to_stays_one_and_is_no_way_back() -> None:
    domain = broken(asks_otherwise=True)
    async with working(domain) as work:
        plan = await planned(work)
        declined = await apply_fix(work, YES, plan)
        domain.asks_otherwise = False
        fixed = await apply_fix(work, YES, plan)
    assert (declined.undo_plan_id, declined.next) == (None, "diagnose tells what is wrong now")
    assert (fixed.result, fixed.problems, domain.applied) == (Result.FIXED, (), [plan])


async def test_the_way_back_wants_a_word_of_its_own() -> None:
    domain = broken(helps=False)
    async with working(domain) as work:
        plan = await planned(work)
        stands = await apply_fix(work, YES, plan)
        assert (stands.result, domain.applied) == (Result.FAILED, [plan])
        assert f"{CODE} on Service/shop/cart is still there" in stands.problems
        undo = stands.undo_plan_id
        assert undo
        assert undo in (stands.next or "")
        assert await consent(work, undo) == spelled(undo)
        back = await apply_fix(work, YES, undo)
    assert (back.result, domain.applied) == (Result.UNDONE, [plan, undo])


async def test_a_finding_that_can_not_be_seen_any_more_is_not_fixed() -> None:
    domain = broken()
    domain.lost = (Gap(what="Service", reason="forbidden"),)
    async with working(domain) as work:
        told = await apply_fix(work, YES, await planned(work))
    assert told.result is Result.FAILED  # the way back wants a word of its own
    assert told.problems[0] == "k8s_find_problems left out Service: forbidden"
    assert told.undo_plan_id


async def test_what_shows_only_once_it_is_fixed_is_told() -> None:
    domain = broken()
    domain.shows = [finding("service/target-port-mismatch", "Service/shop/cart")]
    async with working(domain) as work:
        fixed = await apply_fix(work, YES, await planned(work))
    shown = "service/target-port-mismatch on Service/shop/cart (warning)"
    assert (fixed.result, fixed.shows, fixed.left) == (Result.FIXED, (shown,), ())
    assert fixed.problems == (f"shows now: {shown}",)
    assert fixed.next == "diagnose tells what is wrong now"
    assert fixed.render().splitlines()[0] == (
        "Fixed: the finding is gone, but its object shows another problem now:"
        f" {CODE} on Service/shop/cart (plan p-0)."
    )


async def test_a_plan_that_was_not_made_here_is_not_known() -> None:
    async with working(broken()) as work:
        with pytest.raises(NotFoundError, match="planned no fix"):
            await consent(work, "p-0")


async def test_where_nothing_may_be_applied_a_plan_says_who_can() -> None:
    domain = broken()
    work = Workplace(
        lambda: {"kubernetes": domain.server()}, domain.question, may_apply=False, patience=0.0
    )
    plan = await plan_fix(work, silent, CODE)
    await work.aclose()
    assert "a person can run: clusterwright apply p-0" in (plan.next or "")
