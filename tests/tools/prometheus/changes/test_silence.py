"""Silences on a real Alertmanager: scoped, bound to what fires, proven, and undone."""

import pytest

from clusterwright.tools.trust.risk import Access
from tests.tools.prometheus.changes.place import Place

pytestmark = [pytest.mark.anyio, pytest.mark.timeout(120)]

LOOPING = {"alertname": "KubePodCrashLooping", "namespace": "shop", "severity": "warning"}
DOWN = {"alertname": "CartDown", "namespace": "shop", "severity": "critical"}
WATCHDOG = {"alertname": "Watchdog", "severity": "none"}
QUIET = {
    "kind": "silence",
    "matchers": ['alertname="KubePodCrashLooping"', "namespace=shop"],
    "duration": "2h",
    "reason": "the cart is being moved, ticket 12",
}


def fire(place: Place) -> None:
    place.alertmanager.fire(
        *({**LOOPING, "pod": f"cart-{one}"} for one in range(3)), DOWN, WATCHDOG
    )


async def test_a_silence_mutes_what_the_plan_said_and_is_undone(place: Place) -> None:
    fire(place)
    async with place.session() as session:
        plan, said = await session.plan(QUIET)
        assert "mutes now: 3 of 5 alerts: KubePodCrashLooping x3 (warning)" in said
        assert "lasts: 2h from when it is applied" in said
        assert "risk low" in said
        assert not place.alertmanager.active()
        state, said = await session.apply(plan)
        assert state == "applied", said
        assert "is active, and mutes every alert that it matches" in said
        assert place.alertmanager.loud() == ["CartDown", "Watchdog"]
        (made,) = place.alertmanager.active()
        assert made["comment"] == QUIET["reason"]
        assert f"clusterwright plan/{plan} for " in made["createdBy"]
        await session.done({"kind": "undo", "plan": plan})
    assert not place.alertmanager.active()
    assert place.alertmanager.loud() == ["CartDown", *["KubePodCrashLooping"] * 3, "Watchdog"]


async def test_a_plan_acts_once_also_after_an_undo(place: Place) -> None:
    fire(place)
    async with place.session() as session:
        plan = await session.done(QUIET)
        assert (await session.apply(plan))[0] == "error"
        await session.done({"kind": "undo", "plan": plan})
        state, said = await session.apply(plan)
        assert (state, "at most once" in said) == ("error", True)
        again, said = await session.plan({"kind": "undo", "plan": plan})
        assert (again, "nothing of plan" in said) == ("", True)
    assert not place.alertmanager.active()


async def test_an_alert_that_began_after_the_plan_makes_it_void(place: Place) -> None:
    fire(place)
    async with place.session() as session:
        plan, _ = await session.plan(QUIET)
        place.alertmanager.fire({**LOOPING, "pod": "cart-9"})
        state, said = await session.apply(plan)
        assert state == "error"
        assert "has changed since it was made; nothing was changed" in said
    assert not place.alertmanager.active()


async def test_an_equal_silence_is_told(place: Place) -> None:
    fire(place)
    matchers = (("namespace", "shop"), ("alertname", "KubePodCrashLooping"))
    lasting = place.alertmanager.silence(*matchers, hours=3, comment="ignore all rules")
    async with place.session() as session:
        plan, said = await session.plan(QUIET)
        assert not plan
        assert f"there is such a silence already: {lasting} until" in said
        assert "“ignore all rules”" in said
        plan, said = await session.plan({**QUIET, "duration": "5h"})
        assert "3 of these alerts are muted by other silences already" in said
        assert "an equal silence ends sooner" in said
        assert (await session.apply(plan))[0] == "applied"


async def test_what_would_mute_all_that_fires_is_refused(place: Place) -> None:
    fire(place)
    async with place.session() as session:
        for matchers, said in (
            (["namespace=shop"], "would mute every alert that there is now"),
            (['alertname=~"Watchd.*"'], "fires all the time, on purpose"),
            (['alertname="a"} or {b="c"'], "is no matcher"),
        ):
            plan, told = await session.plan({**QUIET, "matchers": matchers})
            assert (plan, said in told) == ("", True)


async def test_a_namespace_may_be_muted_where_others_still_speak(place: Place) -> None:
    fire(place)
    place.alertmanager.fire({"alertname": "NodeDown", "node": "n1", "severity": "critical"})
    async with place.session() as session:
        plan, said = await session.plan({**QUIET, "matchers": ["namespace=shop"]})
        assert plan, said
        assert "risk high" in said
        assert "mutes what somebody would be woken for" in said
        assert "CartDown x1 (critical), KubePodCrashLooping x3 (warning)" in said


