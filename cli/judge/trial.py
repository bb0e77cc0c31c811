"""One group of scenarios on its way: developed, asked about, healed, silent."""

import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field, replace
from functools import partial

import anyio

from clusterwright.agents.diagnose.gather import gather
from clusterwright.agents.hub import Hub
from clusterwright.cli.judge.compare import Comparison, compare
from clusterwright.cli.judge.patience import PATIENCE, Patience
from clusterwright.cli.judge.report import Row
from clusterwright.deploy.sandbox.scenario.errors import (
    KubectlError,
    NotDevelopedError,
    ScenarioError,
)
from clusterwright.deploy.sandbox.scenario.kubectl import Cluster
from clusterwright.deploy.sandbox.scenario.lifecycle import break_, heal
from clusterwright.deploy.sandbox.scenario.model import Rendered
from clusterwright.deploy.sandbox.scenario.play import Truth
from clusterwright.deploy.sandbox.scenario.progress import Progress
from clusterwright.tools.finding import Finding

_SECONDS_BETWEEN_CALLS = 1.0
_CALLS_AT_ONCE = 4


@dataclass
class Trial:
    """A scenario under one seed and the row that its outcome is written to."""

    rendered: Rendered
    row: Row = field(init=False)

    def __post_init__(self) -> None:
        """Start with an empty row."""
        self.row = Row(self.rendered.name, trap=self.rendered.card.kind == "trap")

    @property
    def patience(self) -> Patience:
        """How long to wait for it."""
        usual = PATIENCE[self.rendered.card.domain]
        return replace(usual, told=self.rendered.card.told_within or usual.told)

    @property
    def namespace(self) -> str | None:
        """The namespace to ask about; None, the whole cluster, if the scenario is larger."""
        return self.rendered.namespace if self.rendered.card.scope == "namespaced" else None


def develop(cluster: Cluster, trials: Sequence[Trial], *, pause: float | None = None) -> None:
    """Break all that may be at once and note when each was broken; what is late fails alone.

    `pause` is how many seconds go by between two looks, if not as usual.
    """

    def note(row: Row, seconds: float) -> None:
        """Keep how long it took."""
        row.developed = seconds

    settled = [trial for trial in trials if not trial.row.failure]
    seconds = max((trial.patience.broken for trial in settled), default=0.0)
    rendered = [trial.rendered for trial in settled]
    act = partial(break_, cluster, rendered, seconds=seconds, pause=pause)
    _through(act, settled, note)


def cure(cluster: Cluster, trials: Sequence[Trial]) -> None:
    """Heal all faults that developed at once and wait until each is well again."""
    faults = [trial for trial in trials if not trial.row.trap and not trial.row.failure]
    seconds = max((trial.patience.healed for trial in faults), default=0.0)
    act = partial(heal, cluster, [t.rendered for t in faults], seconds=seconds)
    _through(act, faults, lambda _row, _seconds: None)


async def settle(hub: Hub, trials: Sequence[Trial]) -> None:
    """Wait until the whole cluster is silent before asking about it; what stays fails the trial.

    A finding that was there before anything was broken says nothing about a scenario. One in a
    namespace of its own has nothing to wait for: the namespace is not there yet.
    """

    async def judge(trial: Trial) -> None:
        """Ask until all is silent; what was told on the way is nobody's fault."""
        before = await _until_right(hub, trial, (), trial.patience.silent)
        trial.row.wrong.clear()
        if not before.right and not trial.row.failure:
            told = "; ".join(f"{one.code} on {one.subject}" for one in before.wrong)
            trial.row.failure = f"reported before anything was broken: {told}"

    await _each([trial for trial in trials if trial.namespace is None], judge)


async def ask(hub: Hub, trials: Sequence[Trial]) -> None:
    """Ask about each scenario that has developed, and note what was missed and what was wrong."""

    async def judge(trial: Trial) -> None:
        """Note what was not told."""
        met = await _until_right(hub, trial, trial.rendered.truth, trial.patience.told)
        trial.row.missed = met.missed

    await _each(trials, judge)


async def listen(hub: Hub, trials: Sequence[Trial]) -> None:
    """Ask again after the cure, until nothing is reported any more."""

    async def judge(trial: Trial) -> None:
        """Note when it fell silent, or what is still told."""
        started = time.monotonic()
        before = len(trial.row.wrong)
        met = await _until_right(hub, trial, (), trial.patience.silent)
        if trial.row.trap:
            return
        # What is still told right after the cure is late, not wrong; what stays is wrong.
        del trial.row.wrong[before:]
        if met.right:
            trial.row.silent = time.monotonic() - started
        else:
            trial.row.wrong += met.wrong

    await _each(trials, judge)


async def _until_right(
    hub: Hub, trial: Trial, truths: Sequence[Truth], seconds: float
) -> Comparison:
    """Ask until the answer is the truth, or for so long; every wrong finding on the way counts.

    A call that fails is tried again: a machine that breaks many things at once may be late.
    """
    deadline = time.monotonic() + seconds
    while True:
        met = compare(truths, await _findings(hub, trial))
        trial.row.wrong += [one for one in met.wrong if one not in trial.row.wrong]
        if (met.right and not trial.row.failure) or time.monotonic() > deadline:
            return met
        await anyio.sleep(_SECONDS_BETWEEN_CALLS)


async def _findings(hub: Hub, trial: Trial) -> list[Finding]:
    answers = await gather(hub, cluster=None, namespace=trial.namespace)
    failed = [gap for answer in answers if answer.failed for gap in answer.coverage.gaps]
    trial.row.failure = "; ".join(f"{gap.what}: {gap.reason}" for gap in failed)
    return [finding for answer in answers for finding in answer.findings]


async def _each(trials: Sequence[Trial], judge: Callable[[Trial], Awaitable[None]]) -> None:
    """Judge all trials that have come so far, a few at a time."""
    limiter = anyio.CapacityLimiter(_CALLS_AT_ONCE)

    async def limited(trial: Trial) -> None:
        async with limiter:
            await judge(trial)

    async with anyio.create_task_group() as tasks:
        for trial in trials:
            if not trial.row.failure:
                tasks.start_soon(limited, trial)


def _through(
    act: Callable[..., None], trials: Sequence[Trial], note: Callable[[Row, float], None]
) -> None:
    """Run a step for all trials; write down those that do not come to its end, and why."""
    late = {trial.rendered.name: trial.row for trial in trials}
    unmet: dict[str, tuple[str, ...]] = {}

    def report(progress: Progress) -> None:
        name = progress.rendered.name
        unmet[name] = progress.unmet
        if progress.done:
            note(late.pop(name), progress.seconds)

    try:
        act(report=report)
    except NotDevelopedError:
        for name, row in late.items():
            row.failure = f"not as declared in time: {'; '.join(unmet.get(name, ()))}"
    except (KubectlError, ScenarioError) as error:
        for row in late.values():
            row.failure = str(error)
