"""What a server may do, on whose word: its policy, its plans, its approvers and its audit."""

import getpass
from dataclasses import dataclass, field
from functools import cached_property
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING

from clusterwright.tools.errors import ForbiddenError
from clusterwright.tools.trust.guidance import Guidance
from clusterwright.tools.trust.places import STATE, config_dir, keeping, made, state_dir
from clusterwright.tools.trust.policy import Policy
from clusterwright.tools.trust.risk import Access

if TYPE_CHECKING:
    from clusterwright.tools.trust.audit import AuditLog
    from clusterwright.tools.trust.plan_store import PlanStore


@dataclass
class Authority:
    """The word that counts; files are opened when they are first needed."""

    access: Access = Access.PLAN
    policy: Policy = field(default_factory=Policy)
    state: Path | None = None
    """Where plans are kept; None: the user's own folder."""
    approvers: Path | None = None
    """The folder of public keys whose approvals count; None: the user's own."""
    guidance: Guidance = field(default_factory=Guidance)
    """How whoever asks is told what to do next."""

    @cached_property
    def store(self) -> "PlanStore":
        """The plans, in a folder that is made if it is not there."""
        # Loads a database and cryptography, which start-up does without.
        module = import_module("clusterwright.tools.trust.plan_store")
        with keeping(self._folder, STATE):
            store: PlanStore = module.PlanStore(made(self._folder, STATE))
        return store

    @cached_property
    def audit(self) -> "AuditLog":
        """The chain of what was planned, approved and written."""
        module = import_module("clusterwright.tools.trust.audit")
        log: AuditLog = module.AuditLog(self._folder / "audit.jsonl", self.store.key)
        return log

    @property
    def trusted_keys(self) -> Path:
        """The folder of the public keys whose approvals count."""
        return self.approvers or config_dir() / "approvers"

    def unfinished(self) -> list[str]:
        """Return the plans that somebody applies at this moment, or did when their process ended.

        By the names of their lock files alone, which is quick; the store knows which it is.
        """
        locks = self._folder.glob("applying-*.lock")  # none where there is no such folder
        return sorted(one.stem.removeprefix("applying-") for one in locks)

    @property
    def widest(self) -> Access:
        """The mode that goes furthest on any cluster."""
        return max((self.access, *self.policy.access.values()), key=lambda one: one.rank)

    @property
    def _folder(self) -> Path:
        return self.state or state_dir()

    def require(self, cluster: str, wanted: Access) -> None:
        """Raise ForbiddenError unless the mode for a cluster goes as far as is wanted."""
        mode = self.policy.access_to(cluster, self.access)
        if mode.rank >= wanted.rank:
            return
        raise ForbiddenError(
            f"this server is in {mode} mode for cluster {cluster!r}: it does not {wanted} there",
            hint=self.guidance.access(wanted),
        )


def actor() -> str:
    """Return the user whose process this is."""
    try:
        return getpass.getuser()
    except (KeyError, OSError):  # a container's user that has no name
        return "unknown"
