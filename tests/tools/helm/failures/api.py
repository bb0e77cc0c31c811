"""The API server over HTTP, by one `kubectl proxy`: a process for each request takes the cores."""

import subprocess
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx

from clusterwright.tools.manifest import Manifest

_SECONDS = 60.0
_WITHOUT_NAMESPACE = {
    "CustomResourceDefinition",
    "Namespace",
    "ValidatingAdmissionPolicy",
    "ValidatingAdmissionPolicyBinding",
    "ValidatingWebhookConfiguration",
}


@dataclass(frozen=True)
class Api:
    """What cases ask of it, as the administrator."""

    client: httpx.Client

    def create(self, namespace: str, one: Manifest, **parameters: str) -> Manifest:
        answer = self._create(namespace, one, parameters)
        assert answer.is_success, answer.text
        return dict(answer.json())

    def would_create(self, namespace: str, one: Manifest) -> bool:
        """Whether it would take an object."""
        return self._create(namespace, one, {"dryRun": "All"}).is_success

    def get(self, namespace: str, api: str, kind: str, name: str) -> Manifest | None:
        answer = self.client.get(_path(namespace, api, kind, name))
        return dict(answer.json()) if answer.is_success else None

    def secrets(self, namespace: str, labels: str) -> list[dict[str, Any]]:
        found = self.client.get(_path(namespace, "v1", "Secret"), params={"labelSelector": labels})
        return list(found.json()["items"])

    def merge(self, namespace: str, kind: str, name: str, patch: Manifest) -> None:
        """Merge a patch into an object of the core API, or its `name/status`, if it is there."""
        headers = {"Content-Type": "application/merge-patch+json"}
        self.client.patch(_path(namespace, "v1", kind, name), json=patch, headers=headers)

    def delete(self, namespace: str, one: Manifest) -> None:
        name = str(one["metadata"]["name"])
        self.client.delete(_path(namespace, str(one["apiVersion"]), str(one["kind"]), name))

    def _create(self, namespace: str, one: Manifest, parameters: dict[str, str]) -> httpx.Response:
        path = _path(namespace, str(one["apiVersion"]), str(one["kind"]))
        return self.client.post(path, json=one, params=parameters)


def _path(namespace: str, api: str, kind: str, name: str = "") -> str:
    prefix = f"/apis/{api}" if "/" in api else f"/api/{api}"
    where = "" if kind in _WITHOUT_NAMESPACE else f"/namespaces/{namespace}"
    plural = kind.lower().removesuffix("y") + ("ies" if kind.endswith("y") else "s")
    return f"{prefix}{where}/{plural}{f'/{name}' if name else ''}"


@contextmanager
def served(kubectl: str, kubeconfig: Path) -> Generator[Api]:
    """Reach the API server of a kubeconfig while the block runs."""
    proxy = subprocess.Popen(
        [kubectl, f"--kubeconfig={kubeconfig}", "proxy", "--port=0"],
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        assert proxy.stdout is not None
        address = proxy.stdout.readline().split()[-1]  # Starting to serve on 127.0.0.1:36087
        with httpx.Client(base_url=f"http://{address}", timeout=_SECONDS, trust_env=False) as one:
            yield Api(one)
    finally:
        proxy.kill()
        proxy.communicate()
