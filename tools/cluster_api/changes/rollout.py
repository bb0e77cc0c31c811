"""Which machines a change replaces, in which order, how many at once, and what that is felt by."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from clusterwright.tools.cluster_api.changes.checks import in_turn
from clusterwright.tools.cluster_api.changes.pools import CONTROL_PLANE, Pool
from clusterwright.tools.cluster_api.changes.running import Running, gpus, running_on
from clusterwright.tools.cluster_api.strategy import strategy_of
from clusterwright.tools.kubernetes.changes.step import Elsewhere
from clusterwright.tools.manifest import dig, name_of
from clusterwright.tools.quotation import word
from clusterwright.tools.trust.risk import Risk

_POOLS, _MACHINES, _BUDGETS = 5, 8, 4
"""Pools that are told one by one, and lines for each; all of it must fit into an answer."""
_FOREVER = "without a limit in time"


@dataclass(frozen=True, slots=True)
class Wave:
    """A pool, or the control plane, whose machines are replaced."""

    pool: Pool
    surge: int
    unavailable: int
    on_delete: bool = False

    @property
    def turns(self) -> int:
        """How many replacements follow each other."""
        return in_turn(self.pool.count, self.surge + self.unavailable)

    def how(self) -> str:
        """Return how its machines are replaced."""
        if self.on_delete:
            return "each only once somebody deletes it (strategy OnDelete)"
        if self.pool.is_machine_pool:
            return "as its provider replaces them"
        more = f"up to {self.surge} more at a time (maxSurge {self.surge}" if self.surge else ""
        fewer = f"{self.unavailable} fewer at a time (maxSurge 0"
        return f"{more or fewer}, maxUnavailable {self.unavailable})"


def wave_of(pool: Pool) -> Wave:
    """Return how a pool rolls over."""
    found = strategy_of(pool.object, pool.count)
    return Wave(pool, found.surge, found.unavailable, found.on_delete)


@dataclass(frozen=True, slots=True)
class Rollout:
    """What the replacement of machines comes to, for whoever approves it."""

    notes: tuple[str, ...]
    risks: tuple[tuple[Risk, str], ...]
    turns: int


def rollout(waves: Sequence[Wave], seen: Elsewhere, *, at_once: bool = True) -> Rollout:
    """Return what is told of machines that are replaced, and what is at stake.

    `at_once` says that pools roll side by side; in an upgrade they go one after the other.
    """
    replaced = [one for one in waves if one.pool.count]
    if not replaced:
        return Rollout((), ((Risk.LOW, "no machine is replaced"),), 0)
    by_themselves = [one for one in replaced if not one.on_delete]
    machines = [machine for one in by_themselves for machine in one.pool.members]
    snapshot = seen.snapshot
    everywhere = [machine for one in replaced for machine in one.pool.members]
    by_name = {one.machine: one for one in running_on(everywhere, snapshot)} if snapshot else {}
    runs = [by_name[n] for one in machines if (n := name_of(one)) in by_name]
    notes = [_order(replaced, at_once=at_once)]
    for wave in replaced[:_POOLS]:
        notes += _told(
            wave, [by_name[n] for m in wave.pool.members if (n := name_of(m)) in by_name]
        )
    notes += _left(replaced[_POOLS:], by_name)
    if snapshot is None:
        notes.append(f"what runs on them could not be read: {seen.why_not}")
    turns = [one.turns for one in by_themselves] or [0]
    whole = sum(turns) if not at_once else max(turns)
    return Rollout(tuple(notes), tuple(_risks(by_themselves, runs, seen)), whole)


def _left(waves: Sequence[Wave], by_name: Mapping[str, Running]) -> Iterator[str]:
    """Yield a line on the pools that are not told one by one."""
    if waves:
        names = [name_of(one) for wave in waves for one in wave.pool.members]
        pods = sum(len(by_name[name].pods) for name in names if name in by_name)
        many = sum(one.pool.count for one in waves)
        yield f"and {len(waves)} more pools: {many} machines, {pods} pods"


def _order(waves: Sequence[Wave], *, at_once: bool) -> str:
    names = [one.pool.role for one in waves[:_POOLS]]
    names += [f"{len(waves) - _POOLS} more"] if len(waves) > _POOLS else []
    joint = " and, side by side, " if at_once else ", then "
    workers = joint.join(one for one in names if one != "the control plane")
    first = "the control plane" in names
    said = f"the control plane first, then {workers}" if first and workers else workers
    return f"machines are replaced: {said or 'the control plane'}"


def _told(wave: Wave, runs: Sequence[Running]) -> Iterator[str]:
    """Yield the lines on one pool: how many, how, each machine with what runs on it."""
    count = wave.pool.count
    many = f"{count} machine{'s' * (count != 1)}"
    yield f"{wave.pool.role}: {many}, {wave.how()}; {_capacity(wave, runs)}"
    shown = runs[:_MACHINES]
    yield from (one.line() for one in shown)
    left = len(wave.pool.members) - _MACHINES
    if left > 0:
        pods = sum(len(one.pods) for one in runs[_MACHINES:])
        yield f"and {left} more machines of {wave.pool.role}" + (
            f" with {pods} pods" if runs else ""
        )
    if wave.pool.unseen:
        yield f"{wave.pool.unseen} of them have neither a Machine nor a node that is named here"
    bare = [name for one in runs for name in one.bare]
    if bare:
        yield f"no controller replaces {', '.join(bare[:_BUDGETS])}{_more(len(bare) - _BUDGETS)}"
    budgets = {budget: one.node for one in runs for budget in one.blocked}
    for budget, node in list(budgets.items())[:_BUDGETS]:
        yield (
            f"{budget} allows no disruption at present: the drain of node {word(node)} waits for"
            f" it, {_drain(wave.pool)}"
        )


def _more(left: int) -> str:
    return f" and {left} more" if left > 0 else ""


def _capacity(wave: Wave, runs: Sequence[Running]) -> str:
    """Return what is left to work with while machines are replaced."""
    many = wave.pool.count
    stay = max(0, many - wave.unavailable)
    has, used = gpus(runs)
    if wave.pool.is_machine_pool:
        capacity = "how many serve meanwhile is up to the provider"
    elif wave.surge and not wave.unavailable:
        capacity = "the old ones serve until the new ones do"
    else:
        capacity = f"{stay} of {many} serve meanwhile"
    return f"{capacity}; {used} of {has} GPUs in use" if has else capacity


def _drain(pool: Pool) -> str:
    paths = (("deletion", "nodeDrainTimeoutSeconds"), ("nodeDrainTimeout",))
    first = pool.machines[0] if pool.machines else {}
    found = next((one for path in paths if (one := dig(first, "spec", *path))), None)
    if not found:
        return _FOREVER
    return f"at most {found} s" if isinstance(found, int) else f"at most {word(str(found))}"


def _risks(
    waves: Sequence[Wave], runs: Sequence[Running], seen: Elsewhere
) -> Iterator[tuple[Risk, str]]:
    count = sum(one.pool.count for one in waves)
    unseen = sum(one.pool.unseen for one in waves)
    many = f"{count} machine{'s are' if count != 1 else ' is'} replaced"
    pods = sum(len(one.pods) for one in runs)
    if not waves:
        yield Risk.LOW, "no machine is replaced until somebody deletes it (strategy OnDelete)"
    elif seen.snapshot is None or unseen == count:
        yield Risk.HIGH, f"{many}, and what runs on them is not known"
    elif unseen:
        yield Risk.HIGH, f"{many}, and what runs on {unseen} of them is not known"
    elif pods:
        yield Risk.HIGH, f"{many}; {pods} pod{'s' * (pods != 1)} on them must move"
    else:
        yield Risk.MEDIUM, f"{many}, on which no workload runs"
    if any(one.bare for one in runs):
        yield Risk.HIGH, "pods that nothing replaces are lost"
    if any(one.blocked for one in runs):
        yield Risk.HIGH, "a disruption budget holds the rollout up"


def is_hosted(pool: Pool) -> bool:
    """Return whether a control plane has no machines here, as one that a provider runs itself."""
    return pool.name == CONTROL_PLANE and not pool.machines
