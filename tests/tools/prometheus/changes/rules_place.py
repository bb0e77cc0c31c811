"""A real Prometheus whose rule files come from ConfigMaps, as on a cluster without an operator.

What a kubelet and a reloader do there, a thread does here: it copies the files and has Prometheus
read them.
"""

import json
import subprocess
import threading
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import httpx
import yaml

from clusterwright.deploy.sandbox import Instance
from clusterwright.tools.manifest import Json, Manifest
from tests.tools.prometheus.changes.processes import free_port, program, running

_CONFIG: Json = {
    "global": {"evaluation_interval": "1s"},
    "rule_files": ["rules/*.yaml"],
}


@dataclass
class Server:
    """A Prometheus."""

    url: str
    rules: Path
    seen: dict[str, str] = field(default_factory=dict[str, str])

    def rule(self, name: str) -> Manifest | None:
        """Return a rule that is loaded, by its name."""
        groups = httpx.get(f"{self.url}/api/v1/rules").json()["data"]["groups"]
        named = (one for group in groups for one in group["rules"] if one["name"] == name)
        return next(named, None)

    def take(self, files: dict[str, str]) -> None:
        """Read rule files anew, if they are others."""
        if files == self.seen:
            return
        for name in self.seen.keys() - files.keys():
            (self.rules / name).unlink()
        for name, content in files.items():
            (self.rules / name).write_text(content)
        httpx.post(f"{self.url}/-/reload")
        self.seen = dict(files)


@contextmanager
def a_prometheus(folder: Path) -> Generator[Server]:
    """Run a real Prometheus that evaluates rules each second, and has nothing to scrape."""
    rules = folder / "rules"
    rules.mkdir(parents=True)
    url = f"http://127.0.0.1:{free_port()}"
    address = url.removeprefix("http://")
    (folder / "prometheus.yml").write_text(yaml.safe_dump(_CONFIG))
    argv = [
        str(program("prometheus")),
        f"--config.file={folder / 'prometheus.yml'}",
        f"--storage.tsdb.path={folder / 'data'}",
        f"--web.listen-address={address}",
        "--web.enable-lifecycle",
    ]
    with running(argv, f"{url}/-/ready", folder / "log"):
        yield Server(url, rules)


@contextmanager
def followed(sandbox: Instance, namespace: str, server: Server) -> Generator[None]:
    """Keep a Prometheus' rule files as the ConfigMap `rules` of a namespace and its files are."""
    argv = [sandbox.record.kubectl, f"--kubeconfig={sandbox.kubeconfig}", "get", "configmap/rules"]
    argv += ["-n", namespace, "--watch", "-o", r'jsonpath={.data}{"\n"}']
    with subprocess.Popen(argv, stdout=subprocess.PIPE) as watch:
        assert watch.stdout is not None
        lines = watch.stdout

        def follow() -> None:
            for line in lines:
                server.take(json.loads(line))

        thread = threading.Thread(target=follow)
        thread.start()
        try:
            yield
        finally:
            watch.kill()
            thread.join()
