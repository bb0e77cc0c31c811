"""Every kind of change of monitoring, one file each, in the order a reader wants.

What reads and runs is bound to the backends of a desk (`tools/prometheus/desk.py`).
"""

from clusterwright.tools.kubernetes.changes.kind import Change
from clusterwright.tools.kubernetes.changes.vocabulary import Kinds
from clusterwright.tools.prometheus.changes.expire_silence import ExpireSilence
from clusterwright.tools.prometheus.changes.silence import Silence

CHANGES: tuple[type[Change], ...] = (Silence, ExpireSilence)

KINDS = Kinds(CHANGES)
