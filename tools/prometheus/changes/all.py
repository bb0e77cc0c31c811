"""Every kind of change of monitoring, one file each, in the order a reader wants.

What reads and runs is bound to the backends of a desk (`tools/prometheus/desk.py`).
"""

from clusterwright.tools.kubernetes.changes.kind import Change
from clusterwright.tools.kubernetes.changes.vocabulary import Kinds
from clusterwright.tools.prometheus.changes.create_rule import CreateRule
from clusterwright.tools.prometheus.changes.edit_rule import EditRule
from clusterwright.tools.prometheus.changes.expire_silence import ExpireSilence
from clusterwright.tools.prometheus.changes.fix_monitor import FixMonitor
from clusterwright.tools.prometheus.changes.silence import Silence

CHANGES: tuple[type[Change], ...] = (Silence, ExpireSilence, CreateRule, EditRule, FixMonitor)

KINDS = Kinds(CHANGES)
