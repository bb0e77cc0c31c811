"""A running instance as others use it."""

import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from clusterwright.deploy.sandbox.runtime import processes, state
from clusterwright.deploy.sandbox.runtime.errors import NoSuchInstanceError, StartError
from clusterwright.deploy.sandbox.runtime.kubeconfig import context_of
from clusterwright.deploy.sandbox.runtime.state import Record

_SECONDS = 120.0


@dataclass(frozen=True, slots=True)
class Instance:
    """How to reach a sandbox, and what it has."""

    record: Record

    @property
    def name(self) -> str:
        """The instance's name."""
        return self.record.name

    @property
    def directory(self) -> Path:
        """Where its files are."""
        return state.directory(self.name)

    @property
    def kubeconfig(self) -> Path:
        """The administrator's kubeconfig, with one context."""
        return self.directory / "kubeconfig"

    @property
    def context(self) -> str:
        """The context in its kubeconfig."""
        return context_of(self.name)

    @property
    def has_node(self) -> bool:
        """Whether it has a real node, on which containers really run."""
        return self.record.mode == "node"

    @property
    def has_cluster_api(self) -> bool:
        """Whether the managers of Cluster API run in it."""
        return bool(self.record.clusterctl)

    @property
    def has_prometheus(self) -> bool:
        """Whether it is monitored: Prometheus, its operator, Alertmanager, metrics-server."""
        return bool(self.record.prometheus_port)

    @property
    def has_gpu(self) -> bool:
        """Whether it has simulated GPU nodes on which the operators' operands are run."""
        return self.record.gpu

    @property
    def prometheus_url(self) -> str:
        """Where Prometheus is reached from the host; empty without it."""
        port = self.record.prometheus_port
        return f"http://127.0.0.1:{port}" if port else ""

    @property
    def alertmanager_url(self) -> str:
        """Where Alertmanager is reached from the host; empty without it."""
        port = self.record.alertmanager_port
        return f"http://127.0.0.1:{port}" if port else ""

    @property
    def registry_url(self) -> str:
        """Where images are pushed from the host; empty without a node."""
        port = self.record.registry_port
        return f"http://127.0.0.1:{port}" if port else ""

    @property
    def audit_log(self) -> Path:
        """What the API server was asked, a JSON line each."""
        return self.directory / "logs" / "audit.log"

    @property
    def running(self) -> bool:
        """Whether the process that holds it still runs."""
        return processes.is_same(self.record.pid, self.record.started)

    def kubectl(self, *arguments: str, stdin: str = "") -> str:
        """Run kubectl and return what it printed; raise StartError with its complaint."""
        return self._run(self.record.kubectl, arguments, stdin)

    def clusterctl(self, *arguments: str) -> str:
        """Run clusterctl, of a sandbox with Cluster API, as `kubectl` does."""
        return self._run(self.record.clusterctl, arguments)

    def _run(self, program: str, arguments: Sequence[str], stdin: str = "") -> str:
        command = [program, f"--kubeconfig={self.kubeconfig}", *arguments]
        done = subprocess.run(
            command, input=stdin, capture_output=True, text=True, timeout=_SECONDS, check=False
        )
        if done.returncode:
            said = f"{Path(program).name} {' '.join(arguments[:3])}"
            raise StartError(f"{said}: {done.stderr.strip()[-600:]}")
        return done.stdout


def find(name: str) -> Instance:
    """Return a running instance; raise NoSuchInstanceError if there is none of that name."""
    return Instance(state.read(name))


def runs(name: str) -> bool:
    """Return whether there is a running instance of that name."""
    try:
        return find(name).running
    except NoSuchInstanceError:
        return False
