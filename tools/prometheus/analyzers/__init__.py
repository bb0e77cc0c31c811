"""The analyzers of this domain, in the order in which their findings are told."""

from clusterwright.tools.analyzer import Analyzer

ANALYZERS: tuple[Analyzer, ...] = ()
