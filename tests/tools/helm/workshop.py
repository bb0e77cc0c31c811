"""A namespace on a real cluster in which the real programs of Helm 3 and Helm 4 make releases."""

import json
import os
import subprocess
import time
from collections.abc import Generator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import yaml

from clusterwright.deploy.sandbox import Instance
from clusterwright.deploy.sandbox.parts.binaries import ensure_binaries
from clusterwright.deploy.sandbox.parts.report import SilentReport
from clusterwright.tools.manifest import Json, Manifest
from tests.servers.kubeconfigs import edited

DEPLOYMENT = """\
apiVersion: apps/v1
kind: Deployment
metadata:
  name: {{ .Release.Name }}
  labels: {app: web}
spec:
  replicas: {{ .Values.replicas }}
  selector: {matchLabels: {app: {{ .Release.Name }}}}
  template:
    metadata: {labels: {app: {{ .Release.Name }}}}
    spec:
      containers:
        - name: app
          image: {{ .Values.image.repository }}:{{ .Values.image.tag }}
          ports: [{containerPort: 80}]
          resources: {limits: {cpu: 1000m, memory: 1024Mi}}
          env: [{name: LEVEL, value: {{ .Values.level | quote }}}]
"""
"""A workload; its image is never pulled, for no node takes its pods."""
VALUES: Manifest = {
    "replicas": 0,
    "level": "info",
    "image": {"repository": "registry.example/shop/web", "tag": "1.0.0"},
}


@dataclass(frozen=True)
class Workshop:
    """Where releases are made, and with what."""

    sandbox: Instance
    folder: Path
    namespace: str

    @classmethod
    @contextmanager
    def opened(cls, sandbox: Instance, folder: Path, name: str) -> Generator["Workshop"]:
        """Yield one with a new namespace of its own, which goes in the end."""
        made = cls(sandbox, folder, f"hr-{name}-{os.getpid()}")
        sandbox.kubectl("create", "namespace", made.namespace)
        try:
            yield made
        finally:
            sandbox.kubectl("delete", "namespace", made.namespace, "--wait=false")

    def chart(
        self,
        name: str,
        templates: Mapping[str, str],
        values: Json = None,
        *,
        files: Mapping[str, str] | None = None,
        **metadata: Json,
    ) -> Path:
        """Write a chart; what was there of the same name is replaced file by file."""
        folder = self.folder / name
        about = {"apiVersion": "v2", "name": name, "version": "1.0.0", **metadata}
        whole = {
            "Chart.yaml": json.dumps(about),
            "values.yaml": yaml.safe_dump(values if values is not None else VALUES),
            **{f"templates/{file}": one for file, one in templates.items()},
            **(files or {}),
        }
        for path, text in whole.items():
            (folder / path).parent.mkdir(parents=True, exist_ok=True)
            (folder / path).write_text(text, encoding="utf-8")
        return folder

    def helm(
        self, *arguments: str | Path, three: bool = False, driver: str = "", fails: bool = False
    ) -> str:
        """Run Helm 4, or Helm 3, in the namespace; return what it printed."""
        command, env = self._helm(arguments, three=three, driver=driver)
        found = subprocess.run(command, env=env, capture_output=True, text=True, check=False)
        assert (found.returncode != 0) is fails, found.stderr
        return found.stderr if fails else found.stdout

    def killed(self, *arguments: str | Path, record: str) -> None:
        """Run Helm 4 and kill it as soon as a record is there, which then stays pending."""
        command, env = self._helm(arguments)
        with subprocess.Popen(
            command, env=env, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        ) as process:
            deadline = time.monotonic() + 60
            while record not in self.kubectl("get", "secret", "-o", "name"):
                assert time.monotonic() < deadline
                assert process.poll() is None
            process.kill()

    def _helm(
        self, arguments: Sequence[str | Path], *, three: bool = False, driver: str = ""
    ) -> tuple[list[str], dict[str, str]]:
        name = "helm3" if three else "helm"
        program = ensure_binaries([name], SilentReport())[name]
        homes = {f"HELM_{one}_HOME": str(self.folder / one.lower()) for one in _HOMES}
        env = {"PATH": os.environ["PATH"], "KUBECONFIG": str(self.sandbox.kubeconfig), **homes}
        env |= {"HOME": str(self.folder)}  # else Helm keeps what it discovers where the tests run
        env |= {"HELM_DRIVER": driver} if driver else {}
        return [str(program), *map(str, arguments), "--namespace", self.namespace], env

    def record(self, name: str, revision: int, kind: str = "secret") -> Manifest:
        """Return a record as it is stored, without what ties it to this cluster."""
        found: Manifest = json.loads(
            self.kubectl("get", kind, f"sh.helm.release.v1.{name}.v{revision}", "-o", "json")
        )
        kept = {key: found["metadata"][key] for key in ("name", "labels")}
        return {**found, "metadata": kept}

    def create(self, *objects: Manifest) -> None:
        """Create objects in the namespace."""
        listed = {"apiVersion": "v1", "kind": "List", "items": list(objects)}
        self.kubectl("create", "-f", "-", stdin=json.dumps(listed))

    def reader(self, name: str, *resources: str) -> Path:
        """Return a kubeconfig of an account that may read these resources, in the namespace."""
        place = self.folder / name
        place.mkdir()
        self.kubectl("create", "serviceaccount", name)
        verbs = [f"--resource={one}" for one in resources]
        self.kubectl("create", "role", name, "--verb=get,list", *verbs)
        bound = f"--serviceaccount={self.namespace}:{name}"
        self.kubectl("create", "rolebinding", name, f"--role={name}", bound)
        token = self.kubectl("create", "token", name).strip()
        return edited(self.sandbox, place, user={"token": token})

    def kubectl(self, *arguments: str, stdin: str = "") -> str:
        """Run kubectl in the namespace."""
        return self.sandbox.kubectl("-n", self.namespace, *arguments, stdin=stdin)


_HOMES = ("CACHE", "CONFIG", "DATA")
