"""A server that may write, a client with a person behind it, and the API server's own audit log."""

import json
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

import anyio
from mcp import Client
from mcp.client import ClientRequestContext
from mcp_types import ElicitRequestParams, ElicitResult

from clusterwright.deploy.sandbox import Instance
from clusterwright.deploy.sandbox.audit_log import AuditedWrite, writes
from clusterwright.servers.kubernetes import create_server
from clusterwright.tools.manifest import Json, Manifest
from clusterwright.tools.trust.authority import Authority
from clusterwright.tools.trust.policy import Policy, Rule
from clusterwright.tools.trust.risk import Access, Risk
from tests.changes_by_tools import Session

Mode = Literal["auto", "legacy"]
Person = Callable[[str], Awaitable[ElicitResult]]
QUICK = {"settle_seconds": 0.0, "proof_seconds": 20.0}


async def agrees(_question: str) -> ElicitResult:
    return ElicitResult(action="accept", content={"approve": True})


async def refuses(_question: str) -> ElicitResult:
    return ElicitResult(action="decline")


async def unticks(_question: str) -> ElicitResult:
    return ElicitResult(action="accept", content={"approve": False})


async def cancels(_question: str) -> ElicitResult:
    return ElicitResult(action="cancel")


async def never_answers(_question: str) -> ElicitResult:
    await anyio.sleep_forever()
    raise AssertionError


@dataclass
class Workplace:
    """A namespace of a real cluster, and the state of one user."""

    sandbox: Instance
    namespace: str
    state: Path
    policy: Policy = field(default_factory=lambda: Policy.model_validate(QUICK))
    access: Access = Access.WRITE
    asked: list[str] = field(default_factory=list[str])

    def __post_init__(self) -> None:
        self.begin = self.sandbox.audit_log.stat().st_size

    @property
    def authority(self) -> Authority:
        return Authority(
            access=self.access,
            policy=self.policy,
            state=self.state,
            approvers=self.state / "approvers",
        )

    def unattended(self, **changes: Json) -> None:
        """Let everything be applied without a question, or what `changes` says."""
        rule: dict[str, Any] = {
            "changes": "*",
            "clusters": ("*",),
            "namespaces": ("*",),
            "risk": Risk.HIGH,
        }
        rules = (Rule.model_validate({**rule, **changes}),)
        self.policy = self.policy.model_copy(update={"unattended": rules})

    def ref(self, kind: str, name: str) -> str:
        return f"{kind}/{self.namespace}/{name}"

    def create(self, *objects: Manifest) -> None:
        listed = {"apiVersion": "v1", "kind": "List", "items": list(objects)}
        self.sandbox.kubectl("create", "-n", self.namespace, "-f", "-", stdin=json.dumps(listed))

    def get(self, kind: str, name: str) -> Manifest:
        told = self.sandbox.kubectl("get", kind, name, "-n", self.namespace, "-o", "json")
        found: Manifest = json.loads(told)
        return found

    def kubectl(self, *words: str) -> str:
        return self.sandbox.kubectl(*words, "-n", self.namespace)

    def writes(self) -> list[AuditedWrite]:
        """Return what the API server took from us here since the start, our events aside."""
        found = writes(self.sandbox.audit_log, agent="clusterwright", offset=self.begin)
        own = {"", self.namespace}
        return [one for one in found if one.namespace in own and one.resource != "events"]

    @asynccontextmanager
    async def client(
        self,
        person: Person | None = agrees,
        *,
        mode: Mode = "auto",
        kubeconfig: Path | None = None,
    ) -> AsyncGenerator[Session]:
        """Connect as a client whose person answers so; None: a client that cannot ask."""

        async def ask(context: ClientRequestContext, params: ElicitRequestParams) -> ElicitResult:
            del context
            self.asked.append(params.message)
            assert person is not None
            return await person(params.message)

        config = kubeconfig or self.sandbox.kubeconfig
        server = create_server(kubeconfig=config, authority=self.authority)
        callback = ask if person else None
        async with Client(server, elicitation_callback=callback, mode=mode) as client:
            yield Session(client, "k8s")


def config_map(name: str, **data: str) -> Manifest:
    return {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": name}, "data": data}


def deployment(name: str, *, replicas: int = 1, **metadata: Json) -> Manifest:
    """Return a Deployment whose pods run on a simulated node."""
    labels = {"app": name}
    fake = {"key": "kwok.x-k8s.io/node", "operator": "Exists"}
    return {
        "apiVersion": "apps/v1",
        "kind": "Deployment",
        "metadata": {"name": name, **metadata},
        "spec": {
            "replicas": replicas,
            "selector": {"matchLabels": labels},
            "template": {
                "metadata": {"labels": labels},
                "spec": {
                    "nodeSelector": {"type": "kwok"},
                    "tolerations": [fake],
                    "containers": [{"name": "app", "image": "registry.invalid/app:1"}],
                },
            },
        },
    }


def set_(ref: str, **fields: Json) -> Manifest:
    """Return a patch; `__` stands for a dot."""
    return {
        "kind": "patch",
        "object": ref,
        "set": {k.replace("__", "."): v for k, v in fields.items()},
    }
