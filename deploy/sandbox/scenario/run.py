"""Take many scenarios through their stages side by side, and wait for the conditions of each.

Everything is applied before anything is waited for: most of the time goes by in back-offs and
probe periods, which pass for all of them at once.
"""

import time
from collections.abc import Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field

from clusterwright.deploy.sandbox.scenario.act import act
from clusterwright.deploy.sandbox.scenario.condition import Condition
from clusterwright.deploy.sandbox.scenario.errors import KubectlError, NotDevelopedError
from clusterwright.deploy.sandbox.scenario.kubectl import Cluster
from clusterwright.deploy.sandbox.scenario.metrics import (
    ALERT,
    SERIES,
    SILENCE,
    alerts,
    series,
    silences,
)
from clusterwright.deploy.sandbox.scenario.model import WORKLOAD_NAMESPACE, Rendered, Stage
from clusterwright.deploy.sandbox.scenario.progress import Progress, Report
from clusterwright.deploy.sandbox.scenario.workload import at, is_reachable
from clusterwright.tools.manifest import Manifest

_THREADS = 4
_SECONDS_BETWEEN_LOOKS = 0.5
_TOLD = {ALERT: alerts, SILENCE: silences}
_OF_METRICS = (SERIES, *_TOLD)
_operations = ThreadPoolExecutor(6, "helm")
"""Operations of Helm wait for the cluster most of the time; nobody else has to wait for them."""


@dataclass
class Run:
    """One scenario on its way through some stages."""

    rendered: Rendered
    stages: Sequence[Stage]
    started: float = field(default_factory=time.monotonic)
    done: bool = False
    unmet: tuple[str, ...] = ("not applied yet",)
    _next: int = 0
    _since: dict[str, float] = field(default_factory=dict[str, float])
    _under_way: Future[None] | None = None

    def advance(self, cluster: Cluster) -> Progress:
        """Enter the next stage when the conditions of the last one hold; do not wait."""
        if self._next == 0:
            self._enter(cluster)
        while not self._look(cluster) and self._next < len(self.stages):
            self._enter(cluster)
        self.done = not self.unmet
        return Progress(self.rendered, self.unmet, self.done, time.monotonic() - self.started)

    def _enter(self, cluster: Cluster) -> None:
        stage = self.stages[self._next]
        if stage.helm:
            self._under_way = _operations.submit(act, cluster, self.rendered.namespace, stage)
        else:
            act(cluster, self.rendered.namespace, stage)
        self._next += 1

    def _look(self, cluster: Cluster) -> tuple[str, ...]:
        stage = self.stages[self._next - 1]
        if self._under_way:
            if not self._under_way.done():
                self.unmet = (f"{', '.join(map(str, stage.helm))}: under way",)
                return self.unmet
            self._under_way.result()  # raises what went wrong
            self._under_way = None
        self.unmet = _unmet(cluster, self.rendered, stage.until, self._since)
        following = self.stages[self._next : self._next + 1]
        if not self.unmet and any(not is_reachable(cluster, one.target) for one in following):
            self.unmet = (f"{following[0].target} has no kubeconfig yet",)
        return self.unmet


def run_all(
    cluster: Cluster,
    runs: Sequence[Run],
    *,
    seconds: float,
    report: Report,
    pause: float = _SECONDS_BETWEEN_LOOKS,
) -> None:
    """Take all runs to their end; raise NotDevelopedError naming those that are late.

    It looks again after `pause` seconds; each look is a process for each run.
    """
    deadline = time.monotonic() + seconds

    def advance(run: Run) -> Progress:
        return run.advance(cluster)

    with ThreadPoolExecutor(_THREADS) as threads:
        pending = list(runs)
        while pending:
            for progress in threads.map(advance, pending):
                report(progress)
            pending = [run for run in pending if not run.done]
            if pending and time.monotonic() > deadline:
                raise _late(pending, seconds)
            if pending:
                time.sleep(pause)


def unmet_of(cluster: Cluster, rendered: Rendered, conditions: Sequence[Condition]) -> list[str]:
    """Return a line for each condition that is not true at this moment."""
    instant = [one.model_copy(update={"seconds": 0}) for one in conditions]
    return list(_unmet(cluster, rendered, instant, {}))


def _unmet(
    cluster: Cluster,
    rendered: Rendered,
    conditions: Sequence[Condition],
    since: dict[str, float],
) -> tuple[str, ...]:
    of_objects = [one for one in conditions if one.kind not in _OF_METRICS]
    found = {
        where: _objects(cluster, rendered, of_objects, where)
        for where in {(c.target, c.namespace) for c in of_objects}
    }
    queried = {one: series(cluster, one) for one in {c.query for c in conditions if c.query}}
    told = {kind: _TOLD[kind](cluster) for kind in {c.kind for c in conditions} & _TOLD.keys()}
    now = time.monotonic()
    lines: list[str] = []
    for one in conditions:
        if one.kind in _OF_METRICS:
            objects = queried[one.query] if one.kind == SERIES else told[one.kind]
        else:
            objects = found[one.target, one.namespace]
        if objects is None or not one.holds(objects):
            since.pop(str(one), None)
            lines.append(f"{one.target} does not answer" if objects is None else one.seen(objects))
            continue
        held = now - since.setdefault(str(one), now)
        if held < one.seconds:
            lines.append(f"{one} holds for {held:.0f} of {one.seconds} s")
    return tuple(lines)


def _objects(
    cluster: Cluster, rendered: Rendered, conditions: Sequence[Condition], where: tuple[str, str]
) -> list[Manifest] | None:
    """Return what conditions on one cluster and namespace look at.

    None while a workload cluster is not there.
    """
    target, namespace = where
    kinds = {one.kind for one in conditions if (one.target, one.namespace) == where}
    if not target:
        return cluster.get(kinds, namespace or rendered.namespace)
    try:
        with at(cluster, target) as there:
            return there.get(kinds, namespace or WORKLOAD_NAMESPACE)
    except KubectlError:
        return None


def _late(pending: Sequence[Run], seconds: float) -> NotDevelopedError:
    names = ", ".join(f'"{run.rendered.name}"' for run in pending)
    details = "; ".join(f"{run.rendered.name}: {line}" for run in pending for line in run.unmet)
    first = pending[0].rendered
    return NotDevelopedError(
        f"not as declared after {seconds:.0f} s: {names}. {details}",
        hint=f"kubectl get all,events -n {first.namespace} shows how far it came",
    )
