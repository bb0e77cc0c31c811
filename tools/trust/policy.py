"""What may be done without asking a person, and what may not be done at all.

In doubt nobody may: an empty list covers nothing, a plan must fit one rule as a whole, and of two
patterns that fit a cluster equally well the one that allows less counts.
"""

from collections.abc import Collection
from fnmatch import fnmatchcase
from typing import Annotated

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

from clusterwright.tools.trust.risk import Access, Risk

PROTECTED = ("kube-system", "kube-public", "kube-node-lease")
_EVERY = "*"


def _listed(changes: object) -> object:
    return (changes,) if changes == _EVERY else changes


Changes = Annotated[tuple[str, ...], BeforeValidator(_listed)]


class _Strict(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Rule(_Strict):
    """Changes that may be applied unattended: a plan must fit one rule as a whole."""

    changes: Changes = Field(
        description="Kinds of changes by name (scale, cluster_api/scale); '*' is all of them."
    )
    clusters: tuple[str, ...] = Field(description="Globs.")
    namespaces: tuple[str, ...] = Field(
        description="Globs; '' is what belongs to no namespace, which no glob stands for."
    )
    risk: Risk = Risk.LOW

    def covers(
        self, kinds: Collection[str], namespaces: Collection[str], cluster: str, risk: Risk
    ) -> bool:
        """Return whether all of a plan is covered; a plan of nothing is not."""
        return (
            bool(kinds and namespaces)
            and (_EVERY in self.changes or all(one in self.changes for one in kinds))
            and _fits(cluster, self.clusters)
            and all(self._covers_namespace(one) for one in namespaces)
            and risk.rank <= self.risk.rank
        )

    def _covers_namespace(self, namespace: str) -> bool:
        return _fits(namespace, self.namespaces) if namespace else "" in self.namespaces


class Policy(_Strict):
    """The policy file; without one, nothing is applied unattended."""

    access: dict[str, Access] = Field(
        default_factory=dict[str, Access], description="Modes by globs of clusters' names."
    )
    protected_namespaces: tuple[str, ...] = PROTECTED
    unattended: tuple[Rule, ...] = ()
    undo_on_failure: bool = True
    proof_seconds: float = Field(default=180, gt=0, le=3_600, description="To prove success in.")
    machine_proof_seconds: float = Field(
        default=3_600, gt=0, le=86_400, description="At most, where machines come or go for it."
    )
    settle_seconds: float = Field(default=10, ge=0, le=600, description="For success to hold.")

    def access_to(self, cluster: str, default: Access) -> Access:
        """Return the mode for a cluster: of its own name, else of the longest pattern it fits."""
        fitting = [
            (one == cluster, len(one), -mode.rank, mode)
            for one, mode in self.access.items()
            if fnmatchcase(cluster, one)
        ]
        return max(fitting)[-1] if fitting else default

    def allows_unattended(
        self, *, kinds: Collection[str], namespaces: Collection[str], cluster: str, risk: Risk
    ) -> bool:
        """Return whether one rule covers a whole plan."""
        return any(one.covers(kinds, namespaces, cluster, risk) for one in self.unattended)

    def protects(self, namespace: str) -> bool:
        """Return whether nothing may change in a namespace."""
        return _fits(namespace, self.protected_namespaces)


def _fits(name: str, patterns: Collection[str]) -> bool:
    return any(fnmatchcase(name, one) for one in patterns)
