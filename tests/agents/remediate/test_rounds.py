"""Several root causes, repaired one after the other over MCP."""

from datetime import UTC, datetime
from functools import partial

import pytest

from clusterwright.agents.diagnose.diagnosis import RootCause
from clusterwright.agents.hub import connect
from clusterwright.agents.remediate.fix import Fixer
from clusterwright.agents.remediate.found import Found, Scope, look
from clusterwright.agents.remediate.repair import Happened, Repair, Result
from clusterwright.agents.remediate.rounds import repair_all
from clusterwright.tools.change import DryRun, FieldChange, PlanStep, State
from clusterwright.tools.coverage import Gap
from clusterwright.tools.finding import Edge, Finding, Remedy, Severity, ask
from clusterwright.tools.ref import Ref
from tests.agents.found import edge, finding
from tests.agents.remediate.estate import Effect, Estate, Row, curable

pytestmark = pytest.mark.anyio

CLAIM = curable(finding("pvc/storage-class-missing", "PersistentVolumeClaim/shop/data"))
CART = curable(finding("pod/configmap-missing", "Deployment/shop/cart"))
OWNED = (
    "Deployment/shop/cart belongs to Helm release cart in namespace shop, which would take the"
    " change back; shown by annotation x\nchange the values of Helm release cart in namespace"
    " shop; its MCP server is helm. override_owner=true plans it"
)


async def repaired(estate: Estate, *, dry_run: bool = False) -> list[Repair]:
    """Let all be repaired."""
    said: list[str] = []
    async with connect(estate.servers()) as hub:
        found = await look(hub, Scope())
        now = partial(datetime, 2026, 11, 28, 12, tzinfo=UTC)
        fixer = Fixer(hub, Scope(), dry_run=dry_run, say=said.append, now=now, patience=0)
        again = partial(look, hub, Scope())
        return await repair_all(fixer, found, found.diagnosis.root_causes, again, lambda _: None)


def outcomes(repairs: list[Repair]) -> list[tuple[str, Result]]:
    return [(one.root.code, one.result) for one in repairs]


async def test_what_goes_with_another_repair_is_told_and_left_alone() -> None:
    estate = Estate([CART, CLAIM])
    estate.effects[str(CLAIM.subject)] = lambda one: one.gone(CLAIM.code, CART.code)
    repairs = await repaired(estate)
    assert outcomes(repairs) == [(CLAIM.code, Result.FIXED), (CART.code, Result.GONE)]
    assert estate.calls == [f"plan {CLAIM.subject}", f"apply {CLAIM.subject}"]
    assert repairs[1].reasons == [
        f"it is gone by itself after {CLAIM.code} on {CLAIM.subject} was repaired"
    ]


async def test_what_can_not_be_looked_at_again_is_not_told_as_gone() -> None:
    rule = finding("rule/failing", "PrometheusRule/shop/cart")
    estate = Estate([CART, CLAIM], alerts=[rule])
    estate.effects[str(CLAIM.subject)] = lambda one: one.gone(CLAIM.code)
    async with connect(estate.servers()) as hub:
        found = await look(hub, Scope())

        async def again() -> Found:
            """Look when the server that told of them is silent, as it was not for the proof."""
            estate.silent = True
            return await look(hub, Scope())

        fixer = Fixer(hub, Scope(), dry_run=False, say=lambda _: None, patience=0)
        roots = found.diagnosis.root_causes
        repairs = await repair_all(fixer, found, roots, again, lambda _: None)
    assert outcomes(repairs) == [
        (CLAIM.code, Result.FIXED),
        (CART.code, Result.NOT_TRIED),
        (rule.code, Result.NOT_TRIED),
    ]
    assert repairs[1].reasons == [
        "not all could be looked at again, so it was not tried: k8s_find_problems did not answer"
    ]
    assert estate.calls == [f"plan {CLAIM.subject}", f"apply {CLAIM.subject}"]


