"""What kube-scheduler would say of a pod, on every node."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from clusterwright.tools.gpu.fit.rejection import Rejection


@dataclass(frozen=True)
class Verdict:
    """What of the first plugin that refuses is known, node by node."""

    nodes: Mapping[str, Rejection | None]
    """None: nothing that was judged speaks against it."""
    everywhere: Rejection | None = None
    """What keeps the pod from being looked at on any node."""
    unjudged: Sequence[str] = ()
    """What else the scheduler looks at: each may still refuse a node that passes here."""

    @property
    def fitting(self) -> Sequence[str]:
        """The nodes that pass."""
        return [] if self.everywhere else [name for name, why in self.nodes.items() if not why]

    @property
    def reasons(self) -> Mapping[str, int]:
        """How many nodes each reason rules out, in the scheduler's words."""
        refused = (why for why in self.nodes.values() if why)
        return Counter(reason for why in refused for reason in why.reasons)

    @property
    def message(self) -> str:
        """The first sentence of what the scheduler writes into the PodScheduled condition."""
        if self.everywhere:
            said = self.everywhere.reasons[0]
        else:
            said = ", ".join(sorted(f"{n} {reason}" for reason, n in self.reasons.items()))
        return f"0/{len(self.nodes)} nodes are available: {said}."
