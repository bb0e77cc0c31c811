"""What is requested and not used: containers that ask for too much, workloads that do nothing.

How much a container needs follows OpenCost's and the Vertical Pod Autoscaler's habit: of CPU the
95th percentile, of memory the most there was and 15 % more. What would be harmed is not judged.
"""

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from clusterwright.tools.prometheus.cost import sources as of
from clusterwright.tools.prometheus.cost.rates import Rates
from clusterwright.tools.prometheus.cost.sources import CONTAINER, GPU_RESOURCES, Sources
from clusterwright.tools.prometheus.cost.spend import GIB, name_of, pod_name, value
from clusterwright.tools.prometheus.cost.waste import Kind, Waste
from clusterwright.tools.prometheus.promql.literals import escaped, string
from clusterwright.tools.prometheus.result import Series
from clusterwright.tools.prometheus.signal.candidate import Unit
from clusterwright.tools.prometheus.signal.spelled import short, spell
from clusterwright.tools.quotation import word

MOST = 60
"""Containers, and pods, that are looked at: those that ask for most."""
HEADROOM = 1.15
_LEAST_CORES, _LEAST_BYTES = 0.05, 64 * 2.0**20
_THROTTLED = 0.01
_STILL_CORES, _STILL_BYTES = 0.005, 1_024
"""Below these a pod neither computes nor talks: probes alone cause a few hundred bytes a second."""
_BY = "namespace,pod,container"
_PASSING = frozenset({"job", "cronjob"})
Container = tuple[str, str, str]
Pod = tuple[str, str]


def excess(sources: Sources) -> dict[str, str]:
    """Return the queries by how much requests exceed use, in pods older than the window."""
    old = f"and on (namespace,pod) {_old(sources)}"
    found: dict[str, str] = {}
    if of.CPU in sources.there:
        asked = sources.requests("cpu", _BY)
        found["excess cores"] = (
            f"topk({MOST}, (({asked}) - on ({_BY}) {_p95(sources)}) > {_LEAST_CORES} {old})"
        )
    if of.MEMORY in sources.there and of.CPU in sources.there:
        asked = sources.requests("memory", _BY)
        found["excess memory"] = (
            f"topk({MOST}, (({asked}) - on ({_BY}) {HEADROOM} * {_most(sources)})"
            f" > {_LEAST_BYTES:.0f} {old})"
        )
    return found


def still(sources: Sources) -> dict[str, str]:
    """Return the query for the cores that pods request which neither compute nor talk."""
    if of.CPU not in sources.there or of.RECEIVED not in sources.there:
        return {}
    asked = sources.requests("cpu", "namespace,pod")
    gpu = sources.requests(GPU_RESOURCES, "namespace,pod")
    computed = f"sum by (namespace,pod) (rate({of.CPU}{{{CONTAINER}}}[5m]))"
    talked = f'sum by (namespace,pod) (rate({of.RECEIVED}{{interface!="lo"}}[{sources.seconds}s]))'
    return {
        "still": f"topk({MOST}, ({asked})"
        f" and on (namespace,pod) (max_over_time(({computed}){sources.window}) < {_STILL_CORES})"
        f" and on (namespace,pod) ({talked} < {_STILL_BYTES})"
        f" and on (namespace,pod) {_old(sources)}"
        f" unless on (namespace,pod) ({gpu}))"
    }


def details(sources: Sources, pods: Collection[Pod]) -> dict[str, str]:
    """Return the queries of what speaks against a saving, and of how much is used, of some pods."""
    names = "|".join(sorted({escaped(pod) for _, pod in pods}))
    own = f"pod=~{string(names)},{CONTAINER}"
    window = f"[{sources.seconds}s]"
    found = {
        "p95 cores": _p95(sources, own),
        "most memory": _most(sources, own),
        "owners": sources.owners_of(names),
        "requested memory": sources.requests("memory", "namespace,pod", sources.named(names)),
    }
    if of.THROTTLED in sources.there:
        throttled, periods = (
            f"sum by ({_BY}) (increase({one}{{{own}}}{window}))"
            for one in (of.THROTTLED, of.PERIODS)
        )
        found["throttled"] = f"{throttled} / {periods}"
    if of.OOM in sources.there:
        found["OOM kills"] = f"sum by ({_BY}) (increase({of.OOM}{{{own}}}{window})) > 0"
    if of.HPA in sources.there:
        target = "scaletargetref_kind,scaletargetref_name"
        found["autoscalers"] = f"max by (namespace,{target}) ({sources.told(of.HPA)})"
    return found


@dataclass(frozen=True, slots=True)
class Judged:
    """What was found, and what was left alone and why."""

    waste: tuple[Waste, ...] = ()
    spared: tuple[str, ...] = ()


@dataclass
class _Group:
    """The containers of one name in one workload that ask for too much of one resource."""

    excess: float = 0
    pods: int = 0
    request: float = 0
    used: float = 0
    reasons: set[str] = field(default_factory=set[str])


