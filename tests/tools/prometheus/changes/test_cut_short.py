"""Killed or unanswered while a silence is posted or ended: Alertmanager tells what took place."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from clusterwright.tools.manifest import Manifest
from tests.tools.prometheus.changes.place import Place, configure
from tests.tools.prometheus.changes.relay import Moment, Relay, relayed
from tests.tools.prometheus.changes.rules_place import Server

pytestmark = [pytest.mark.anyio, pytest.mark.timeout(120)]
DOWN = {"alertname": "CartDown", "namespace": "shop"}
QUIET: Manifest = {
    "kind": "silence",
    "matchers": ["alertname=CartDown", "namespace=shop"],
    "duration": "2h",
    "reason": "the cart is being moved",
}


def apply_and_be_killed(
    place: Place, server: Server, relay: Relay, plan: str, folder: Path
) -> None:
    """Apply a plan in a process of its own, which ends as it posts."""
    policy = folder / "script.yaml"
    policy.write_text(yaml.safe_dump(place.policy))
    policy.chmod(0o600)
    config = folder / "relayed"
    configure(config, cluster=place.sandbox.context, url=server.url, alertmanager_url=relay.url)
    command = [sys.executable, "-m", "clusterwright.cli", "apply", plan]
    command += ["--kubeconfig", str(place.sandbox.kubeconfig), "--approve", str(policy)]
    env = {
        **os.environ,
        "CLUSTERWRIGHT_STATE_DIR": str(place.state),
        "CLUSTERWRIGHT_CONFIG_DIR": str(config),
    }
    pipe = subprocess.PIPE
    with subprocess.Popen(command, env=env, stdout=pipe, stderr=subprocess.STDOUT) as process:
        relay.client = process
        said, _ = process.communicate(timeout=60)
    assert process.returncode < 0, said


@pytest.mark.parametrize("moment", ["before", "after"])
async def test_a_post_that_was_cut_short_is_looked_up_and_finished_or_undone(
    place: Place, server: Server, moment: Moment, tmp_path: Path
) -> None:
    place.alertmanager.fire(DOWN, {"alertname": "NodeDown", "node": "n1"})
    async with place.session() as session:
        plan, said = await session.plan(QUIET)
        assert plan, said
        with relayed(place.alertmanager.url, moment) as relay:
            apply_and_be_killed(place, server, relay, plan, tmp_path)
        assert len(place.alertmanager.active()) == (moment == "after")
        _, said = await session.plan({**QUIET, "duration": "5h"})
        assert f"Unfinished: {plan}" in said
        await session.done({"kind": "finish", "plan": plan})
        (made,) = place.alertmanager.active()
        assert made["comment"] == QUIET["reason"]
        assert place.alertmanager.loud() == ["NodeDown"]
        await session.done({"kind": "undo", "plan": plan})
    assert place.alertmanager.loud() == ["CartDown", "NodeDown"]


async def test_an_answer_that_was_lost_makes_nothing_twice_and_undoes_nothing(
    place: Place, server: Server
) -> None:
    place.alertmanager.fire(DOWN, {"alertname": "NodeDown", "node": "n1"})
    with relayed(place.alertmanager.url, loses=True) as relay:
        where = place.state.parent / "config"
        configure(
            where,
            cluster=place.sandbox.context,
            url=server.url,
            alertmanager_url=relay.url,
        )
        async with place.session() as session:
            plan = await session.done(QUIET)
            assert len(place.alertmanager.active()) == 1
            await session.done({"kind": "undo", "plan": plan})
    assert place.alertmanager.loud() == ["CartDown", "NodeDown"]
