"""Every kind of change of a workload cluster, one file each, in the order a reader wants."""

from typing import TYPE_CHECKING

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
from clusterwright.tools.cluster_api.k0rdent.changes import OF_K0RDENT
from clusterwright.tools.cluster_api.k0rdent.changes.survey import survey_k0rdent
from clusterwright.tools.cluster_api.sveltos.changes import OF_SVELTOS
from clusterwright.tools.kubernetes.changes.kind import Change
from clusterwright.tools.kubernetes.changes.vocabulary import Kinds

if TYPE_CHECKING:
    from collections.abc import Sequence

    from clusterwright.tools.kubernetes.changes.step import Scene
    from clusterwright.tools.kubernetes.client.clusters import Clusters
    from clusterwright.tools.kubernetes.client.connection import Connection

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
    *OF_K0RDENT,
    *OF_SVELTOS,
)


async def _survey(
    clusters: "Clusters", connection: "Connection", changes: "Sequence[Change]", scene: "Scene"
) -> "Scene":
    scene = await survey(clusters, connection, changes, scene)
    return await survey_k0rdent(connection, changes, scene)


KINDS = Kinds(CHANGES, _survey)
