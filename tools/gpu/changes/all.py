"""Every kind of change of a node with accelerators, one file each, in the order a reader wants."""

from clusterwright.tools.gpu.changes.add_capacity import AddCapacity
from clusterwright.tools.gpu.changes.cordon import Cordon, Drain, Uncordon
from clusterwright.tools.gpu.changes.label_node import LabelNode
from clusterwright.tools.gpu.changes.restart_operand import RestartOperand
from clusterwright.tools.gpu.changes.restore import RestoreNode
from clusterwright.tools.gpu.changes.retry_upgrade import RetryUpgrade
from clusterwright.tools.gpu.changes.set_mig import SetMig
from clusterwright.tools.gpu.changes.set_sharing import SetSharing
from clusterwright.tools.gpu.changes.survey import survey
from clusterwright.tools.kubernetes.changes.kind import Change
from clusterwright.tools.kubernetes.changes.vocabulary import Kinds

CHANGES: tuple[type[Change], ...] = (
    SetMig,
    SetSharing,
    LabelNode,
    RetryUpgrade,
    RestartOperand,
    Cordon,
    Uncordon,
    Drain,
    AddCapacity,
)

KINDS = Kinds(CHANGES, survey, inverses=(RestoreNode,))
