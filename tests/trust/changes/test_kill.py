"""Killed at any step: the journal knows what was done, and the rest can be finished or undone."""

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from mcp import Client

from clusterwright.servers.kubernetes import create_server
from clusterwright.tools.change import State
from clusterwright.tools.kubernetes.changes.journal import progress_of
from clusterwright.tools.trust.authority import Authority
from tests.trust.changes.gate import Gate, Moment, gate
from tests.trust.changes.workplace import Workplace, config_map

NAMES = ("first", "second", "third")
EACH = pytest.mark.parametrize("write", [1, 2, 3])
AROUND = pytest.mark.parametrize("moment", ["before", "after"])
POLICY = """\
unattended:
  - {changes: "*", clusters: ["*"], namespaces: ["*"], risk: high}
settle_seconds: 0
"""


@pytest.fixture
def relay(place: Workplace, tmp_path: Path) -> Iterator[Gate]:
    with gate(place.sandbox, tmp_path) as found:
        yield found


class Killed:
    """A plan of three steps whose apply is killed."""

    def __init__(self, place: Workplace, relay: Gate, folder: Path) -> None:
        self.place, self.relay = place, relay
        self.policy = folder / "policy.yaml"
        self.policy.write_text(POLICY, encoding="utf-8")
        self.policy.chmod(0o600)
        place.create(*(config_map(name, level="info") for name in NAMES))
        self.environment = {
            **os.environ,
            "CLUSTERWRIGHT_STATE_DIR": str(place.state),
            "CLUSTERWRIGHT_CONFIG_DIR": str(folder / "config"),
        }

    @property
    def authority(self) -> Authority:
        return Authority(state=self.place.state)

    def run(self, *words: str) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-m", "clusterwright.cli", *words]
        process = subprocess.Popen(
            command,
            env=self.environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        self.relay.victim = process.pid
        said, _ = process.communicate()
        return subprocess.CompletedProcess(command, process.returncode, said, "")

    def apply(self, *words: str) -> subprocess.CompletedProcess[str]:
        config = ["--kubeconfig", str(self.relay.kubeconfig), "--approve", str(self.policy)]
        return self.run("apply", *words, *config)

    def levels(self) -> list[str]:
        return [self.place.get("configmap", name)["data"]["level"] for name in NAMES]


@pytest.fixture
async def killed(place: Workplace, relay: Gate, tmp_path: Path) -> Killed:
    return Killed(place, relay, tmp_path)


async def planned(killed: Killed) -> str:
    """Plan three patches through the relay."""
    changes = [
        {
            "kind": "patch",
            "object": killed.place.ref("ConfigMap", name),
            "set": {"data.level": "debug"},
        }
        for name in NAMES
    ]
    server = create_server(
        kubeconfig=killed.relay.kubeconfig, authority=Authority(state=killed.place.state)
    )
    async with Client(server) as client:
        result = await client.call_tool("k8s_plan_change", {"changes": changes})
        assert result.structured_content is not None
        return str(result.structured_content["plan_id"])


@pytest.mark.anyio
@EACH
@AROUND
async def test_a_killed_apply_is_known_and_can_be_finished(
    killed: Killed, write: int, moment: Moment
) -> None:
    plan = await planned(killed)
    killed.relay.arm(write, moment)
    assert killed.apply(plan).returncode == -9
    done = write if moment == "after" else write - 1
    assert killed.levels() == ["debug"] * done + ["info"] * (3 - done)
    store = killed.authority.store
    assert [one.plan.id for one in store.interrupted()] == [plan]
    progress = progress_of(store.journal(plan))
    assert len(progress.written) == write - 1
    assert len(progress.doubtful) == 1  # the one that was under way; no other is in doubt
    assert "CUT SHORT" in killed.run("plans").stdout
    killed.relay.arm(0, "before")
    assert "at most once" in killed.apply(plan).stdout
    finished = killed.apply(plan, "--finish")
    assert killed.levels() == ["debug"] * 3, finished.stdout
    assert killed.authority.store.interrupted() == []
    ended = killed.authority.store.get(plan).state
    assert ended is (State.UNPROVEN if done == len(NAMES) else State.APPLIED)  # nothing was left
    assert killed.authority.audit.verify().broken == ()


@pytest.mark.anyio
@EACH
@AROUND
async def test_a_killed_apply_can_be_undone(killed: Killed, write: int, moment: Moment) -> None:
    plan = await planned(killed)
    killed.relay.arm(write, moment)
    assert killed.apply(plan).returncode == -9
    killed.relay.arm(0, "before")
    undone = killed.apply(plan, "--undo")
    assert killed.levels() == ["info"] * 3, undone.stdout
    assert killed.authority.store.interrupted() == []


@pytest.mark.anyio
@AROUND
async def test_what_was_to_finish_it_can_be_cut_short_as_well(
    killed: Killed, moment: Moment
) -> None:
    plan = await planned(killed)
    killed.relay.arm(1, "after")
    assert killed.apply(plan).returncode == -9
    killed.relay.arm(1, moment)
    assert killed.apply(plan, "--finish").returncode == -9
    store = killed.authority.store
    cut_short = {one.plan.id for one in store.interrupted()}
    assert len(cut_short) == 2  # it, and the plan that was to finish it
    assert plan in cut_short
    killed.relay.arm(0, "before")
    finished = killed.apply((cut_short - {plan}).pop(), "--finish")  # either name will do
    assert killed.levels() == ["debug"] * 3, finished.stdout
    assert killed.authority.store.interrupted() == []
    assert killed.authority.store.get(plan).state is State.APPLIED
    assert killed.authority.audit.verify().broken == ()
