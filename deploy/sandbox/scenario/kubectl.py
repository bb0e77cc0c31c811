"""What scenarios ask of a sandbox: apply, delete, read, and images in its registry."""

import json
import subprocess
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from clusterwright.deploy.sandbox.parts.binaries import ensure_binaries
from clusterwright.deploy.sandbox.parts.report import SilentReport
from clusterwright.deploy.sandbox.scenario.errors import KubectlError
from clusterwright.tools.manifest import Manifest, items
from clusterwright.tools.ref import Ref

_SECONDS = 60.0
_DELETION_SECONDS = 180.0
"""What a namespace full of objects may take to go."""
_LONGEST_COMPLAINT = 600


def _built(name: str) -> Path:
    return ensure_binaries([name], SilentReport())[name]


@dataclass(frozen=True)
class Cluster:
    """A running sandbox: how to reach it, whether it has a real node, how it takes images."""

    kubectl: Path
    kubeconfig: Path
    has_node: bool
    push: Callable[[Sequence[str]], None]
    """Puts the image of all scenarios into the sandbox's registry under these names."""
    has_cluster_api: bool = False
    has_prometheus: bool = False
    has_gpu: bool = False
    helm: Callable[[str], Path] = _built
    """Finds the program `helm` or `helm3`; only scenarios of Helm need one."""

    def apply(self, manifests: Iterable[Manifest]) -> None:
        """Apply the objects on the server's side, taking over fields that others hold."""
        documents = yaml.safe_dump_all(manifests, sort_keys=False)
        self._run("apply", "--server-side", "--force-conflicts", "-f", "-", given=documents)

    def get(self, kinds: Iterable[str], namespace: str) -> list[Manifest]:
        """Return the objects of some kinds: of one namespace, and those outside of any."""
        joined = ",".join(sorted(set(kinds)))
        answer: Any = json.loads(self._run("get", joined, "-n", namespace, "-o", "json"))
        return items(answer, "items")

    def patch(self, ref: Ref, merge: Manifest, manager: str = "", *, status: bool = False) -> None:
        """Merge a patch into one object (RFC 7386), or its status, under a field manager's name."""
        where = ("-n", ref.namespace) if ref.namespace else ()
        named = (f"--field-manager={manager}",) if manager else ()
        named += ("--subresource=status",) if status else ()
        patch = f"--patch={json.dumps(merge)}"
        self._run("patch", _kind(ref), ref.name, *where, "--type=merge", *named, patch)

    def marked(self, kinds: Iterable[str], label: str) -> list[Manifest]:
        """Return the objects outside of any namespace that carry a label, as `key=value`."""
        joined = ",".join(sorted(set(kinds)))
        answer: Any = json.loads(self._run("get", joined, "-l", label, "-o", "json"))
        return items(answer, "items")

    def delete(self, ref: Ref, *, wait: bool = False) -> None:
        """Delete one object, if it is there."""
        where = ("-n", ref.namespace) if ref.namespace else ()
        flags = ("--ignore-not-found", f"--wait={str(wait).lower()}")
        seconds = _DELETION_SECONDS if wait else _SECONDS
        self._run("delete", _kind(ref), ref.name, *where, *flags, seconds=seconds)

    def release(self, ref: Ref) -> None:
        """Remove the finalizers of one object, if it is there, so that it can go away."""
        where = ("-n", ref.namespace) if ref.namespace else ()
        found = self._run("get", _kind(ref), ref.name, *where, "--ignore-not-found", "-o", "name")
        if found.strip():
            self.patch(ref, {"metadata": {"finalizers": None}})

    def raw(self, path: str) -> str:
        """Return what the API server answers at a path, as below a proxy of a Service."""
        return self._run("get", "--raw", path)

    def config(self) -> Manifest:
        """Return the kubeconfig's current context, with what it needs and no other."""
        found: Manifest = json.loads(
            self._run("config", "view", "--raw", "--minify", "--flatten", "-o", "json")
        )
        return found

    def delete_raw(self, path: str) -> None:
        """Delete what is at a path of the API server."""
        self._run("delete", "--raw", path)

    def _run(self, *arguments: str, given: str = "", seconds: float = _SECONDS) -> str:
        command = [str(self.kubectl), f"--kubeconfig={self.kubeconfig}", *arguments]
        try:
            done = subprocess.run(
                command, input=given, capture_output=True, text=True, timeout=seconds, check=False
            )
        except (OSError, subprocess.TimeoutExpired) as error:
            raise KubectlError(
                f'"kubectl {" ".join(arguments[:3])}" did not end: {error}',
                hint="clusterwright sandbox status tells whether the sandbox is up",
            ) from error
        if done.returncode:
            raise KubectlError(
                f'"kubectl {" ".join(arguments[:3])}": {done.stderr.strip()[-_LONGEST_COMPLAINT:]}',
                hint="clusterwright sandbox status tells whether the sandbox is up",
            )
        return done.stdout


def _kind(ref: Ref) -> str:
    return f"{ref.kind}.{ref.group}" if ref.group else ref.kind
