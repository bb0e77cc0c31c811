"""A namespace, charts in a folder that is configured, and a server that may change releases."""

from collections.abc import AsyncGenerator, Generator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path

import pytest
import yaml
from mcp import Client

from clusterwright.deploy.sandbox import Instance
from clusterwright.deploy.sandbox.audit_log import AuditedWrite, writes
from clusterwright.servers.helm import create_server
from clusterwright.tools.manifest import Json
from clusterwright.tools.trust.authority import Authority
from clusterwright.tools.trust.policy import Policy
from clusterwright.tools.trust.risk import Access
from tests.changes_by_tools import Session
from tests.tools.helm.workshop import Workshop

_NUMBERS = count()
EVERYTHING: Json = {
    "unattended": [{"changes": "*", "clusters": ["*"], "namespaces": ["*", ""], "risk": "high"}],
    "settle_seconds": 0.5,
    "proof_seconds": 8,
}


@dataclass
class Place:
    """Where releases are made and changed."""

    workshop: Workshop
    state: Path
    policy: Json = field(default_factory=lambda: dict(EVERYTHING))

    def __post_init__(self) -> None:
        self.begin = self.workshop.sandbox.audit_log.stat().st_size

    @property
    def namespace(self) -> str:
        return self.workshop.namespace

    @property
    def authority(self) -> Authority:
        policy = Policy.model_validate(self.policy)
        return Authority(access=Access.WRITE, policy=policy, state=self.state)

    def named(self, release: str) -> str:
        return f"{self.namespace}/{release}"

    def writes(self) -> list[AuditedWrite]:
        """Return what the API server took from us, by our own hand, events aside."""
        log = self.workshop.sandbox.audit_log
        found = writes(log, agent="clusterwright", offset=self.begin)
        ours = {self.namespace, ""}
        return [one for one in found if one.namespace in ours and one.resource != "events"]

    def helm_writes(self) -> list[AuditedWrite]:
        """Return what the API server took from the helm program in this namespace."""
        log = self.workshop.sandbox.audit_log
        found = writes(log, agent="Helm", offset=self.begin)
        return [one for one in found if one.namespace == self.namespace]

    @asynccontextmanager
    async def session(self, kubeconfig: Path | None = None) -> AsyncGenerator[Session]:
        """Connect to a Helm server that works by this place's policy."""
        chosen = kubeconfig or self.workshop.sandbox.kubeconfig
        async with Client(create_server(kubeconfig=chosen, authority=self.authority)) as client:
            yield Session(client, "helm")


@contextmanager
def place_in(sandbox: Instance, folder: Path, patch: pytest.MonkeyPatch) -> Generator[Place]:
    """Make a namespace and a folder of charts, and take the namespace away."""
    charts, config, state = (folder / one for one in ("charts", "config", "state"))
    for one in (charts, config, state):
        one.mkdir(mode=0o700)
    patch.setenv("CLUSTERWRIGHT_CONFIG_DIR", str(config))
    told = {"repositories": [{"name": "shelf", "path": str(charts)}]}
    (config / "charts.yaml").write_text(yaml.safe_dump(told))
    with Workshop.opened(sandbox, charts, f"change-{next(_NUMBERS)}") as workshop:
        yield Place(workshop, state)