def judge(found: Mapping[str, Sequence[Series]], rates: Rates, hours: float) -> Judged:
    """Return what is requested and not used, from the results of all the queries by name."""
    owners = {_pod(one): name_of(one.labels, "workload") for one in found.get("owners", ())}
    kinds = {_pod(one): one.labels.get("workload_type", "") for one in found.get("owners", ())}
    zombies = list(_zombies(found, owners, kinds, rates, hours))
    dead = {one.subject for one in zombies}
    waste: list[Waste] = list(zombies)
    spared: list[str] = []
    for resource, unit in (("cores", Unit.CORES), ("memory", Unit.BYTES)):
        for (subject, container), group in _groups(found, owners, resource).items():
            if subject in dead:
                continue
            what = "cpu" if resource == "cores" else "memory"
            if group.reasons:
                reasons = ", ".join(sorted(group.reasons))
                spared.append(f"{what} of {subject} ({word(container)}): {reasons}")
            else:
                waste.append(_over(subject, container, group, unit, rates, hours))
    return Judged(tuple(waste), tuple(sorted(spared)))


def _groups(
    found: Mapping[str, Sequence[Series]], owners: Mapping[Pod, str], resource: str
) -> dict[tuple[str, str], _Group]:
    used = _values(found.get("p95 cores" if resource == "cores" else "most memory", ()))
    throttled, killed = _values(found.get("throttled", ())), _values(found.get("OOM kills", ()))
    scaled = {
        f"{one.labels.get('scaletargetref_kind')}/{one.labels.get('namespace')}"
        f"/{one.labels.get('scaletargetref_name')}"
        for one in found.get("autoscalers", ())
    }
    groups: defaultdict[tuple[str, str], _Group] = defaultdict(_Group)
    for key, gap in _values(found.get(f"excess {resource}", ())).items():
        namespace, pod, container = key
        if key not in used:  # its query failed, which is told: nothing is concluded without it
            continue
        took = used[key]
        subject = owners.get((namespace, pod)) or pod_name(namespace, pod)
        group = groups[subject, container]
        group.excess += gap
        group.pods += 1
        needed = took * (1 if resource == "cores" else HEADROOM)
        group.request, group.used = max(group.request, gap + needed), max(group.used, took)
        if resource == "cores" and subject in scaled:
            group.reasons.add("an autoscaler scales it")
        if resource == "cores" and throttled.get(key, 0) > _THROTTLED:
            group.reasons.add(f"throttled in {short(throttled[key] * 100, 2)} % of periods")
        if resource == "memory" and key in killed:
            group.reasons.add("OOM-killed in the window")
    return groups


def _over(
    subject: str, container: str, group: _Group, unit: Unit, rates: Rates, hours: float
) -> Waste:
    cores = unit is Unit.CORES
    how = "p95" if cores else "most"
    lost = group.excess * hours / (1 if cores else GIB)
    price = rates.core if cores else rates.gib
    return Waste(
        Kind.OVER_REQUEST,
        subject,
        f"{group.pods} x {word(container)} request {spell(group.request, unit)},"
        f" {how} used {spell(group.used, unit)}",
        core_hours=lost if cores else 0,
        gib_hours=0 if cores else lost,
        cost=None if price is None else lost * price,
    )


def _zombies(
    found: Mapping[str, Sequence[Series]],
    owners: Mapping[Pod, str],
    kinds: Mapping[Pod, str],
    rates: Rates,
    hours: float,
) -> Iterator[Waste]:
    memory = {_pod(one): value(one) or 0 for one in found.get("requested memory", ())}
    totals: defaultdict[str, list[tuple[float, float]]] = defaultdict(list)
    for one in found.get("still", ()):
        pod = _pod(one)
        if kinds.get(pod, "").lower() in _PASSING:
            continue
        subject = owners.get(pod) or pod_name(*pod)
        totals[subject].append((value(one) or 0, memory.get(pod, 0) / GIB))
    for subject, pods in totals.items():
        cores, gib = sum(one for one, _ in pods), sum(one for _, one in pods)
        prices = (rates.core, rates.gib)
        cost = cores * (rates.core or 0) + gib * (rates.gib or 0)
        yield Waste(
            Kind.ZOMBIE,
            subject,
            f"{len(pods)} pod{'s' if len(pods) > 1 else ''} below {_STILL_CORES * 1_000:g}m cores"
            f" and {_STILL_BYTES} B/s received; request {short(cores)} cores, {short(gib)} GiB",
            core_hours=cores * hours,
            gib_hours=gib * hours,
            cost=cost * hours if any(one is not None for one in prices) else None,
        )


def _old(sources: Sources) -> str:
    """Return a vector of the pods that were measured already when the window began."""
    return f"(sum by (namespace,pod) ({of.CPU}{{{CONTAINER}}} offset {sources.seconds}s))"


def _p95(sources: Sources, matchers: str = CONTAINER) -> str:
    rate = f"sum by ({_BY}) (rate({of.CPU}{{{matchers}}}[5m]))"
    return f"quantile_over_time(0.95, ({rate}){sources.window})"


def _most(sources: Sources, matchers: str = CONTAINER) -> str:
    return f"max by ({_BY}) (max_over_time({of.MEMORY}{{{matchers}}}[{sources.seconds}s]))"


def _values(series: Sequence[Series]) -> dict[Container, float]:
    return {
        (*_pod(one), one.labels.get("container", "")): number
        for one in series
        if (number := value(one)) is not None
    }


def _pod(series: Series) -> Pod:
    return series.labels.get("namespace", ""), series.labels.get("pod", "")
