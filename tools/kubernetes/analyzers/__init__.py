"""The analyzers of a Kubernetes cluster, one fault family per module."""

from clusterwright.tools.analyzer import Analyzer
from clusterwright.tools.kubernetes.analyzers.containers import CONTAINERS
from clusterwright.tools.kubernetes.analyzers.image import IMAGE

ANALYZERS: tuple[Analyzer, ...] = (IMAGE, CONTAINERS)
