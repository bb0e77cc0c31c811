"""Rules in the files of a real Prometheus: checked, tested, tried live, proven loaded, undone."""

import pytest
import yaml

from clusterwright.tools.manifest import Json, Manifest
from tests.tools.prometheus.changes.place import Place
from tests.tools.prometheus.changes.rules_place import Server

pytestmark = [pytest.mark.anyio, pytest.mark.timeout(120)]

SLOW: Manifest = {
    "alert": "CartSlow",
    "expr": 'absent(up{job="till"})',
    "labels": {"severity": "warning"},
}


def made(place: Place, **more: Json) -> Manifest:
    return {
        "kind": "create_rule",
        "object": f"ConfigMap/{place.namespace}/rules",
        "file": "cart.yaml",
        "group": "cart",
        "rule": SLOW,
        **more,
    }


def edit(place: Place, **rule: Json) -> Manifest:
    return made(place, kind="edit_rule", rule={"alert": "CartDown", **rule})


def expecting(values: str) -> Manifest:
    """Return a unit test that expects CartSlow to fire after two minutes."""
    alert = {"exp_labels": {"severity": "warning", "job": "till"}}
    return {
        "interval": "1m",
        "input_series": [{"series": 'up{job="till"}', "values": values}],
        "alert_rule_test": [{"eval_time": "2m", "alertname": "CartSlow", "exp_alerts": [alert]}],
    }


async def test_a_rule_is_tested_loaded_proven_and_undone(rules: Place, server: Server) -> None:
    async with rules.session() as session:
        plan, said = await session.plan(made(rules, test=expecting("_x5")))
        assert "finds nothing wrong with the rule" in said
        assert "its unit test passed" in said
        assert "it would fire for 1 series at once" in said
        assert "the file cart.yaml is written anew: its comments go" in said
        assert server.rule("CartSlow") is None
        state, said = await session.apply(plan)
        assert state == "applied", said
        assert "Prometheus has loaded alert CartSlow of group cart" in said
        loaded = server.rule("CartSlow")
        assert loaded is not None
        assert loaded["health"] == "ok"
        await session.done({"kind": "undo", "plan": plan})
    assert "CartSlow" not in rules.get("configmap", "rules")["data"]["cart.yaml"]


async def test_a_rule_is_edited_field_by_field(rules: Place, server: Server) -> None:
    async with rules.session() as session:
        plan, said = await session.plan(
            edit(rules, expr='up{job="cart"}  ==  0 or absent(up{job="cart"})', **{"for": None})
        )
        assert "rule.for: 5m ->" in said or "- rule.for: 5m" in said
        assert "it changes an alert that somebody is woken by" in said
        assert "it would fire for 1 series at once" in said
        assert (await session.apply(plan))[0] == "applied"
        loaded = server.rule("CartDown")
        assert loaded is not None
        assert (loaded["duration"], loaded["labels"]) == (0, {"severity": "critical"})
        await session.done({"kind": "undo", "plan": plan})
    assert "# kept by the shop team" in rules.get("configmap", "rules")["data"]["cart.yaml"]


async def test_a_rule_that_is_wrong_is_refused_with_what_is_right(rules: Place) -> None:
    async with rules.session() as session:
        for rule, said in (
            ({"expr": "up{job="}, "cannot be read"),
            ({"expr": "up) or vector(1"}, "cannot be read"),
            ({"expr": "up[5m]"}, "this is a matrix"),
            ({"expr": '"text"'}, "this is a string"),
            ({"expr": "nofunction(up)"}, "nofunction"),
            ({"annotations": {"summary": "{{ $labels.job"}}, "promtool"),
        ):
            plan, told = await session.plan(made(rules, rule={**SLOW, **rule}))
            assert (plan, said in told) == ("", True)


async def test_a_unit_test_that_fails_refuses_the_rule(rules: Place) -> None:
    async with rules.session() as session:
        for test, said in (
            (expecting("1x5"), "its unit test fails"),
            (expecting("0x1000000000"), "samples, over 50000"),
        ):
            plan, told = await session.plan(made(rules, test=test))
            assert (plan, said in told) == ("", True)


