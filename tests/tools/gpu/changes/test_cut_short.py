"""Killed between the steps of a layout for which pods are moved: finished, or undone, whole."""

import os
import subprocess
import sys
from collections.abc import Generator
from pathlib import Path

import pytest
import yaml

from tests.tools.gpu.changes.place import CONFIG, HELD, STATE, Place
from tests.trust.changes.gate import Gate, Moment, gate

pytestmark = [pytest.mark.anyio, pytest.mark.timeout(180)]
CORDON, EVICTION, LABEL, UNCORDON = 1, 2, 3, 4
"""The writes of a plan, in order."""


@pytest.fixture
def relay(place: Place, tmp_path: Path) -> Generator[Gate]:
    with gate(place.sandbox, tmp_path) as found:
        yield found


class Killed:
    """A plan that is applied by a process of its own, through a relay that ends it."""

    def __init__(self, place: Place, relay: Gate, folder: Path) -> None:
        self.place, self.relay = place, relay
        self.policy = folder / "policy.yaml"
        self.policy.write_text(yaml.safe_dump(place.policy))
        self.policy.chmod(0o600)
        self.environment = {
            **os.environ,
            "CLUSTERWRIGHT_STATE_DIR": str(place.state),
            "CLUSTERWRIGHT_CONFIG_DIR": str(folder / "config"),
        }

    async def planned(self) -> str:
        self.place.train("train", 4)
        change = {"kind": "set_mig", "node": self.place.node, "config": "all-2g.20gb"}
        async with self.place.session(self.relay.kubeconfig) as session:
            plan, said = await session.plan({**change, "evict": True})
        assert plan, said
        return plan

    def apply(self, *words: str) -> str:
        command = [sys.executable, "-m", "clusterwright.cli", "apply", *words]
        command += ["--kubeconfig", str(self.relay.kubeconfig), "--approve", str(self.policy)]
        pipe = subprocess.PIPE
        process = subprocess.Popen(
            command, env=self.environment, stdout=pipe, stderr=subprocess.STDOUT, text=True
        )
        self.relay.victim = process.pid
        said, _ = process.communicate(timeout=120)
        return f"{process.returncode}: {said}"


@pytest.mark.parametrize(("write", "moment"), [(EVICTION, "after"), (UNCORDON, "before")])
async def test_what_was_cut_short_is_finished(
    place: Place, relay: Gate, tmp_path: Path, write: int, moment: Moment
) -> None:
    killed = Killed(place, relay, tmp_path)
    plan = await killed.planned()
    relay.arm(write, moment)
    assert killed.apply(plan).startswith("-9")
    assert place.get()["spec"]["unschedulable"] is True
    relay.arm(0, "before")
    async with place.session(relay.kubeconfig) as session:
        other = {"kind": "set_mig", "node": place.node, "config": "all-1g.10gb", "evict": True}
        none, said = await session.plan(other)
        assert (none, "is cordoned for another plan" in said) == ("", True)
    said = killed.apply(plan, "--finish")
    node = place.get()
    assert node["metadata"]["labels"][CONFIG] == "all-2g.20gb", said
    assert node["metadata"]["labels"][STATE] == "success"
    assert not node["spec"].get("unschedulable")
    assert HELD not in node["metadata"]["annotations"]
    assert place.authority.store.interrupted() == []


async def test_what_was_cut_short_is_undone(place: Place, relay: Gate, tmp_path: Path) -> None:
    killed = Killed(place, relay, tmp_path)
    plan = await killed.planned()
    relay.arm(LABEL, "after")
    assert killed.apply(plan).startswith("-9")
    relay.arm(0, "before")
    said = killed.apply(plan, "--undo")
    node = place.get()
    assert node["metadata"]["labels"][CONFIG] == "all-disabled", said
    assert not node["spec"].get("unschedulable")
    assert HELD not in node["metadata"]["annotations"]
    assert place.authority.store.interrupted() == []
