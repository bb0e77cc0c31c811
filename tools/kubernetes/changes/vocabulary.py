"""What a domain brings to changes: its kinds, the names of its tools, and what else it reads.

There is one engine. A domain gives it a `Vocabulary` through the `Desk` that its tools work in; the
kinds themselves, and what they need, are loaded when a change is first worked out.
"""

from dataclasses import dataclass
from importlib import import_module
from typing import TYPE_CHECKING, NamedTuple, Protocol, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Sequence

    from clusterwright.tools.kubernetes.changes.kind import Change
    from clusterwright.tools.kubernetes.changes.step import Scene, Step
    from clusterwright.tools.kubernetes.client.clusters import Clusters
    from clusterwright.tools.kubernetes.client.connection import Connection
    from clusterwright.tools.manifest import Manifest

    Survey: TypeAlias = Callable[[Clusters, Connection, Sequence[Change], Scene], Awaitable[Scene]]
    """Returns a scene with what a domain's kinds have to know beside their targets; only reads."""
    Look: TypeAlias = Callable[[Connection, Manifest], Awaitable[Manifest | None]]
    """Returns what a proof asks for that the API server does not have (`Check.beyond`)."""


class Performer(Protocol):
    """Runs a domain's own program for the steps that ask for it (`Verb.RUN`)."""

    async def run(
        self, clusters: "Clusters", connection: "Connection", step: "Step", agent: str, wait: float
    ) -> str:
        """Carry a step out; return why it failed, where it had done a part of it by then.

        `agent` names the plan, `wait` is for how many seconds it may wait for anything. Raises
        ToolError for a run that changed nothing.
        """
        ...

    async def took_place(self, connection: "Connection", entry: "Manifest") -> bool:
        """Return whether a run that a journal has the beginning of did anything."""
        ...

    def hint(self, said: str) -> str:
        """Return what to do about an error that a run would end with; empty if that is unknown."""
        ...


class Kinds(NamedTuple):
    """The kinds of change of a domain, in the order a reader wants, and its further reads."""

    changes: "tuple[type[Change], ...]"
    survey: "Survey | None" = None
    performer: "Performer | None" = None
    look: "Look | None" = None
    inverses: "tuple[type[Change], ...]" = ()
    """Ways back that a domain has of its own, in place of those of the same kind."""


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """One domain's way to ask for changes."""

    domain: str
    """Kept with each plan: a plan is applied by the domain that made it."""
    prefix: str
    """What the names of its tools start with, as in `k8s_plan_change`."""
    module: str
    """The module that has its `KINDS`."""

    @property
    def plan_tool(self) -> str:
        """The tool that works changes out."""
        return f"{self.prefix}_plan_change"

    @property
    def apply_tool(self) -> str:
        """The tool that carries a plan out."""
        return f"{self.prefix}_apply_change"

    def load(self) -> Kinds:
        """Return the kinds, which start-up does without."""
        kinds: Kinds = import_module(self.module).KINDS
        return kinds

    def spelled(self, kind: str) -> str:
        """Return a kind as a policy names it: `scale` of Kubernetes, else `cluster_api/scale`."""
        return kind if self == KUBERNETES else f"{self.domain}/{kind}"


KUBERNETES = Vocabulary("kubernetes", "k8s", "clusterwright.tools.kubernetes.changes.all")
