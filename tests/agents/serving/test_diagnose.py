"""`diagnose`: pages that miss nothing and stay small, one object, and what cannot be asked."""

import json

import pytest

from clusterwright.agents.diagnose.diagnosis import About, Verdict
from clusterwright.agents.serving.diagnose import diagnose
from clusterwright.agents.serving.diagnosed import page as page_of
from clusterwright.agents.serving.workplace import Workplace
from clusterwright.tools.answer import BUDGET
from clusterwright.tools.caller import silent
from clusterwright.tools.cursor import encode, question
from clusterwright.tools.errors import InvalidInputError, ToolError
from clusterwright.tools.finding import Severity
from clusterwright.tools.ref import Ref
from tests.agents.found import finding
from tests.agents.report.cases import healthy, problems
from tests.agents.serving.domain import Domain, working

pytestmark = pytest.mark.anyio
_EVIL = "x" * 80
_WORST = Severity.CRITICAL


async def every_page(work: Workplace) -> list[str]:
    """Return the subjects of all pages, in their order."""
    subjects: list[str] = []
    cursor: str | None = None
    while True:
        page = await diagnose(work, silent, cursor=cursor)
        size = len(page.model_dump_json(exclude_none=True)) + len(json.dumps(page.render()))
        assert size <= BUDGET
        subjects += [str(one.subject) for one in page.causes]
        cursor = page.next_cursor
        if cursor is None:
            return subjects


async def test_pages_are_small_and_together_tell_every_cause_once() -> None:
    domain = Domain([finding("pod/crash-loop", f"Pod/shop/p-{i}", title=_EVIL) for i in range(90)])
    async with working(domain) as work:
        subjects = await every_page(work)
    assert sorted(subjects) == sorted(f"Pod/shop/p-{i}" for i in range(90))


async def test_pages_are_of_one_look_whatever_happens_meanwhile() -> None:
    domain = Domain([finding("pod/crash-loop", f"Pod/shop/p-{i}", title=_EVIL) for i in range(60)])
    async with working(domain) as work:
        first = await diagnose(work, silent)
        domain.findings.clear()
        second = await diagnose(work, silent, cursor=first.next_cursor)
    assert second.total == 60
    assert not {one.id for one in first.causes} & {one.id for one in second.causes}


async def test_pages_go_on_after_a_restart_where_the_last_cause_is_still_there() -> None:
    domain = Domain([finding("pod/crash-loop", f"Pod/shop/p-{i}") for i in range(3)])
    async with working(domain) as work:
        first = await diagnose(work, silent, limit=2)
    domain.findings.pop(0)
    async with working(domain) as work:
        second = await diagnose(work, silent, limit=2, cursor=first.next_cursor)
    assert [str(one.subject) for one in second.causes] == ["Pod/shop/p-2"]
    domain.findings.pop(0)
    async with working(domain) as work:
        with pytest.raises(InvalidInputError, match="has changed since the page before"):
            await diagnose(work, silent, limit=2, cursor=first.next_cursor)


async def test_causes_that_share_an_id_are_each_told_once() -> None:
    whole = problems()
    roots = (*whole.root_causes, *whole.root_causes)
    cursor: str | None = encode("diagnose", question(None, None, None), "kept", -1, "")
    told: list[str] = []
    async with working(Domain()) as work:
        work.looks.keep("kept", whole.model_copy(update={"root_causes": roots}))
        while cursor:
            page = await diagnose(work, silent, limit=1, cursor=cursor)
            told += [one.id for one in page.causes]
            cursor = page.next_cursor
    assert told == [one.id for one in roots]


async def test_a_limit_tells_more_evidence_of_fewer_causes() -> None:
    domain = Domain([finding("pod/crash-loop", f"Pod/shop/p-{i}") for i in range(3)])
    async with working(domain) as work:
        page = await diagnose(work, silent, limit=2)
    assert (len(page.causes), page.total) == (2, 3)


