"""A real Alertmanager, a real cluster, and a server that may change both."""

import json
from collections.abc import AsyncGenerator, Generator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
import yaml
from mcp import Client

from clusterwright.deploy.sandbox import Instance
from clusterwright.servers.build import build
from clusterwright.tools.kubernetes.client.clusters import Clusters
from clusterwright.tools.manifest import Json, Manifest
from clusterwright.tools.prometheus.apply_change import TOOL as APPLY
from clusterwright.tools.prometheus.desk import Desk
from clusterwright.tools.prometheus.monitoring import Monitoring
from clusterwright.tools.prometheus.plan_change import TOOL as PLAN
from clusterwright.tools.trust.authority import Authority
from clusterwright.tools.trust.policy import Policy
from clusterwright.tools.trust.risk import Access
from tests.changes_by_tools import Session
from tests.tools.prometheus.changes.processes import free_port, program, running

EVERYTHING: Json = {
    "unattended": [{"changes": "*", "clusters": ["*"], "namespaces": ["*", ""], "risk": "high"}],
    "settle_seconds": 0.0,
    "proof_seconds": 15,
    "machine_proof_seconds": 15,
}
_CONFIG = "route: {receiver: nobody}\nreceivers: [{name: nobody}]\n"


@dataclass
class Held:
    """An Alertmanager, seen past everything that is tested."""

    url: str

    def fire(self, *alerts: dict[str, str]) -> None:
        """Have alerts with these labels fire for an hour."""
        ends = (datetime.now(UTC) + timedelta(hours=1)).isoformat()
        self.post("alerts", [{"labels": one, "endsAt": ends} for one in alerts])

    def resolve(self, *alerts: dict[str, str]) -> None:
        ends = (datetime.now(UTC) - timedelta(seconds=1)).isoformat()
        self.post("alerts", [{"labels": one, "endsAt": ends} for one in alerts])

    def silence(
        self, *matchers: tuple[str, str], hours: float = 1, comment: str = "by hand"
    ) -> str:
        """Make a silence as a person would; return its id."""
        now = datetime.now(UTC)
        told = [
            {"name": name, "value": value, "isRegex": False, "isEqual": True}
            for name, value in matchers
        ]
        made: Json = self.post(
            "silences",
            {
                "matchers": told,
                "startsAt": now.isoformat(),
                "endsAt": (now + timedelta(hours=hours)).isoformat(),
                "createdBy": "ann",
                "comment": comment,
            },
        )
        return str(made["silenceID"])

    def active(self) -> list[Manifest]:
        """Return the silences that have not ended."""
        found: list[Manifest] = self.get("silences")
        return [one for one in found if one["status"]["state"] == "active"]

    def loud(self) -> list[str]:
        """Return the names of alerts that nothing mutes."""
        found: list[Manifest] = self.get("alerts")
        return sorted(
            one["labels"]["alertname"] for one in found if not one["status"]["silencedBy"]
        )

    def get(self, path: str) -> Json:
        return httpx.get(f"{self.url}/api/v2/{path}").raise_for_status().json()

    def post(self, path: str, body: Json) -> Json:
        answer = httpx.post(f"{self.url}/api/v2/{path}", json=body).raise_for_status()
        return answer.json() if answer.content else None


@dataclass
class Place:
    """Where monitoring is changed."""

    sandbox: Instance
    state: Path
    alertmanager: Held
    namespace: str = ""
    policy: Json = field(default_factory=lambda: dict(EVERYTHING))
    access: Access = Access.WRITE

    @property
    def authority(self) -> Authority:
        policy = Policy.model_validate(self.policy)
        return Authority(access=self.access, policy=policy, state=self.state)

    def create(self, *objects: Manifest) -> None:
        listed = {"apiVersion": "v1", "kind": "List", "items": list(objects)}
        self.sandbox.kubectl("create", "-n", self.namespace, "-f", "-", stdin=json.dumps(listed))

    def get(self, kind: str, name: str) -> Manifest:
        told = self.sandbox.kubectl("get", kind, name, "-n", self.namespace, "-o", "json")
        found: Manifest = json.loads(told)
        return found

    @asynccontextmanager
    async def session(self, kubeconfig: Path | None = None) -> AsyncGenerator[Session]:
        """Connect to a server that works by this place's policy."""
        clusters = Clusters(kubeconfig or self.sandbox.kubeconfig)
        desk = Desk(Monitoring(clusters), self.authority)
        tools = [(PLAN, desk), (APPLY, desk)]
        async with Client(build("test", tools, title="Test", instructions="Test.")) as client:
            yield Session(client, "prom")


@contextmanager
def an_alertmanager(folder: Path) -> Generator[Held]:
    """Run a real Alertmanager that tells nobody of anything."""
    folder.mkdir()
    (folder / "alertmanager.yml").write_text(_CONFIG)
    url = f"http://127.0.0.1:{free_port()}"
    argv = [
        str(program("alertmanager")),
        f"--config.file={folder / 'alertmanager.yml'}",
        f"--storage.path={folder / 'data'}",
        f"--web.listen-address={url.removeprefix('http://')}",
        "--cluster.listen-address=",
    ]
    with running(argv, f"{url}/-/ready", folder / "log"):
        yield Held(url)


def configure(folder: Path, **backend: str) -> None:
    """Write the server's prometheus.yaml, with one backend."""
    folder.mkdir(mode=0o700, exist_ok=True)
    told = {"backends": [{"name": "main", **backend}], "discovery": False}
    path = folder / "prometheus.yaml"
    path.write_text(yaml.safe_dump(told))
    path.chmod(0o600)
