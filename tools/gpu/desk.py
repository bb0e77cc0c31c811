"""What the tools that change accelerators work in: the usual desk, and patience for operators."""

from dataclasses import dataclass
from importlib import import_module

from clusterwright.tools.kubernetes.changes.vocabulary import Kinds, Vocabulary
from clusterwright.tools.kubernetes.desk import Desk as KubernetesDesk

VOCABULARY = Vocabulary("gpu", "gpu", "clusterwright.tools.gpu.changes.all")


@dataclass(frozen=True)
class Desk(KubernetesDesk):
    """A desk whose waits are as long as the policy gives to machines."""

    vocabulary: Vocabulary = VOCABULARY

    @property
    def kinds(self) -> Kinds:
        """The kinds of change, and what waits between their steps."""
        waits = import_module("clusterwright.tools.gpu.changes.wait")
        longest = self.authority.policy.machine_proof_seconds
        return super().kinds._replace(performer=waits.Waiter(longest))