async def test_a_rule_beside_it_that_would_end_promtool_is_not_tested_here(rules: Place) -> None:
    beside = {"alert": "Heavy", "expr": "max_over_time(up[1y:1ms]) > 0"}
    file = yaml.safe_dump({"groups": [{"name": "cart", "rules": [beside]}]})
    rules.create(
        {
            "apiVersion": "v1",
            "kind": "ConfigMap",
            "metadata": {"name": "heavy"},
            "data": {"cart.yaml": file},
        }
    )
    change = made(rules, object=f"ConfigMap/{rules.namespace}/heavy", test=expecting("_x5"))
    async with rules.session() as session:
        plan, said = await session.plan(change)
    assert (plan, "the subqueries have some" in said) == ("", True)


async def test_without_promtool_the_plan_says_so(
    rules: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CLUSTERWRIGHT_PROMTOOL", "/nowhere/promtool")
    async with rules.session() as session:
        plan, said = await session.plan(made(rules))
        assert plan
        assert "risk medium: no promtool has checked the rule" in said
        plan, said = await session.plan(made(rules, test=expecting("_x5")))
        assert (plan, "there is no program" in said) == ("", True)


async def test_a_scalar_fires_always_and_comments_do_no_harm(rules: Place) -> None:
    async with rules.session() as session:
        _, said = await session.plan(made(rules, rule={**SLOW, "expr": "1 # always"}))
        assert "it would fire for 1 series" in said
        _, said = await session.plan(made(rules, rule={**SLOW, "expr": "up == 7 # never"}))
        assert "it would not fire now" in said


async def test_an_alert_that_is_there_is_not_made_twice(rules: Place) -> None:
    down = {"alert": "CartDown", "expr": "up == 0", "labels": {"severity": "critical"}}
    async with rules.session() as session:
        plan, said = await session.plan(made(rules, rule=down))
        assert (plan, "has the alert 'CartDown' already" in said) == ("", True)
        plan, said = await session.plan(edit(rules, **{"for": "5m"}))
        assert (plan, "Nothing to change" in said) == ("", True)
        plan, said = await session.plan(made(rules, kind="edit_rule"))
        assert (plan, "rules: CartDown" in said) == ("", True)


async def test_a_file_that_changed_after_the_plan_is_not_overwritten(rules: Place) -> None:
    async with rules.session() as session:
        plan, _ = await session.plan(made(rules))
        rules.sandbox.kubectl(
            "patch", "configmap", "rules", "-n", rules.namespace, "--type=merge",
            "-p", '{"data":{"cart.yaml":"groups: []\\n"}}',
        )  # fmt: skip
        state, said = await session.apply(plan)
    assert (state, "nothing was changed" in said) == ("error", True)
    assert rules.get("configmap", "rules")["data"]["cart.yaml"] == "groups: []\n"


async def test_a_file_that_is_a_bomb_or_no_rule_file_is_not_touched(rules: Place) -> None:
    bomb = "a: &a [x]\nb: &b [*a,*a]\ngroups: *b\n"
    for content, told in ((bomb, "aliases"), ("{", "is no YAML"), ("x: 1\n", "is no rule file")):
        rules.create(
            {
                "apiVersion": "v1",
                "kind": "ConfigMap",
                "metadata": {"generateName": "odd-", "name": f"odd-{len(content)}"},
                "data": {"cart.yaml": content},
            }
        )
        change = made(rules, object=f"ConfigMap/{rules.namespace}/odd-{len(content)}")
        async with rules.session() as session:
            plan, said = await session.plan(change)
        assert (plan, told in said) == ("", True)


async def test_a_rule_that_the_server_cannot_evaluate_is_refused(rules: Place) -> None:
    twice = (
        'vector(1) * on () group_left () (label_replace(vector(1), "a", "1", "", "") or vector(1))'
    )
    async with rules.session() as session:
        plan, said = await session.plan(made(rules, rule={**SLOW, "expr": twice}))
    assert (plan, "found duplicate series" in said) == ("", True)
