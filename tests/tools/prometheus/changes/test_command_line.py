"""A plan of a model's making, shown, signed, applied and undone by a person at a terminal."""

from pathlib import Path

import anyio
import pytest
import yaml
from click.testing import CliRunner, Result

from clusterwright.cli.main import main
from clusterwright.tools.manifest import Json, Manifest
from tests.tools.prometheus.changes.place import Place

pytestmark = pytest.mark.timeout(120)
DOWN = {"alertname": "CartDown", "namespace": "shop", "severity": "critical"}
OTHER = {"alertname": "NodeDown", "node": "n1"}
QUIET: Manifest = {
    "kind": "silence",
    "matchers": ["alertname=CartDown", "namespace=shop"],
    "duration": "2h",
    "reason": "the cart is being moved, ticket 12",
}
PHRASE = "correct horse\n"


@pytest.fixture
def desk(place: Place, monkeypatch: pytest.MonkeyPatch) -> Place:
    """A place whose store is that of the user's commands."""
    monkeypatch.setenv("CLUSTERWRIGHT_STATE_DIR", str(place.state))
    policy(place.state.parent / "config" / "policy.yaml", {**place.policy, "unattended": []})
    place.alertmanager.fire(DOWN, OTHER)
    return place


def planned(place: Place, change: Manifest) -> str:
    async def plan() -> str:
        async with place.session() as session:
            found, said = await session.plan(change)
            assert found, said
            return found

    return anyio.run(plan)


def run(place: Place, *words: str, typed: str = "") -> Result:
    where = ["--kubeconfig", str(place.sandbox.kubeconfig)] if words[0] == "apply" else []
    return CliRunner().invoke(main, [*words, *where], input=typed)


def policy(path: Path, content: Json) -> str:
    path.write_text(yaml.safe_dump(content))
    path.chmod(0o600)
    return str(path)


def test_a_plan_is_applied_once_and_undone_by_commands(desk: Place, tmp_path: Path) -> None:
    plan, rules = planned(desk, QUIET), policy(tmp_path / "script.yaml", desk.policy)
    assert "mutes now: 1 of 2 alerts: CartDown x1 (critical)" in run(desk, "plans", plan).output
    applied = run(desk, "apply", plan, "--approve", rules)
    assert applied.exit_code == 0, applied.output
    assert "mutes every alert that it matches" in applied.output
    assert desk.alertmanager.loud() == ["NodeDown"]
    again = run(desk, "apply", plan, "--approve", rules)
    assert (again.exit_code, "at most once" in again.output) == (1, True)
    back = run(desk, "apply", plan, "--undo", "--approve", rules)
    assert (back.exit_code, "has ended" in back.output) == (0, True)
    assert desk.alertmanager.loud() == ["CartDown", "NodeDown"]
    assert "chain intact" in run(desk, "audit", "verify").output


def test_without_a_word_of_a_person_nothing_is_applied(desk: Place) -> None:
    plan = planned(desk, QUIET)
    refused = run(desk, "apply", plan)
    assert refused.exit_code == 1
    assert f"clusterwright approve {plan}" in refused.output
    assert not desk.alertmanager.active()


def test_a_plan_is_signed_and_then_applied_without_a_question(desk: Place) -> None:
    made = run(desk, "approve", "--new-key", typed=PHRASE * 2)
    assert made.exit_code == 0, made.output
    plan = planned(desk, QUIET)
    signed = run(desk, "approve", plan, typed=f"y\n{PHRASE}")
    assert signed.exit_code == 0, signed.output
    assert "the cart is being moved, ticket 12" in signed.output
    assert run(desk, "apply", plan).exit_code == 0
    assert desk.alertmanager.loud() == ["NodeDown"]
