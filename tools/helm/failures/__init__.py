"""How Helm fails: its words and the API server's, what they mean, and what to do.

The rows are in `all.FAILURES`; the words are those of Helm 4 and Helm 3, as tests bring them about.
"""

from clusterwright.tools.helm.failures.all import FAILURES
from clusterwright.tools.helm.failures.classify import UNKNOWN, Classified, classify
from clusterwright.tools.helm.failures.conflict import Held, held
from clusterwright.tools.helm.failures.failure import Depth, Failure

__all__ = ["FAILURES", "UNKNOWN", "Classified", "Depth", "Failure", "Held", "classify", "held"]
