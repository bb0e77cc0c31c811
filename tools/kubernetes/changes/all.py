"""Every kind of change to a Kubernetes object, one file each, in the order a reader wants."""

from clusterwright.tools.kubernetes.changes.apply import Apply
from clusterwright.tools.kubernetes.changes.cordon import Cordon, Uncordon
from clusterwright.tools.kubernetes.changes.delete import Delete
from clusterwright.tools.kubernetes.changes.drain import Drain
from clusterwright.tools.kubernetes.changes.evict import Evict
from clusterwright.tools.kubernetes.changes.kind import Change
from clusterwright.tools.kubernetes.changes.patch import Patch
from clusterwright.tools.kubernetes.changes.remove_finalizer import RemoveFinalizer
from clusterwright.tools.kubernetes.changes.rerun import Rerun
from clusterwright.tools.kubernetes.changes.restart import Restart
from clusterwright.tools.kubernetes.changes.rollback import Rollback
from clusterwright.tools.kubernetes.changes.scale import Scale
from clusterwright.tools.kubernetes.changes.vocabulary import Kinds

CHANGES: tuple[type[Change], ...] = (
    Patch,
    Apply,
    Scale,
    Restart,
    Rollback,
    Delete,
    Evict,
    Cordon,
    Uncordon,
    Drain,
    Rerun,
    RemoveFinalizer,
)
KINDS = Kinds(CHANGES)