async def test_a_server_that_told_nothing_of_them_may_be_silent() -> None:
    rule = finding("rule/failing", "PrometheusRule/shop/cart")
    estate = Estate([CLAIM], alerts=[rule])
    estate.effects[str(CLAIM.subject)] = lambda one: one.gone(CLAIM.code)
    async with connect(estate.servers()) as hub:
        found = await look(hub, Scope())

        async def again() -> Found:
            """Look when one is silent, and what the other told of is gone."""
            estate.silent, estate.alerts = True, []
            return await look(hub, Scope())

        fixer = Fixer(hub, Scope(), dry_run=False, say=lambda _: None, patience=0)
        roots = found.diagnosis.root_causes
        repairs = await repair_all(fixer, found, roots, again, lambda _: None)
    assert outcomes(repairs) == [(CLAIM.code, Result.FIXED), (rule.code, Result.GONE)]


async def test_what_turns_out_to_be_a_symptom_is_not_repaired_where_its_cause_was_tried() -> None:
    mounts = edge("Deployment/shop/cart", Edge.MOUNTS, str(CLAIM.subject))
    node = curable(finding("node/not-ready", "Node/n1"))
    later = finding("workload/unavailable", str(CART.subject), relations=(mounts,))
    first = curable(finding("workload/unavailable", str(CART.subject)))
    asked = curable(
        finding(CLAIM.code, str(CLAIM.subject)),
        Remedy(say="Name a class", changes=({"kind": "patch", "set": {"x": ask("which")}},)),
    )
    estate = Estate([node, asked, first])

    def mend(one: Estate) -> None:
        one.findings = [asked, later]

    estate.effects["Node/n1"] = mend
    repairs = await repaired(estate)
    assert outcomes(repairs) == [
        (node.code, Result.FIXED),
        (CLAIM.code, Result.ASKS),
        (first.code, Result.NO_REMEDY),
    ]
    assert repairs[2].reasons == [
        f"it follows from {CLAIM.code} on {CLAIM.subject}, which is still there"
    ]


async def test_a_cause_that_is_to_be_left_alone_is_not_repaired_for_its_symptom_either() -> None:
    mounts = edge("Deployment/shop/cart", Edge.MOUNTS, str(CLAIM.subject))
    node = curable(finding("node/not-ready", "Node/n1"))
    first = curable(finding("workload/unavailable", str(CART.subject)))
    later = first.model_copy(update={"relations": (mounts,)})
    estate = Estate([node, CLAIM, first])

    def mend(one: Estate) -> None:
        one.findings = [CLAIM, later]

    def left(root: RootCause) -> bool:
        return root.code == CLAIM.code

    estate.effects["Node/n1"] = mend
    async with connect(estate.servers()) as hub:
        found = await look(hub, Scope())
        fixer = Fixer(hub, Scope(), dry_run=False, say=lambda _: None, patience=0)
        roots = [one for one in found.diagnosis.root_causes if not left(one)]
        again = partial(look, hub, Scope())
        repairs = await repair_all(fixer, found, roots, again, lambda _: None, leave=left)
    assert outcomes(repairs) == [(node.code, Result.FIXED), (first.code, Result.NO_REMEDY)]
    assert estate.calls == ["plan Node/n1", "apply Node/n1"]


async def test_a_dry_run_plans_all_and_applies_nothing() -> None:
    estate = Estate([CART, CLAIM])
    repairs = await repaired(estate, dry_run=True)
    assert [one.result for one in repairs] == [Result.PLANNED, Result.PLANNED]
    assert [one for one in estate.calls if one.startswith("apply")] == []
    planned = repairs[0].planned
    assert planned is not None
    assert (planned.risk, planned.proofs) == ("low", ("it is rolled out",))


async def test_the_moments_of_a_repair_are_kept() -> None:
    estate = Estate([CART])
    estate.effects[str(CART.subject)] = lambda one: one.gone(CART.code)
    [repair] = await repaired(estate)
    assert [one.what for one in repair.moments] == [
        *(Happened.SEEN, Happened.PLANNED, Happened.APPLIED, Happened.PROVEN)
    ]
    assert repair.proven == ["it is rolled out"]
    assert repair.server == "kubernetes"