async def test_the_worst_comes_first_and_what_was_checked_last() -> None:
    domain = Domain(
        [
            finding("pod/crash-loop", "Pod/shop/a"),
            finding(
                "node/not-ready", "Node/n-1", severity=Severity.CRITICAL, fixes=("Repair it.",)
            ),
        ]
    )
    async with working(domain) as work:
        page = await diagnose(work, silent)
    [node, pod] = [one.id for one in page.causes]
    assert page.render().splitlines() == [
        "2 root causes on dev:",
        f"critical node/not-ready Node/n-1 [{node}]",
        "  node/not-ready on Node/n-1",
        "  | Node/n-1 .status.x = y",
        "  fix: Repair it.",
        f"warning pod/crash-loop Pod/shop/a [{pod}]",
        "  pod/crash-loop on Pod/shop/a",
        "  | Pod/shop/a .status.x = y",
        "Checked: 7 by kubernetes.",
        "Next: explain(cause=ID) has the evidence, plan_fix(cause=ID) the repair.",
    ]


async def test_nothing_wrong_is_said_with_what_was_checked() -> None:
    async with working(Domain()) as work:
        said = (await diagnose(work, silent)).render()
    assert said == "No problems found in what was checked on dev.\nChecked: 7 by kubernetes."


@pytest.mark.parametrize(
    ("well", "said"),
    [
        (False, "Pod/shop/a on dev is not well, and no cause was found."),
        (None, "It cannot be told whether anything is wrong about Pod/shop/a on dev."),
    ],
)
def test_an_object_that_is_not_well_for_no_known_cause_is_said_to_be_unwell(
    well: bool | None, said: str
) -> None:
    about = About(ref=Ref.parse("Pod/shop/a"), state="Failed", well=well)
    update = {"verdict": Verdict.UNKNOWN, "about": about}
    page = page_of(healthy().model_copy(update=update), (), None, lambda _: None)
    assert page.well is well
    assert page.render().splitlines()[:2] == [said, "Pod/shop/a is: Failed"]


async def test_each_server_that_answers_is_told_meanwhile() -> None:
    told: list[tuple[float, float, str]] = []

    async def tell(done: float, total: float, message: str) -> None:
        told.append((done, total, message))

    async with working(Domain()) as work:
        await diagnose(work, tell)
    assert told == [(1, 2, "kubernetes has answered")]


@pytest.mark.parametrize(
    ("asked", "wrong"),
    [
        (("cart", None, None), "is not a reference"),
        ((None, "../x", None), "namespace"),
        (("Pod/shop/a", "bank", None), "not in namespace"),
        ((None, None, "bogus"), "not a cursor"),
    ],
)
async def test_what_cannot_be_asked_is_refused_before_anything_is_read(
    asked: tuple[str | None, str | None, str | None], wrong: str
) -> None:
    subject, namespace, cursor = asked
    async with working(Domain()) as work:
        with pytest.raises(ToolError, match=wrong):
            await diagnose(work, silent, subject, namespace, cursor=cursor)


async def test_a_cursor_of_another_question_is_refused() -> None:
    domain = Domain([finding("pod/crash-loop", f"Pod/shop/p-{i}", title=_EVIL) for i in range(60)])
    async with working(domain) as work:
        first = await diagnose(work, silent)
        with pytest.raises(InvalidInputError, match="another question"):
            await diagnose(work, silent, namespace="shop", cursor=first.next_cursor)


async def test_a_server_that_cannot_say_anything_is_told_as_not_checked() -> None:
    domain = Domain(
        [finding("pod/crash-loop", f"Pod/shop/p-{i}", title=_EVIL * 9) for i in range(90)]
    )
    async with working(domain) as work:
        page = await diagnose(work, silent)
    [headline, checked, gap] = page.render().splitlines()
    assert headline == "It cannot be told whether anything is wrong on no cluster."
    assert checked == "Checked: nothing."
    assert gap.startswith("Not checked: k8s_find_problems (the answer would take ")
