"""Every kind of change of a workload cluster, one file each, in the order a reader wants."""

from clusterwright.tools.cluster_api.changes.create import Create
from clusterwright.tools.cluster_api.changes.delete import Delete
from clusterwright.tools.cluster_api.changes.pause import Pause, Resume
from clusterwright.tools.cluster_api.changes.remediate import Remediate
from clusterwright.tools.cluster_api.changes.restart import Restart
from clusterwright.tools.cluster_api.changes.rotate_template import RotateTemplate
from clusterwright.tools.cluster_api.changes.scale import Scale
from clusterwright.tools.cluster_api.changes.set_variable import SetVariable
from clusterwright.tools.cluster_api.changes.survey import survey
from clusterwright.tools.cluster_api.changes.upgrade import Upgrade
from clusterwright.tools.kubernetes.changes.kind import Change
from clusterwright.tools.kubernetes.changes.vocabulary import Kinds

CHANGES: tuple[type[Change], ...] = (
    Create,
    Scale,
    Upgrade,
    SetVariable,
    RotateTemplate,
    Remediate,
    Restart,
    Pause,
    Resume,
    Delete,
)
KINDS = Kinds(CHANGES, survey)
