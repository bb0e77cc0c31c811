"""The analyzers of a Kubernetes cluster, one fault family per module."""

from clusterwright.tools.analyzer import Analyzer
from clusterwright.tools.kubernetes.analyzers.admission import ADMISSION
from clusterwright.tools.kubernetes.analyzers.autoscaler import AUTOSCALER
from clusterwright.tools.kubernetes.analyzers.config_references import CONFIG_REFERENCES
from clusterwright.tools.kubernetes.analyzers.containers import CONTAINERS
from clusterwright.tools.kubernetes.analyzers.disruption_budget import DISRUPTION_BUDGET
from clusterwright.tools.kubernetes.analyzers.eviction import EVICTION
from clusterwright.tools.kubernetes.analyzers.finalizer import FINALIZER
from clusterwright.tools.kubernetes.analyzers.image import IMAGE
from clusterwright.tools.kubernetes.analyzers.ingress_backend import INGRESS_BACKEND
from clusterwright.tools.kubernetes.analyzers.ingress_class import INGRESS_CLASS
from clusterwright.tools.kubernetes.analyzers.ingress_tls import INGRESS_TLS
from clusterwright.tools.kubernetes.analyzers.init_container import INIT_CONTAINER
from clusterwright.tools.kubernetes.analyzers.job import JOB
from clusterwright.tools.kubernetes.analyzers.network_policy import NETWORK_POLICY
from clusterwright.tools.kubernetes.analyzers.node import NODE
from clusterwright.tools.kubernetes.analyzers.not_started import NOT_STARTED
from clusterwright.tools.kubernetes.analyzers.quota import QUOTA
from clusterwright.tools.kubernetes.analyzers.readiness_probe import READINESS
from clusterwright.tools.kubernetes.analyzers.scheduling import SCHEDULING
from clusterwright.tools.kubernetes.analyzers.service_endpoints import SERVICE_ENDPOINTS
from clusterwright.tools.kubernetes.analyzers.service_selector import SERVICE_SELECTOR
from clusterwright.tools.kubernetes.analyzers.service_target_port import SERVICE_TARGET_PORT
from clusterwright.tools.kubernetes.analyzers.statefulset import STATEFULSET
from clusterwright.tools.kubernetes.analyzers.storage_class import STORAGE_CLASS
from clusterwright.tools.kubernetes.analyzers.webhook import WEBHOOK
from clusterwright.tools.kubernetes.analyzers.workload import WORKLOAD

ANALYZERS: tuple[Analyzer, ...] = (
    IMAGE,
    CONTAINERS,
    INIT_CONTAINER,
    READINESS,
    CONFIG_REFERENCES,
    NOT_STARTED,
    SCHEDULING,
    NODE,
    EVICTION,
    FINALIZER,
    QUOTA,
    ADMISSION,
    WEBHOOK,
    SERVICE_ENDPOINTS,
    SERVICE_SELECTOR,
    SERVICE_TARGET_PORT,
    INGRESS_BACKEND,
    INGRESS_CLASS,
    INGRESS_TLS,
    NETWORK_POLICY,
    STORAGE_CLASS,
    STATEFULSET,
    JOB,
    AUTOSCALER,
    DISRUPTION_BUDGET,
    WORKLOAD,
)
