"""Every kind of change of a workload cluster, one file each, in the order a reader wants."""

from clusterwright.tools.cluster_api.changes.pause import Pause, Resume
from clusterwright.tools.cluster_api.changes.survey import survey
from clusterwright.tools.kubernetes.changes.kind import Change
from clusterwright.tools.kubernetes.changes.vocabulary import Kinds

CHANGES: tuple[type[Change], ...] = (Pause, Resume)
KINDS = Kinds(CHANGES, survey)
