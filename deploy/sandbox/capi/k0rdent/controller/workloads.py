"""The API servers of workload clusters, reached as the kubeconfigs in Secrets say."""

import base64
from pathlib import Path

import yaml

from clusterwright.deploy.sandbox.capi.provider.api import Api
from clusterwright.tools.manifest import Manifest, items, mapping, text

_PARTS = {
    "authority": ("clusters", "cluster", "certificate-authority-data"),
    "certificate": ("users", "user", "client-certificate-data"),
    "key": ("users", "user", "client-key-data"),
}


class NoKubeconfigError(Exception):
    """There is no kubeconfig for a cluster, or it is none."""


class Workloads:
    """Clients of workload clusters, made anew where their Secret changed."""

    def __init__(self, api: Api, directory: Path) -> None:
        """Take the management cluster's API, and a place for the files of credentials."""
        self._api = api
        self._directory = directory
        self._known: dict[tuple[str, str], tuple[str, Api]] = {}

    def of(self, namespace: str, secret: str) -> Api:
        """Return the API server that a kubeconfig in a Secret leads to."""
        found = self._api.read("v1", "Secret", namespace, secret)
        if found is None:
            raise NoKubeconfigError(
                f'Failed to get secret {namespace}/{secret}: Secret "{secret}" not found'
            )
        version = text(found, "metadata", "resourceVersion")
        known = self._known.get((namespace, secret))
        if known is None or known[0] != version:
            if known is not None:
                known[1].close()
            self._known[namespace, secret] = version, self._made(namespace, secret, found)
        return self._known[namespace, secret][1]

    def _made(self, namespace: str, secret: str, found: Manifest) -> Api:
        values = mapping(found, "data")
        content = next((one for one in values.values() if isinstance(one, str)), "")
        try:
            kubeconfig: Manifest = yaml.safe_load(base64.b64decode(content)) or {}
            server = text(items(kubeconfig, "clusters")[0], "cluster", "server")
            files = {
                part: self._written(f"{namespace}.{secret}.{part}", kubeconfig, *path)
                for part, path in _PARTS.items()
            }
        except (ValueError, IndexError, yaml.YAMLError) as error:
            raise NoKubeconfigError(
                "BuildConfigFromFlags: invalid configuration: no configuration has been provided"
            ) from error
        return Api(server, files["authority"], files["certificate"], files["key"])

    def _written(self, name: str, kubeconfig: Manifest, listed: str, part: str, field: str) -> str:
        path = self._directory / name
        path.touch(mode=0o600)
        path.write_bytes(base64.b64decode(text(items(kubeconfig, listed)[0], part, field)))
        return str(path)