async def test_what_brings_something_new_is_undone() -> None:
    estate = Estate([CART])

    def harm(one: Estate) -> None:
        one.findings = [finding("service/selector-mismatch", "Pod/shop/cart-1")]

    def back(one: Estate) -> None:
        one.findings = [CART]

    estate.findings = [CART.model_copy(update={"members": (Ref.parse("Pod/shop/cart-1"),)})]
    estate.effects |= {str(CART.subject): harm, "undo": back}
    [repair] = await repaired(estate)
    assert estate.calls[-2:] == ["plan undo", "apply undo"]
    assert repair.result is Result.UNDONE
    assert repair.reasons == ["service/selector-mismatch on Pod/shop/cart-1 is new"]
    assert repair.moments[-1].what is Happened.UNDONE


async def test_what_could_not_be_looked_at_again_is_not_proven_and_undone() -> None:
    estate = Estate([CART])

    def blind(one: Estate) -> None:
        one.gone(CART.code)
        one.gaps = (Gap(what="Deployment", reason="forbidden"),)

    estate.effects[str(CART.subject)] = blind
    [repair] = await repaired(estate)
    assert estate.calls[-2:] == ["plan undo", "apply undo"]
    assert repair.result is Result.UNDONE
    assert repair.reasons == ["k8s_find_problems left out Deployment: forbidden"]


async def test_what_shows_only_now_is_told_and_the_repair_stands() -> None:
    estate = Estate([CART])

    def reveal(one: Estate) -> None:
        one.findings = [finding("pod/crash-loop", str(CART.subject))]

    estate.effects[str(CART.subject)] = reveal
    [repair] = await repaired(estate)
    shown = "pod/crash-loop on Deployment/shop/cart (warning)"
    assert (repair.result, repair.shows) == (Result.FIXED, [shown])
    assert repair.reasons == [f"shows now: {shown}"]
    assert repair.moments[-1].said == (
        f"pod/configmap-missing on Deployment/shop/cart is gone; shows now: {shown}"
    )
    assert [one for one in estate.calls if "undo" in one] == []


async def test_a_symptom_that_stays_is_left_over_and_the_repair_stands() -> None:
    selects = edge("Service/shop/cart", Edge.SELECTS, str(CART.subject))
    symptom = finding("service/no-ready-endpoints", "Service/shop/cart", relations=(selects,))
    estate = Estate([CART, symptom])
    estate.effects[str(CART.subject)] = lambda one: one.gone(CART.code)
    repair, *_ = await repaired(estate)
    assert repair.result is Result.FIXED
    assert [one.symptom.code for one in repair.left] == ["service/no-ready-endpoints"]
    assert repair.moments[-1].said.endswith("; left over: 1 symptom")


async def test_what_can_not_be_repaired_by_the_head_of_a_circle_is_by_another_of_it() -> None:
    to_pods = edge("ValidatingWebhookConfiguration/w", Edge.SELECTS, str(CART.subject))
    by_hook = edge(str(CART.subject), Edge.LIMITED_BY, "ValidatingWebhookConfiguration/w")
    hook = finding(
        "webhook/backend-unavailable",
        "ValidatingWebhookConfiguration/w",
        severity=Severity.CRITICAL,
        relations=(to_pods,),
    )
    blocked = curable(finding("workload/unavailable", str(CART.subject), relations=(by_hook,)))
    estate = Estate([hook, blocked])
    estate.effects[str(CART.subject)] = lambda one: one.gone(hook.code, blocked.code)
    [repair] = await repaired(estate)
    assert (repair.root.code, repair.result) == (hook.code, Result.FIXED)
    assert estate.calls == [f"plan {CART.subject}", f"apply {CART.subject}"]


NODES = "spec.template.spec.nodeSelector.type"


