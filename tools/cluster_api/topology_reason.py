"""What the reasons of a Cluster's condition TopologyReconciled mean, of both styles of conditions.

Read in api/core/v1beta2/cluster_types.go and v1beta1_condition_consts.go, and in
core/reconcilers/topology/cluster/status.go (v1.14).
"""

from clusterwright.tools.cluster_api.condition import Condition

RECONCILED = "TopologyReconciled"
"""The type, which both styles share."""
REFUSED = frozenset({"ReconcileFailed", "TopologyReconcileFailed"})
"""The topology cannot be applied; v1beta2 and v1beta1. All others come with any change."""
CLASS_BEHIND = frozenset({"ClusterClassNotReconciled"})
"""What the class's own controller mends within seconds, where it works."""
BLOCKING = "Following hooks are blocking"
"""How the controller names hooks (exp/topology/scope/hookresponsetracker.go)."""


def hook_blocks(found: Condition) -> bool:
    """Return whether a hook keeps a topology from going on.

    Since v1.12 the reason is that of what it holds, ClusterCreating or ClusterUpgrading, and the
    message alone tells.
    """
    return found.reason == "LifecycleHookBlocking" or BLOCKING in found.message
