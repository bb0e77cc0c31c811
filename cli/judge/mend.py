"""Judge repairs: break scenarios, run `clusterwright fix` on each, and look whether it was right.

`fix` runs as users run it, in a process of its own, with a policy that approves. It learns a
namespace and nothing of scenarios. Whether a fault is repaired is for the scenario's own conditions
to say, and whether nothing was written for the API server's audit log.
"""

import json
import os
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

import anyio
from anyio import to_thread

from clusterwright.agents.remediate.repair import Result
from clusterwright.agents.report.incident import IncidentReport
from clusterwright.cli.judge.mended_report import planned_by, wrong_in
from clusterwright.deploy.sandbox.audit_log import writes
from clusterwright.deploy.sandbox.parts.binaries import ensure_binaries
from clusterwright.deploy.sandbox.parts.report import SilentReport
from clusterwright.deploy.sandbox.scenario.errors import NotDevelopedError
from clusterwright.deploy.sandbox.scenario.kubectl import Cluster
from clusterwright.deploy.sandbox.scenario.lifecycle import break_, is_developed, remove
from clusterwright.deploy.sandbox.scenario.model import Rendered
from clusterwright.deploy.sandbox.scenario.play import Truth
from clusterwright.deploy.sandbox.scenario.run import unmet_of

_BREAK_SECONDS = 240.0
_FIX_SECONDS = 400.0
_LATE_SECONDS = 30.0
"""What a fault gets to be told, after it has developed."""
_REPAIRED_SECONDS = 200.0
"""A ReplicaSet that was refused its pods tries again at ever longer intervals."""
_AT_ONCE = 3
_AGENTS = ("clusterwright", "Helm")
"""Who writes for us: we ourselves, and the helm program."""
_RESULTS = {"fixed": "fixed", "asks": "asks", "refused": "refused", "left": "no remedy"}
_POLICY = """\
unattended:
  - {changes: "*", clusters: ["*"], namespaces: ["*", ""], risk: high}
settle_seconds: 3
proof_seconds: 120
"""
Say = Callable[[str], None]


@dataclass
class Mended:
    """What came of one scenario."""

    rendered: Rendered
    result: str = "not tried"
    server: str = ""
    """The server that planned the change, as the incident report tells it."""
    seconds: float = 0.0
    writes: int = 0
    wrong: list[str] = field(default_factory=list[str])

    @property
    def expected(self) -> str:
        """What the scenario declares."""
        return _RESULTS[self.rendered.card.repair or "left"]

    @property
    def right(self) -> bool:
        """Whether it came as declared."""
        return not self.wrong and self.result == self.expected


@dataclass(frozen=True)
class Place:
    """Where to judge."""

    cluster: Cluster
    audit_log: Path
    folder: Path
    """For policy, plans and audit of this judgement only."""


async def mend_all(
    cluster: Cluster, audit_log: Path, rendered: Sequence[Rendered], say: Say
) -> list[Mended]:
    """Judge the repair of every fault; cluster-wide ones alone, all others together."""
    with tempfile.TemporaryDirectory(prefix="clusterwright-") as folder:
        place = Place(cluster, audit_log, Path(folder))
        policy = place.folder / "policy.yaml"
        policy.write_text(_POLICY, encoding="utf-8")
        policy.chmod(0o600)
        together = [one for one in rendered if one.card.scope == "namespaced"]
        groups = [[one] for one in rendered if one.card.scope == "cluster"]
        found: list[Mended] = []
        for group in [*groups, *([together] if together else [])]:
            found += await _group(place, group, say)
        return found


async def _group(place: Place, rendered: Sequence[Rendered], say: Say) -> list[Mended]:
    await to_thread.run_sync(partial(remove, place.cluster, rendered, wait=True))
    found = [Mended(one) for one in rendered]
    try:
        say(f"breaking {', '.join(one.name for one in rendered)}")
        await to_thread.run_sync(_break, place.cluster, rendered)
        limiter = anyio.CapacityLimiter(_AT_ONCE)

        async def judge(one: Mended) -> None:
            async with limiter:
                await _mend(place, one)
                say(f"{one.rendered.name}: {one.result}{' WRONG' * (not one.right)}")

        async with anyio.create_task_group() as tasks:
            for one in found:
                tasks.start_soon(judge, one)
    finally:
        with anyio.CancelScope(shield=True):
            await to_thread.run_sync(partial(remove, place.cluster, rendered, wait=True))
    return found


def _break(cluster: Cluster, rendered: Sequence[Rendered]) -> None:
    """Break all; what does not develop in time is told by what is judged afterwards."""
    try:
        break_(cluster, rendered, seconds=_BREAK_SECONDS)
    except NotDevelopedError:
        return


