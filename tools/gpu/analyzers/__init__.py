"""What can be wrong with accelerators and their operators, one fault family per file."""

from clusterwright.tools.analyzer import Analyzer
from clusterwright.tools.gpu.analyzers.driver_conflict import DRIVER_CONFLICT
from clusterwright.tools.gpu.analyzers.false_ready import FALSE_READY
from clusterwright.tools.gpu.analyzers.funnel import FUNNEL
from clusterwright.tools.gpu.analyzers.operator_state import OPERATOR_STATE
from clusterwright.tools.gpu.analyzers.pods import PODS

ANALYZERS: tuple[Analyzer, ...] = (
    FUNNEL,
    OPERATOR_STATE,
    FALSE_READY,
    DRIVER_CONFLICT,
    PODS,
)
"""As a device goes: its node, its operator, the pods that want it."""
