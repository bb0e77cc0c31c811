"""`explain`: the page of a code, the whole of a cause in parts, and causes that are not there."""

import pytest

from clusterwright.agents.serving.diagnose import diagnose
from clusterwright.agents.serving.explain import explain
from clusterwright.agents.serving.explained import Offered, Whole
from clusterwright.tools.caller import silent
from clusterwright.tools.errors import InvalidInputError, NotFoundError
from clusterwright.tools.explain import page
from clusterwright.tools.finding import Edge, Evidence, FieldEvidence
from clusterwright.tools.ref import Ref
from tests.agents.found import edge, finding
from tests.agents.report.cases import linked
from tests.agents.serving.domain import Domain, with_remedy, working

pytestmark = pytest.mark.anyio
CODE = "pod/crash-loop"


def _failing(services: int) -> Domain:
    """Return a Deployment that fails, of which much tells, and Services that have no pods then."""
    app = Ref.parse("Deployment/shop/app")
    starved = [
        finding(
            "service/no-ready-endpoints",
            f"Service/shop/s-{i}",
            relations=(edge(f"Service/shop/s-{i}", Edge.SELECTS, str(app)),),
        )
        for i in range(services)
    ]
    proofs = tuple(FieldEvidence(ref=app, path=f"$.x{i}", value="y" * 90) for i in range(60))
    return Domain([with_remedy(finding(CODE, str(app), evidence=proofs)), *starved])


async def test_a_code_alone_is_what_it_means() -> None:
    async with working(Domain()) as work:
        told = await explain(work, silent, "pod/image-not-found")
    assert told.render() == page("pod/image-not-found").rstrip()


async def test_the_look_that_an_explanation_takes_is_told_meanwhile() -> None:
    told: list[str] = []

    async def tell(done: float, total: float, message: str) -> None:
        del done, total
        told.append(message)

    async with working(_failing(0)) as work:
        first = await explain(work, tell, CODE, "Deployment/shop/app")
        await explain(work, tell, CODE, "Deployment/shop/app", cursor=first.next_cursor)
    assert told == [f"looking for {CODE}"]  # the second page is of the same look


async def test_the_parts_of_a_cause_are_all_told_page_by_page() -> None:
    async with working(_failing(2)) as work:
        [cause] = (await diagnose(work, silent)).causes
        evidence: list[Evidence] = []
        remedies: list[Offered] = []
        symptoms: list[tuple[str, str | None]] = []
        cursor: str | None = None
        while True:
            told = await explain(work, silent, cause.id, cursor=cursor)
            evidence += told.evidence
            remedies += told.remedies
            symptoms += [(str(one.subject), one.cause) for one in told.symptoms]
            cursor = told.next_cursor
            if cursor is None:
                break
    assert len(evidence) == 60
    change = ({"kind": "patch"},)
    assert remedies == [Offered(say="select what there is", tool="k8s_plan_change", changes=change)]
    assert symptoms == [
        ("Service/shop/s-0", "pod/crash-loop on Deployment/shop/app"),
        ("Service/shop/s-1", "pod/crash-loop on Deployment/shop/app"),
    ]


async def test_pages_are_of_one_look_whatever_happens_meanwhile() -> None:
    domain = _failing(1)
    async with working(domain) as work:
        [cause] = (await diagnose(work, silent)).causes
        first = await explain(work, silent, cause.id)
        domain.findings.clear()
        second = await explain(work, silent, cause.id, limit=200, cursor=first.next_cursor)
    proofs = (*first.evidence, *second.evidence)
    paths = [one.path for one in proofs if isinstance(one, FieldEvidence)]
    assert paths == [f"$.x{i}" for i in range(60)]
    assert [str(one.subject) for one in second.symptoms] == ["Service/shop/s-0"]


async def test_pages_go_on_after_a_restart_unless_something_changed_meanwhile() -> None:
    domain = _failing(1)
    async with working(domain) as work:
        [cause] = (await diagnose(work, silent)).causes
        first = await explain(work, silent, cause.id)
    async with working(domain) as work:
        second = await explain(work, silent, cause.id, cursor=first.next_cursor)
    assert second.evidence[0] not in first.evidence
    domain.findings.pop()
    async with working(domain) as work:
        with pytest.raises(InvalidInputError, match="has changed since the page before"):
            await explain(work, silent, cause.id, cursor=first.next_cursor)


def test_a_symptom_is_told_with_what_explains_it_directly() -> None:
    root = linked(("a", "b"), ("b", "c"), ("a", "c"))
    told = Whole(root, ()).told(0, 100, None).symptoms
    assert [(one.subject.name, one.cause, one.because) for one in told] == [
        ("b", "pod/crash-loop on Pod/shop/a", "b needs a"),
        ("c", "pod/crash-loop on Pod/shop/b", "c needs b"),
    ]


async def test_a_cause_may_be_named_by_code_and_object() -> None:
    domain = Domain([finding("pod/crash-loop", f"Pod/shop/p-{i}") for i in range(2)])
    async with working(domain) as work:
        told = await explain(work, silent, "pod/crash-loop", "Pod/shop/p-1")
    assert told.cause is not None
    assert str(told.cause.subject) == "Pod/shop/p-1"


async def test_a_cause_that_is_gone_or_never_was_is_not_found() -> None:
    domain = Domain([finding("pod/crash-loop", "Pod/shop/p-1")])
    async with working(domain) as work:
        [cause] = (await diagnose(work, silent)).causes
        with pytest.raises(NotFoundError, match="is found now") as never:
            await explain(work, silent, "0000")
        domain.findings.clear()
        with pytest.raises(NotFoundError, match="not found any more"):
            await explain(work, silent, cause.id)
    assert cause.id in never.value.hint


async def test_an_id_is_known_again_after_a_restart() -> None:
    domain = Domain([finding("pod/crash-loop", "Pod/shop/p-1")])
    async with working(domain) as work:
        [cause] = (await diagnose(work, silent)).causes
    async with working(domain) as work:
        assert (await explain(work, silent, cause.id)).code == "pod/crash-loop"


async def test_a_cursor_of_another_cause_is_refused() -> None:
    async with working(_failing(0)) as work:
        [cause] = (await diagnose(work, silent)).causes
        told = await explain(work, silent, cause.id)
        assert told.next_cursor
        with pytest.raises(InvalidInputError, match="another question"):
            await explain(work, silent, CODE, "Deployment/shop/app", cursor=told.next_cursor)