async def _mend(place: Place, one: Mended) -> None:
    rendered, started = one.rendered, time.monotonic()
    if not await to_thread.run_sync(is_developed, place.cluster, rendered):
        one.wrong.append("it has not developed")
        return
    offset = place.audit_log.stat().st_size
    own, others, told = await _repair_of(place, one)
    one.seconds = time.monotonic() - started
    if own is None:
        one.wrong.append(f"fix did not speak of it, but of {', '.join(told) or 'nothing'}")
        return
    one.result = str(own["result"])
    report = _report(place, rendered)
    one.server = planned_by(report, rendered.truth[0])
    one.wrong += wrong_in(report, rendered.truth[0])
    said = " ".join(own["reasons"])
    if rendered.card.repair_says and rendered.card.repair_says not in said:
        one.wrong.append(f"it does not say {rendered.card.repair_says!r}: {said[:300]}")
    if one.result != one.expected:
        one.wrong.append(f"expected {one.expected}, got {one.result}: {said[:400]}")
    scope = rendered.namespace if rendered.card.scope == "namespaced" else None
    taken = [
        write
        for agent in _AGENTS
        for write in writes(place.audit_log, agent=agent, offset=offset)
        if scope is None or write.namespace == scope
        if not write.agent.endswith(others)
    ]
    one.writes = len(taken)
    if one.expected != "fixed" and taken:
        one.wrong.append(f"something was written: {taken[0]}")
    if one.expected == "fixed":
        await _await_repaired(place.cluster, one)


async def _repair_of(
    place: Place, one: Mended
) -> tuple[dict[str, Any] | None, tuple[str, ...], list[str]]:
    """Run fix until it speaks of the scenario's first truth; return what it says of that.

    With it come the plans of all else that it repaired: a fault of the whole cluster is looked for
    in all of it, where others may have left something behind that is theirs to answer for. Last
    comes what it spoke of, and how that ended.
    """
    truth = one.rendered.truth[0]
    deadline = time.monotonic() + max(_LATE_SECONDS, one.rendered.card.told_within)
    while True:
        repairs = await _fix(place, one.rendered)
        own = next((repair for repair in repairs if _is_about(repair, truth)), None)
        touched = any(Result(repair["result"]).touched for repair in repairs)
        if own or touched or time.monotonic() > deadline:
            break
        await anyio.sleep(1)
    others = (repair["plan"] for repair in repairs if repair is not own)
    told = [f"{each['code']} on {each['subject']} ({each['result']})" for each in repairs]
    return own, tuple(filter(None, others)), told


def _is_about(repair: dict[str, Any], truth: Truth) -> bool:
    codes = {truth.code, *truth.also_allowed}
    return repair["subject"] == str(truth.subject) and repair["code"] in codes


async def _fix(place: Place, rendered: Rendered) -> list[dict[str, Any]]:
    where = ["-n", rendered.namespace] if rendered.card.scope == "namespaced" else []
    policy = str(place.folder / "policy.yaml")
    options = ["--kubeconfig", str(place.cluster.kubeconfig), "--approve", policy, "-o", "json"]
    options += ["--report", str(_report_file(place, rendered))]
    command = [sys.executable, "-m", "clusterwright.cli", "fix", "--all", *where, *options]
    folders = {
        "CLUSTERWRIGHT_STATE_DIR": str(place.folder / "state"),
        "CLUSTERWRIGHT_CONFIG_DIR": str(place.folder / "config"),
        "CLUSTERWRIGHT_HELM": str(ensure_binaries(["helm"], SilentReport())["helm"]),
    }
    with anyio.move_on_after(_FIX_SECONDS):
        done = await anyio.run_process(command, check=False, env={**os.environ, **folders})
        try:
            return json.loads(done.stdout)["repairs"]
        except ValueError:
            return []
    return []


def _report_file(place: Place, rendered: Rendered) -> Path:
    return place.folder / f"{rendered.name}.json"


def _report(place: Place, rendered: Rendered) -> IncidentReport:
    """Return the incident report of the last run of fix."""
    return IncidentReport.model_validate_json(_report_file(place, rendered).read_bytes())


async def _await_repaired(cluster: Cluster, one: Mended) -> None:
    """Wait until the scenario's own conditions of a repair hold."""
    deadline = time.monotonic() + _REPAIRED_SECONDS
    while True:
        unmet = await to_thread.run_sync(unmet_of, cluster, one.rendered, one.rendered.repaired)
        if not unmet:
            return
        if time.monotonic() > deadline:
            one.wrong += unmet
            return
        await anyio.sleep(1)


def summary(found: Sequence[Mended]) -> str:
    """Return the last line."""
    fixed = [one for one in found if one.expected == "fixed"]
    rest = [one for one in found if one.expected != "fixed"]
    return (
        f"repairs: {sum(one.right for one in fixed)} repaired of {len(fixed)},"
        f" {sum(one.right for one in rest)} rightly left alone of {len(rest)}"
    )
