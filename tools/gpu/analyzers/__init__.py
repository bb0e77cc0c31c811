"""What can be wrong with accelerators and their operators, one fault family per file."""

from clusterwright.tools.analyzer import Analyzer
from clusterwright.tools.gpu.analyzers.compute_domain import COMPUTE_DOMAIN
from clusterwright.tools.gpu.analyzers.dra_claims import DRA_CLAIMS
from clusterwright.tools.gpu.analyzers.dra_devices import DRA_DEVICES
from clusterwright.tools.gpu.analyzers.driver_conflict import DRIVER_CONFLICT
from clusterwright.tools.gpu.analyzers.false_ready import FALSE_READY
from clusterwright.tools.gpu.analyzers.funnel import FUNNEL
from clusterwright.tools.gpu.analyzers.kueue import KUEUE
from clusterwright.tools.gpu.analyzers.node_marks import NODE_MARKS
from clusterwright.tools.gpu.analyzers.operator_down import OPERATOR_PODS
from clusterwright.tools.gpu.analyzers.operator_state import OPERATOR_STATE
from clusterwright.tools.gpu.analyzers.pod_groups import POD_GROUPS
from clusterwright.tools.gpu.analyzers.pods import PODS
from clusterwright.tools.gpu.analyzers.rejected import REJECTED_PODS

ANALYZERS: tuple[Analyzer, ...] = (
    FUNNEL,
    NODE_MARKS,
    OPERATOR_STATE,
    FALSE_READY,
    DRIVER_CONFLICT,
    OPERATOR_PODS,
    PODS,
    REJECTED_PODS,
    DRA_CLAIMS,
    DRA_DEVICES,
    COMPUTE_DOMAIN,
    KUEUE,
    POD_GROUPS,
)
"""As a device goes: its node, its operator, the pods that want it, claims, queues."""
