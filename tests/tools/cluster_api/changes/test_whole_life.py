"""A cluster's life by tool calls alone, from a class and back; and again, killed on the way."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from clusterwright.deploy.sandbox.audit_log import writes
from clusterwright.tools.change import State
from clusterwright.tools.manifest import Manifest
from clusterwright.tools.trust.authority import Authority
from tests.e2e.drawn import in_turn
from tests.tools.cluster_api.changes.place import Place
from tests.tools.cluster_api.changes.whole_life import live
from tests.trust.changes.gate import Gate, gate

pytestmark = [pytest.mark.anyio, pytest.mark.timeout(1_800)]
_SECONDS = 600.0


@in_turn(0, 2)
async def test_a_cluster_is_made_used_changed_upgraded_and_given_up_by_tool_calls(
    place: Place,
) -> None:
    await live(place.management.kubeconfig, place.state, place.namespace)
    assert place.listed("clusters.cluster.x-k8s.io,machines.cluster.x-k8s.io") == []
    cluster = [one.verb for one in place.writes() if one.resource == "clusters"]
    assert cluster == ["create", "patch", "patch", "patch", "delete"]
    # Every write of ours carries its plan, and all of them are on that one object.
    assert {one.resource for one in place.writes()} == {"clusters"}
    assert all("plan/p-" in one.agent for one in place.writes())
    plans = Authority(state=place.state).store.all()
    assert [one.state for one in plans] == [State.APPLIED] * 6


@dataclass
class Runs:
    """The same life, run as a process of its own as often as it is killed."""

    place: Place
    relay: Gate
    ends: list[int] = field(default_factory=list[int])
    said: list[str] = field(default_factory=list[str])

    def run(self, kill_when: Callable[[], bool] | None = None) -> None:
        """Run until it ends, or is killed by the relay, or as soon as something is so."""
        words = (str(self.relay.kubeconfig), str(self.place.state), self.place.namespace)
        process = subprocess.Popen(
            [sys.executable, "-m", "tests.tools.cluster_api.changes.whole_life", *words],
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        self.relay.victim = process.pid
        deadline = time.monotonic() + _SECONDS
        while process.poll() is None:
            assert time.monotonic() < deadline
            if kill_when is not None and kill_when():
                process.send_signal(signal.SIGKILL)
                break
            time.sleep(0.2)
        said, _ = process.communicate()
        self.ends.append(process.returncode)
        self.said.append(said)

    def command(self, *words: str) -> str:
        """Run a command of ours on the same plans."""
        environment = {**os.environ, "CLUSTERWRIGHT_STATE_DIR": str(self.place.state)}
        command = [sys.executable, "-m", "clusterwright.cli", *words]
        command += ["--kubeconfig", str(self.relay.kubeconfig)]
        done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    def cluster(self) -> Manifest:
        found = self.place.listed("clusters.cluster.x-k8s.io")
        return found[0] if found else {}

    def pool(self) -> Manifest:
        found = self.place.listed("machinedeployments.cluster.x-k8s.io")
        return found[0].get("status", {}) if found else {}

    def is_being_made(self) -> bool:
        return bool(self.cluster()) and not self.pool().get("readyReplicas")

    def is_rolling(self) -> bool:
        pool = self.pool()
        return 0 < pool.get("upToDateReplicas", 0) < pool.get("replicas", 0)

    def is_going(self) -> bool:
        return "deletionTimestamp" in self.cluster().get("metadata", {})


@in_turn(1, 2)
def test_killed_at_any_point_the_next_run_goes_on(place: Place, tmp_path: Path) -> None:
    with gate(place.management, tmp_path) as relay:
        runs = Runs(place, relay)
        relay.arm(1, "before")  # the creation is journalled, and never sent
        runs.run()
        assert runs.cluster() == {}
        relay.arm(1, "after")  # it is sent, and its answer never comes
        runs.run()
        assert runs.cluster() != {}
        relay.arm(0, "before")
        runs.run(runs.is_being_made)
        relay.arm(1, "after")  # the accelerator
        runs.run()
        relay.arm(0, "before")
        runs.run(runs.is_rolling)
        relay.arm(1, "before")  # the number of machines
        runs.run()
        relay.arm(2, "before")  # the upgrade, after that number
        runs.run()
        relay.arm(0, "before")
        runs.run(runs.is_going)
        runs.run()
        store = Authority(state=place.state).store
        (left,) = store.interrupted()  # the deletion, whose proof was cut
        finished = runs.command("apply", left.plan.id, "--finish")
    assert runs.ends == [-9] * 8 + [0], runs.said
    assert place.listed("clusters.cluster.x-k8s.io,machines.cluster.x-k8s.io") == []
    found = writes(place.management.audit_log, agent="clusterwright", offset=place.begin)
    verbs = [one.verb for one in found if one.resource == "clusters"]
    assert verbs == ["create", "patch", "patch", "patch", "delete"]  # each took place once
    assert "all its steps had taken place" in finished
    assert Authority(state=place.state).store.interrupted() == []
    assert Authority(state=place.state).audit.verify().broken == ()
