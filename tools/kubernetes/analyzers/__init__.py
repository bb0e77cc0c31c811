"""The analyzers of a Kubernetes cluster, one fault family per module."""

from clusterwright.tools.analyzer import Analyzer
from clusterwright.tools.kubernetes.analyzers.config_references import CONFIG_REFERENCES
from clusterwright.tools.kubernetes.analyzers.containers import CONTAINERS
from clusterwright.tools.kubernetes.analyzers.image import IMAGE
from clusterwright.tools.kubernetes.analyzers.readiness_probe import READINESS
from clusterwright.tools.kubernetes.analyzers.scheduling import SCHEDULING

ANALYZERS: tuple[Analyzer, ...] = (IMAGE, CONTAINERS, READINESS, CONFIG_REFERENCES, SCHEDULING)
