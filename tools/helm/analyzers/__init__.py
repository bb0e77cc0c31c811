"""The analyzers of Helm, one fault family per module: operations, records, objects, values."""

from clusterwright.tools.analyzer import Analyzer
from clusterwright.tools.helm.analyzers.api_removed import API_REMOVED
from clusterwright.tools.helm.analyzers.bad_image import BAD_IMAGE
from clusterwright.tools.helm.analyzers.crd_skew import CRD_SKEW
from clusterwright.tools.helm.analyzers.drifted import DRIFTED
from clusterwright.tools.helm.analyzers.failed import FAILED
from clusterwright.tools.helm.analyzers.history_overflow import HISTORY_OVERFLOW
from clusterwright.tools.helm.analyzers.hook_failed import HOOK_FAILED
from clusterwright.tools.helm.analyzers.hook_leftover import HOOK_LEFTOVER
from clusterwright.tools.helm.analyzers.locked import LOCKED
from clusterwright.tools.helm.analyzers.near_size_limit import NEAR_SIZE_LIMIT
from clusterwright.tools.helm.analyzers.not_deployed import NOT_DEPLOYED
from clusterwright.tools.helm.analyzers.not_rolled_out import NOT_ROLLED_OUT
from clusterwright.tools.helm.analyzers.object_missing import OBJECT_MISSING
from clusterwright.tools.helm.analyzers.orphan import ORPHAN
from clusterwright.tools.helm.analyzers.two_owners import TWO_OWNERS
from clusterwright.tools.helm.analyzers.unreadable import UNREADABLE
from clusterwright.tools.helm.analyzers.values_rejected import VALUES_REJECTED

ANALYZERS: tuple[Analyzer, ...] = (
    LOCKED,
    FAILED,
    NOT_DEPLOYED,
    HOOK_FAILED,
    HOOK_LEFTOVER,
    BAD_IMAGE,
    NOT_ROLLED_OUT,
    OBJECT_MISSING,
    DRIFTED,
    TWO_OWNERS,
    ORPHAN,
    VALUES_REJECTED,
    API_REMOVED,
    CRD_SKEW,
    UNREADABLE,
    NEAR_SIZE_LIMIT,
    HISTORY_OVERFLOW,
)
