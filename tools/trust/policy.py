"""What may be done without asking a person, and what may not be done at all."""

from collections.abc import Collection
from fnmatch import fnmatchcase
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from clusterwright.tools.trust.risk import Access, Risk

PROTECTED = ("kube-system", "kube-public", "kube-node-lease")


class _Strict(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Rule(_Strict):
    """Changes that may be applied unattended: a plan must fit one rule as a whole."""

    changes: tuple[str, ...] | Literal["*"]
    clusters: tuple[str, ...]
    namespaces: tuple[str, ...] = Field(description="Globs; '' is what belongs to no namespace.")
    risk: Risk = Risk.LOW

    def covers(
        self, kinds: Collection[str], namespaces: Collection[str], cluster: str, risk: Risk
    ) -> bool:
        """Return whether all of a plan is covered."""
        return (
            (self.changes == "*" or all(one in self.changes for one in kinds))
            and _fits(cluster, self.clusters)
            and all(_fits(one, self.namespaces) for one in namespaces)
            and risk.rank <= self.risk.rank
        )


class Policy(_Strict):
    """The policy file; without one, nothing is applied unattended."""

    access: dict[str, Access] = Field(default_factory=dict[str, Access])
    protected_namespaces: tuple[str, ...] = PROTECTED
    unattended: tuple[Rule, ...] = ()
    undo_on_failure: bool = True
    proof_seconds: float = Field(default=180, gt=0, le=3_600, description="To prove success in.")
    settle_seconds: float = Field(default=10, ge=0, le=600, description="For success to hold.")

    def access_to(self, cluster: str, default: Access) -> Access:
        """Return the mode for a cluster: of the longest pattern that its name fits."""
        fitting = [one for one in self.access if fnmatchcase(cluster, one)]
        return self.access[max(fitting, key=len)] if fitting else default

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
