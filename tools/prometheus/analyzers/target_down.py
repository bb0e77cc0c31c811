"""Targets that cannot be scraped, told by why: one finding for all of a pool that fail alike."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import groupby

from clusterwright.tools.analyzer import Analyzer, Suspicion
from clusterwright.tools.excerpt import one_line
from clusterwright.tools.finding import Edge, Evidence, Finding, Relation, Severity
from clusterwright.tools.manifest import condition, dig, items, number, text
from clusterwright.tools.prometheus.analyzers.about import about, name, said, shown
from clusterwright.tools.prometheus.analyzers.joins import workload
from clusterwright.tools.prometheus.estate import Estate, estate_of
from clusterwright.tools.prometheus.promql.literals import string
from clusterwright.tools.prometheus.scraping.scrape_error import Cause, Failure, why
from clusterwright.tools.prometheus.scraping.subject import monitor, subject, subjects
from clusterwright.tools.prometheus.scraping.target import Target
from clusterwright.tools.quotation import quoted
from clusterwright.tools.ref import Ref, checked
from clusterwright.tools.snapshot import Snapshot

JOB = "ScrapeJob"
"""Kind of a scrape configuration that no object of the cluster stands for."""
CODES: Mapping[Cause, str] = {
    "refused": "target/connection-refused",
    "unreachable": "target/unreachable",
    "reset": "target/unreachable",
    "dns": "target/not-resolved",
    "timeout": "target/timed-out",
    "unauthorised": "target/unauthorized",
    "forbidden": "target/unauthorized",
    "credentials": "target/unauthorized",
    "not-found": "target/not-found",
    "http-status": "target/http-error",
    "unknown-authority": "target/tls-failed",
    "certificate-expired": "target/tls-failed",
    "certificate-name": "target/tls-failed",
    "certificate": "target/tls-failed",
    "tls-expected": "target/tls-failed",
    "plain-expected": "target/tls-failed",
    "body-size": "target/limit-exceeded",
    "sample-limit": "target/limit-exceeded",
    "label-limit": "target/limit-exceeded",
    "target-limit": "target/limit-exceeded",
    "not-metrics": "target/not-metrics",
    "duplicate": "target/samples-rejected",
    "other": "target/failing",
}
_MEMBERS = 50
_WORKLOADS, _FEW = 6, 3
_LONGEST_ERROR = 110


def _detect(snapshot: Snapshot) -> Iterable[Suspicion]:
    estate = estate_of(snapshot)
    down = [one for one in lasting(estate) if one.pool]
    down.sort(key=lambda one: (one.pool, why(one.error).cause, one.instance))
    for (pool, _), some in groupby(down, key=lambda one: (one.pool, why(one.error).cause)):
        yield Suspicion(_finding(estate, pool, list(some)))


def lasting(estate: Estate) -> Iterator[Target]:
    """Yield targets that are down, and were in each scrape of the last while.

    Two sources agree: the list of active targets, which forgets a moved one at once, and `up`,
    which tells whether it is so for longer than one scrape.
    """
    lasting = {(one.labels.get("job"), one.labels.get("instance")) for one in estate.series("down")}
    for target in estate.targets.active if estate.targets else ():
        if target.health == "down" and target.error and not _leaving(estate, target):
            # A pool over its target_limit is not scraped at all, and has no `up`.
            limited = why(target.error).cause == "target-limit"
            if limited or (target.job, target.instance) in lasting:
                yield target


def _leaving(estate: Estate, target: Target) -> bool:
    """Return whether its pod is gone, is going, or has ended: discovery is a moment behind."""
    ref = subject(target.discovered)
    if ref is None or ref.kind not in {"Pod", "Node"} or not estate.was_read(ref.kind):
        return False
    found = estate.get(ref)
    return (
        found is None
        or dig(found, "metadata", "deletionTimestamp") is not None
        or text(found, "status", "phase") in {"Succeeded", "Failed"}
    )


def pool_ref(estate: Estate, pool: str) -> Ref:
    """Return what a pool is of: its monitor, else the scrape job by its name."""
    return monitor(pool) or checked(Ref(JOB, pool)) or estate.server


def _finding(estate: Estate, pool: str, down: Sequence[Target]) -> Finding:
    first, failure = down[0], why(down[0].error)
    ref = pool_ref(estate, pool)
    active = [one for one in estate.targets.active if one.pool == pool] if estate.targets else []
    all_of_them = len(down) == len(active)
    share = f"all {len(active)}" if all_of_them and len(active) > 1 else str(len(down))
    many = f"{share} of {len(active)} targets" if not all_of_them else f"{share} target"
    many += "s" * (all_of_them and len(down) > 1)
    of = f" of {name(pool)}" if ref == estate.server else ""  # else the subject says it
    objects = [found for one in down if (found := subject(one.discovered))]
    sentence = (
        f"{many[0].upper()}{many[1:]}{of} cannot be scraped:"
        f"{_says(estate, first, failure)} {quoted(one_line(first.error, _LONGEST_ERROR))}"
    )
    query = f"up{{job={string(first.job)}}} == 0"
    evidence: tuple[Evidence, ...] = (
        said(estate.server, f"$.activeTargets[?(@.scrapePool=='{pool}')].lastError", first.error),
        shown(objects[0] if objects else ref, query, "0", first.labels),
    )
    selected = [*_selected(estate, objects), *_services(down)]
    edges = [*_lost_nodes(estate, objects)]
    edges += [
        Relation(source=ref, edge=Edge.SELECTS, target=target)
        for target in selected
        if target != ref
    ]
    return about(
        CODES[failure.cause],
        ref,
        sentence,
        evidence,
        f"Check {failure.check}.",
        severity=Severity.WARNING,
        members=tuple(dict.fromkeys(objects))[:_MEMBERS],
        relations=tuple(edges),
    )


def _selected(estate: Estate, objects: Sequence[Ref]) -> list[Ref]:
    """Return the workloads of the pods that are scraped, and what else is."""
    above = [workload(estate, one) if one.kind == "Pod" else one for one in objects]
    return list(dict.fromkeys(above))[:_WORKLOADS]


def _services(down: Sequence[Target]) -> list[Ref]:
    """Return the Services that lead to targets: what is wrong with one may be why they fail."""
    found = [ref for one in down for ref in subjects(one.discovered) if ref.kind == "Service"]
    return list(dict.fromkeys(found))[:_FEW]


def _lost_nodes(estate: Estate, objects: Sequence[Ref]) -> Iterator[Relation]:
    """Yield the edges from pods to their nodes, of nodes that are not ready."""
    pods = [(one, estate.get(one)) for one in objects if one.kind == "Pod"]
    for node in estate.of_kind("Node"):
        if condition(node, "Ready").get("status") != "True":
            of = Ref.of(node)
            on_it = [ref for ref, pod in pods if text(pod, "spec", "nodeName") == of.name]
            if on_it:
                yield Relation(source=on_it[0], edge=Edge.RUNS_ON, target=of)


def _says(estate: Estate, target: Target, failure: Failure) -> str:
    """Return what the error means; nothing where it is none of those that are known."""
    known = failure.cause != "other"
    return f" {failure.says}{_elsewhere(estate, target, failure)}:" if known else ""


def _elsewhere(estate: Estate, target: Target, failure: Failure) -> str:
    """Return which ports the pod declares, where nothing listens on the one that is scraped."""
    ref = subject(target.discovered)
    pod = estate.get(ref) if ref and ref.kind == "Pod" else None
    if failure.cause != "refused" or pod is None:
        return ""
    declared = [
        number(port, "containerPort")
        for container in items(pod, "spec", "containers")
        for port in items(container, "ports")
    ]
    port = target.discovered.get("__address__", "").rpartition(":")[2]
    if not declared or port in {str(one) for one in declared}:
        return ""
    return f" (it is {name(port)}; declared are {', '.join(map(str, declared[:5]))})"


TARGET_DOWN = Analyzer(
    "target-down", tuple(dict.fromkeys(CODES.values())), ("Pod", "Node"), _detect
)
