"""Changes of Sveltos' profiles."""

from clusterwright.tools.cluster_api.sveltos.changes.change_profile import ChangeProfile
from clusterwright.tools.kubernetes.changes.kind import Change

OF_SVELTOS: tuple[type[Change], ...] = (ChangeProfile,)
