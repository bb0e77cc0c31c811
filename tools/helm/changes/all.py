"""Every kind of change of a release, one file each, in the order a reader wants."""

from clusterwright.tools.helm.changes.adopt import Adopt
from clusterwright.tools.helm.changes.install import Install
from clusterwright.tools.helm.changes.perform import Helm
from clusterwright.tools.helm.changes.remove_hook import RemoveHook
from clusterwright.tools.helm.changes.rollback import Rollback
from clusterwright.tools.helm.changes.survey import survey
from clusterwright.tools.helm.changes.uninstall import Uninstall
from clusterwright.tools.helm.changes.unlock import Unlock
from clusterwright.tools.helm.changes.upgrade import Upgrade
from clusterwright.tools.helm.changes.upgrade_crds import UpgradeCrds
from clusterwright.tools.kubernetes.changes.kind import Change
from clusterwright.tools.kubernetes.changes.vocabulary import Kinds

CHANGES: tuple[type[Change], ...] = (
    Install,
    Upgrade,
    Rollback,
    Uninstall,
    Unlock,
    Adopt,
    RemoveHook,
    UpgradeCrds,
)

KINDS = Kinds(CHANGES, survey, Helm())