async def released(estate: Estate) -> Repair:
    """Return what comes of a workload whose selector a Helm release has from its values."""
    code, ref = "pod/node-selector-unmatched", str(CART.subject)
    change = {"kind": "patch", "object": ref, "set": {NODES: "kwok"}}
    select = Remedy(say="Select nodes with type=kwok", changes=(change,))
    estate.findings = [curable(finding(code, ref), select)]
    estate.refuse[ref] = OWNED
    estate.objects[ref] = {"template": {"spec": {"nodeSelector": {"type": "kwoks"}}}}
    estate.effects["shop/cart"] = lambda one: one.gone(code)
    [repair] = await repaired(estate)
    return repair


def of_upgrade(*more: FieldChange) -> tuple[PlanStep, ...]:
    diff = (FieldChange(path=NODES, before="kwoks", after="kwok"), *more)
    ref = Ref.parse("Deployment/shop/cart")
    return (PlanStep(say="update", object=ref, dry_run=DryRun.PASSED, diff=diff),)


async def test_what_a_release_owns_is_changed_in_its_values() -> None:
    estate = Estate([], steps={"shop/cart": of_upgrade()})
    repair = await released(estate)
    assert (repair.result, repair.server) == (Result.FIXED, "helm")
    assert repair.reasons == [
        "Deployment/shop/cart belongs to Helm release cart in namespace shop: changed there, by"
        " nodeSelector.type"
    ]
    assert estate.plans == [
        {"kind": "upgrade", "release": "shop/cart", "values": {"nodeSelector": {"type": "kwok"}}}
    ]
    assert repair.elsewhere == [
        "nodeSelector.type in the values of Helm release cart in namespace shop"
    ]


async def test_a_value_that_changes_more_than_the_field_is_not_taken() -> None:
    more = FieldChange(path="spec.replicas", before="1", after="2")
    estate = Estate([], steps={"shop/cart": of_upgrade(more)})
    repair = await released(estate)
    assert repair.result is Result.REFUSED
    assert repair.reasons[-1] == (
        "nodeSelector.type is not it: it would change spec.replicas of Deployment/shop/cart as well"
    )
    assert [one for one in estate.calls if one.startswith("apply")] == []


async def test_a_release_that_refuses_an_upgrade_is_told_with_the_value() -> None:
    estate = Estate([], refuse={"shop/cart": "the chart has to be named\npass chart="})
    repair = await released(estate)
    assert repair.result is Result.REFUSED
    assert '"values": {"nodeSelector": {"type": "kwok"}}} is refused' in repair.reasons[-1]
    assert repair.elsewhere == [
        "nodeSelector.type in the values of Helm release cart in namespace shop"
    ]


async def test_a_field_that_no_value_holds_is_the_charts() -> None:
    repair = await released(Estate([], rows=[Row(path="port", value="80")]))
    assert repair.result is Result.REFUSED
    assert repair.reasons[-1] == (
        f"no value of shop/cart holds {NODES} of {CART.subject}: its chart sets that itself"
    )
    assert repair.elsewhere == ["the values of Helm release cart in namespace shop"]


async def test_a_value_that_is_too_large_for_an_overview_is_asked_for() -> None:
    rows = [Row(path="nodeSelector", value="{4 members, 400 bytes}")]
    estate = Estate([], steps={"shop/cart": of_upgrade()}, rows=rows)
    estate.large["nodeSelector"] = {"zone": "a", "type": "kwoks"}
    repair = await released(estate)
    assert repair.result is Result.FIXED
    assert estate.plans[0]["values"] == {"nodeSelector": {"type": "kwok"}}


async def test_values_are_read_to_the_last_page_and_a_large_section_by_its_parts() -> None:
    rows = [Row(path="web", value="{nodeSelector; 9000 bytes}")]
    estate = Estate([], steps={"shop/cart": of_upgrade()}, rows=[])
    estate.later = rows
    estate.below["web"] = [
        Row(path="web.nodeSelector", value="{zone, type; 400 bytes}"),
        Row(path="web.port", value="80"),
    ]
    estate.large["web.nodeSelector"] = {"zone": "a", "type": "kwoks"}
    repair = await released(estate)
    assert repair.result is Result.FIXED
    assert estate.plans[0]["values"] == {"web": {"nodeSelector": {"type": "kwok"}}}


