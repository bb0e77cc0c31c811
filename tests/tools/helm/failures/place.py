"""Where a failure is brought about: a real helm, a real cluster, a folder for charts."""

import json
import os
import signal
import subprocess
import time
from collections.abc import Callable, Generator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from clusterwright.tools.manifest import Manifest
from tests.tools.helm.failures.api import Api
from tests.tools.helm.failures.registries import Registries

SECONDS = 60.0
LABEL = "clusterwright-test"
HOLD = "clusterwright.test/hold"
"""A finalizer that nobody takes away but the case that set it."""


@dataclass(frozen=True)
class Place:
    """What one case has: a release name of its own, in a namespace that it shares with others."""

    helms: Mapping[int, Path]
    version: int
    """Of Helm: 3 or 4."""
    kubectl_program: str
    api: Api
    kubeconfig: Path
    registries: Registries
    folder: Path
    namespace: str
    release: str
    network: int = 0
    """A process in the network of the API server, where that is not this one's."""

    @property
    def own(self) -> str:
        """The namespace of its own that it has after `elsewhere`."""
        return f"{self.namespace}-{self.release}"

    def helm(self, *arguments: str) -> str:
        """Run helm, which must fail, and return what it complained."""
        done = self._helm(arguments)
        assert done.returncode, f"helm {arguments} did not fail: {done.stdout}"
        return done.stderr

    def helm_ok(self, *arguments: str) -> None:
        done = self._helm(arguments)
        assert not done.returncode, f"helm {arguments}: {done.stderr}"

    def install(self, chart: str, *flags: str) -> str:
        """Install a chart of this folder, which must fail."""
        return self.helm("install", self.release, self.path(chart), *flags)

    def install_ok(self, chart: str) -> None:
        self.helm_ok("install", self.release, self.path(chart))

    def upgrade(self, chart: str, *flags: str) -> str:
        """Upgrade to a chart of this folder, which must fail."""
        return self.helm("upgrade", self.release, self.path(chart), *flags)

    def upgrade_ok(self, chart: str) -> None:
        self.helm_ok("upgrade", self.release, self.path(chart))

    def refused(self, *templates: str) -> str:
        """Install templates, which must fail."""
        return self.install(self.chart("refused", *templates))

    def changed(self, before: str, after: str, *flags: str) -> str:
        """Install a template, then upgrade to another, which must fail."""
        self.install_ok(self.chart("before", before))
        return self.upgrade(self.chart("after", after), *flags)

    def chart(
        self, name: str, *templates: str, files: Mapping[str, str] | None = None, **metadata: object
    ) -> str:
        """Write a chart and return its folder; `metadata` goes into its Chart.yaml."""
        described = {"apiVersion": "v2", "name": Path(name).name, "version": "1.0.0"}
        written = {f"templates/{i}.yaml": text for i, text in enumerate(templates)}
        written |= {"Chart.yaml": json.dumps({**described, **metadata}), **(files or {})}
        for path, content in written.items():
            file = self.folder / name / path
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(content, encoding="utf-8")
        return name

    def path(self, chart: str) -> str:
        return chart if "://" in chart else str(self.folder / chart)

    def killed(self, operation: str, chart: str, how: signal.Signals) -> str:
        """Start an operation that waits, end it when it does, and return what it complained."""
        return self.meanwhile(
            (operation, self.release, self.path(chart), "--wait"),
            lambda: self.find("Deployment", self.release, "apps/v1") is not None,
            lambda running: running.send_signal(how),
        )

    def meanwhile(
        self,
        arguments: tuple[str, ...],
        holds: Callable[[], bool],
        act: Callable[["subprocess.Popen[str]"], None],
    ) -> str:
        """Run helm, act when something is so, and return what it complained."""
        running = subprocess.Popen(
            self._command(arguments), env=self._environment(), stderr=subprocess.PIPE, text=True
        )
        try:
            self.until(holds)
            act(running)
            return running.communicate(timeout=SECONDS)[1]
        finally:
            running.kill()
            running.communicate()

    def kubectl(self, *arguments: str, stdin: str = "") -> str:
        """Run kubectl, whose name is that of a field manager."""
        command = [self.kubectl_program, f"--kubeconfig={self.kubeconfig}", "-n", self.namespace]
        done = subprocess.run(
            [*command, *arguments],
            input=stdin,
            capture_output=True,
            text=True,
            timeout=SECONDS,
            check=False,
        )
        assert not done.returncode, f"kubectl {arguments}: {done.stderr}"
        return done.stdout

    def create(self, *objects: Manifest, manager: str = "somebody") -> None:
        for one in objects:
            self.api.create(self.namespace, one, fieldManager=manager)

    def find(self, kind: str, name: str, api: str = "v1") -> Manifest | None:
        return self.api.get(self.namespace, api, kind, name)

    def apply(self, manager: str, one: Manifest) -> None:
        """Apply an object on the server's side, as a manager that takes over what others own."""
        how = ("--server-side", "--force-conflicts", f"--field-manager={manager}")
        self.kubectl("apply", *how, "-f", "-", stdin=json.dumps(one))

    def object(self, kind: str = "ConfigMap", api: str = "v1", **more: object) -> Manifest:
        """Return an object with the release's name."""
        return {"apiVersion": api, "kind": kind, "metadata": {"name": self.release}, **more}

    @contextmanager
    def held(self, name: str) -> Generator[None]:
        """Have a ConfigMap that cannot go while the block runs."""
        self.create({**self.object(), "metadata": {"name": name, "finalizers": [HOLD]}})
        try:
            yield
        finally:
            self.release_held(name)

    def release_held(self, name: str) -> None:
        self.api.merge(self.namespace, "ConfigMap", name, {"metadata": {"finalizers": None}})

    def elsewhere(self, **labels: str) -> "Place":
        """Return a place with a namespace of its own."""
        shown = {LABEL: self.namespace, "of": self.own, **labels}
        meta = {"name": self.own, "labels": shown}
        self.create({"apiVersion": "v1", "kind": "Namespace", "metadata": meta})
        place = replace(self, namespace=self.own)
        place.until(lambda: place.find("ServiceAccount", "default") is not None)
        return place

    def until(self, holds: Callable[[], bool]) -> None:
        """Wait until something is so."""
        deadline = time.monotonic() + SECONDS
        while not holds():
            assert time.monotonic() < deadline, f"{self.namespace}/{self.release} never came so far"

    def refuses_config_maps(self) -> bool:
        """Whether the API server would refuse any ConfigMap here."""
        return not self.api.would_create(self.namespace, self.object())

    def _helm(self, arguments: tuple[str, ...]) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            self._command(arguments),
            env=self._environment(),
            cwd=self.folder,
            capture_output=True,
            text=True,
            timeout=SECONDS,
            check=False,
        )

    def _command(self, arguments: tuple[str, ...]) -> list[str]:
        return [str(self.helms[self.version]), *arguments]

    def _environment(self) -> dict[str, str]:
        home = self.folder.parent
        return {
            "PATH": os.environ["PATH"],
            "HOME": str(home),
            "HELM_CACHE_HOME": str(home / "cache"),
            "HELM_CONFIG_HOME": str(home / "config"),
            "HELM_DATA_HOME": str(home / "data"),
            "HELM_NAMESPACE": self.namespace,
            "KUBECONFIG": str(self.kubeconfig),
        }
