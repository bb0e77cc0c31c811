"""Nodes whose table of connections is nearly full: then the kernel drops packets of new ones."""

from collections.abc import Iterable

from clusterwright.tools.analyzer import Analyzer, Suspicion
from clusterwright.tools.finding import Severity
from clusterwright.tools.prometheus.analyzers.about import about, measured, metric, percent
from clusterwright.tools.prometheus.analyzers.joins import hosts, node_of
from clusterwright.tools.prometheus.estate import estate_of
from clusterwright.tools.snapshot import Snapshot

CODE = "node/conntrack-full"
_FULL = 0.98


def _detect(snapshot: Snapshot) -> Iterable[Suspicion]:
    estate = estate_of(snapshot)
    for series, share in measured(estate, "conntrack-used"):
        node = node_of(estate, series.labels)
        if node:
            finding = about(
                CODE,
                node,
                f"{percent(share)} of the entries for connections (nf_conntrack) are taken:"
                " new connections are dropped once none is left",
                (metric(node, "conntrack-used", series),),
                "Find who opens so many connections, or raise net.netfilter.nf_conntrack_max.",
                severity=Severity.CRITICAL if share >= _FULL else Severity.WARNING,
                relations=tuple(hosts(estate, None, node)),
            )
            yield Suspicion(finding)


CONNTRACK = Analyzer("conntrack", (CODE,), ("Node",), _detect)
