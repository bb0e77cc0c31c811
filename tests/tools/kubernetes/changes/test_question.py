"""What a person is asked before a change: readable, and whole in what decides."""

from datetime import UTC, datetime

from clusterwright.tools.change import DryRun, FieldChange, Plan, PlanStep
from clusterwright.tools.kubernetes.changes.question import question
from clusterwright.tools.ref import Ref
from clusterwright.tools.trust.risk import Risk

NOW = datetime(2026, 1, 1, tzinfo=UTC)
LONGEST = 8_000


def plan(objects: int) -> Plan:
    value = "\n".join(f"key-{number}: value" for number in range(30))
    return Plan(
        id="p-000000000001",
        made=NOW,
        expires=NOW,
        cluster="test",
        identity="",
        changes=(),
        digest="0123456789abcdef",
        risk=Risk.LOW,
        reasons=(f"{objects} objects are made",),
        steps=tuple(
            PlanStep(
                say=f"create ConfigMap/shop/cart-{number}",
                object=Ref("ConfigMap", f"cart-{number}", "shop"),
                dry_run=DryRun.PASSED,
                diff=(FieldChange(path="(new object)", after=value),),
            )
            for number in range(objects)
        ),
        proofs=("HelmRelease/shop/cart is deployed as revision 1",),
        undo="every step can be undone",
    )


END = """\
Proof of success: HelmRelease/shop/cart is deployed as revision 1.
Undo: every step can be undone.
Plan p-000000000001, digest 0123456789abcdef, expires 2026-01-01 00:00:00Z."""


def test_proof_way_back_and_identity_are_asked_about_however_much_is_written() -> None:
    small, large = question(plan(1)), question(plan(40))
    assert small.endswith(f"\n{END}")
    assert "NOT SHOWN" not in small
    assert large.endswith(f" characters NOT SHOWN; see: clusterwright plans p-000000000001]\n{END}")
    assert LONGEST < len(large) < LONGEST + 100