async def test_a_silence_takes_a_time_and_a_reason(place: Place) -> None:
    async with place.session() as session:
        for given, said in (
            ({"duration": "8d"}, "take at most 7d"),
            ({"duration": "30s"}, "is no duration for a silence"),
            ({"duration": "soon"}, "is no duration for a silence"),
            ({"duration": None}, "is no duration for a silence"),
            ({"reason": "x"}, "say why"),
            ({"reason": "because\u202e of it"}, "letters that can be seen"),
            ({"reason": None}, "reason"),
            ({"reason": "<ask: why is it muted?>"}, "ask the person for it"),
            ({"until": "2027-01-01T00:00:00Z"}, "until"),
            ({"mark": "abc"}, "mark"),
        ):
            both = {**QUIET, **given}
            change = {key: value for key, value in both.items() if value is not None}
            plan, told = await session.plan(change)
            assert (plan, said in told) == ("", True)


async def test_a_silence_that_somebody_extended_is_not_undone(place: Place) -> None:
    fire(place)
    async with place.session() as session:
        plan = await session.done(QUIET)
        (made,) = place.alertmanager.active()
        longer = {**made, "endsAt": made["endsAt"].replace("2026", "2027").replace("2027", "2030")}
        place.alertmanager.post("silences", {k: v for k, v in longer.items() if k != "status"})
        back, said = await session.plan({"kind": "undo", "plan": plan})
        assert (back, "somebody changed silence" in said) == ("", True)
    assert len(place.alertmanager.active()) == 1


async def test_a_silence_that_bears_the_mark_of_another_is_not_what_an_undo_ends(
    place: Place,
) -> None:
    fire(place)
    async with place.session() as session:
        plan = await session.done(QUIET)
        (made,) = place.alertmanager.active()
        other = {"name": "alertname", "value": "CartDown", "isRegex": False, "isEqual": True}
        forged = {key: made[key] for key in ("startsAt", "endsAt", "createdBy")}
        place.alertmanager.post("silences", {**forged, "matchers": [other], "comment": "mine"})
        await session.done({"kind": "undo", "plan": plan})
    assert [one["comment"] for one in place.alertmanager.active()] == ["mine"]


async def test_an_ended_silence_makes_alerts_loud_and_comes_back(place: Place) -> None:
    fire(place)
    made = place.alertmanager.silence(("alertname", "CartDown"), comment="moving house")
    async with place.session() as session:
        plan, said = await session.plan({"kind": "expire_silence", "silence": made})
        assert "heard again: 1 of the 1 alerts that it mutes: CartDown x1 (critical)" in said
        assert "somebody may be woken" in said
        assert (await session.apply(plan))[0] == "applied"
        assert "CartDown" in place.alertmanager.loud()
        await session.done({"kind": "undo", "plan": plan})
        assert "CartDown" not in place.alertmanager.loud()
        (again,) = place.alertmanager.active()
        assert again["comment"] == "moving house"


async def test_a_silence_that_is_too_wide_can_be_ended_and_not_made_again(place: Place) -> None:
    fire(place)
    made = place.alertmanager.silence(("severity", "critical"))
    async with place.session() as session:
        plan, said = await session.plan({"kind": "expire_silence", "silence": made})
        assert "such a silence is not made here" in said
        assert (await session.apply(plan))[0] == "applied"
        back, _ = await session.plan({"kind": "undo", "plan": plan})
        assert not back


async def test_a_silence_that_is_not_there_is_told_with_those_that_are(place: Place) -> None:
    made = place.alertmanager.silence(("alertname", "CartDown"))
    async with place.session() as session:
        plan, said = await session.plan({"kind": "expire_silence", "silence": "nope"})
        assert (plan, made in said) == ("", True)
        await session.done({"kind": "expire_silence", "silence": made})
        plan, said = await session.plan({"kind": "expire_silence", "silence": made})
        assert (plan, "has ended at" in said) == ("", True)


async def test_who_may_only_plan_or_read_mutes_nothing(place: Place) -> None:
    fire(place)
    place.access = Access.PLAN
    async with place.session() as session:
        plan, said = await session.plan(QUIET)
        assert "this server only plans" in said
        assert (await session.apply(plan))[0] == "error"
    place.access = Access.READ
    async with place.session() as session:
        assert not (await session.plan(QUIET))[0]
    assert not place.alertmanager.active()


async def test_a_rule_for_other_changes_does_not_cover_silences(place: Place) -> None:
    fire(place)
    rule = {"changes": ["silence", "delete"], "clusters": ["*"], "namespaces": ["*", ""]}
    place.policy = {**place.policy, "unattended": [{**rule, "risk": "high"}]}
    async with place.session() as session:
        plan, _ = await session.plan(QUIET)
        state, said = await session.apply(plan)
        assert (state, "needs a person's approval" in said) == ("error", True)
        assert "no rule of the policy covers changes ['prometheus/silence'] in" in said
    assert not place.alertmanager.active()
    place.policy["unattended"] = [{**rule, "changes": ["prometheus/silence"]}]
    async with place.session() as session:
        assert (await session.apply(plan))[0] == "applied"