async def test_a_field_that_no_value_holds_is_not_the_charts_where_not_all_could_be_read() -> None:
    rows = [Row(path="objects", value="[90 items, 9000 bytes]")]
    estate = Estate([], rows=rows, below={"objects": rows})
    repair = await released(estate)
    assert repair.result is Result.REFUSED
    assert repair.reasons[-1] == (
        f"not all values of shop/cart could be read, and none of the others holds {NODES} of"
        f" {CART.subject}"
    )


@pytest.mark.parametrize(
    ("raised", "result"),
    [
        ("[conflict] what plan p-1 rests on has changed; nothing was changed", Result.REFUSED),
        ("[busy] 9 wait already", Result.REFUSED),
        ("[not_found] there is no plan p-1", Result.REFUSED),
        ("[invalid_input] plan_id is too long", Result.REFUSED),
        ("[refused] plan p-1 expired at 2026-11-28 12:00:00Z", Result.REFUSED),
        ("[refused] the person who was asked did not agree to plan p-1", Result.DECLINED),
        ("[refused] plan p-1 needs a person's approval", Result.DECLINED),
        ("[refused] the approval's signature is not genuine", Result.DECLINED),
        ("[refused] the audit 'a' cannot be written: no space left", Result.FAILED),
        ("[invalid_input] the answer would take 50000 bytes, more than the 40000", Result.FAILED),
        ("[unreachable] the API server did not answer", Result.FAILED),
    ],
)
async def test_only_where_nobody_knows_what_was_written_nothing_more_is_tried(
    raised: str, result: Result
) -> None:
    estate = Estate([CLAIM, CART], fail={str(CLAIM.subject): raised})
    estate.effects[str(CART.subject)] = lambda one: one.gone(CART.code)
    first, *others = await repaired(estate)
    assert (first.root.code, first.result) == (CLAIM.code, result)
    assert first.reasons[0].endswith(raised.partition("] ")[2])
    failed = result is Result.FAILED
    assert first.moments[-1].what is (Happened.FAILED if failed else Happened.REFUSED)
    assert outcomes(others) == ([] if failed else [(CART.code, Result.FIXED)])


async def test_what_was_planned_and_not_applied_is_not_tried_in_another_way() -> None:
    patch = Remedy(say="Patch", changes=({"kind": "patch", "object": str(CART.subject)},))
    restart = Remedy(say="Restart", changes=({"kind": "restart", "object": "Pod/shop/cart-1"},))
    estate = Estate([curable(CART, patch, restart)])
    estate.fail[str(CART.subject)] = "[conflict] it has changed; nothing was changed"
    [repair] = await repaired(estate)
    assert repair.result is Result.REFUSED
    assert estate.calls == [f"plan {CART.subject}", f"apply {CART.subject}"]


async def test_what_its_server_refused_to_begin_is_not_told_as_undone() -> None:
    estate = Estate([CART], state=State.REFUSED)
    [repair] = await repaired(estate)
    assert (repair.result, repair.moments[-1].what) == (Result.REFUSED, Happened.REFUSED)


async def test_each_of_two_alike_is_repaired_by_its_own_change() -> None:
    def backend(name: str) -> Finding:
        """Return a finding about an Ingress with one misspelt backend."""
        web = finding("ingress/service-missing", "Ingress/shop/web", title=f"no Service {name}")
        change = {"kind": "patch", "object": f"Service/shop/{name}"}
        return curable(web, Remedy(say=f"Name {name} rightly", changes=(change,)))

    cat, tiil = backend("cat"), backend("tiil")

    def mend(name: str) -> Effect:
        return lambda one: one.findings.remove(cat if name == "cat" else tiil)

    estate = Estate([cat, tiil])
    estate.effects |= {f"Service/shop/{name}": mend(name) for name in ("cat", "tiil")}
    repairs = await repaired(estate)
    assert [(one.root.title, one.result) for one in repairs] == [
        (cat.title, Result.FIXED),
        (tiil.title, Result.FIXED),
    ]
    assert [one for one in estate.calls if "undo" in one] == []
