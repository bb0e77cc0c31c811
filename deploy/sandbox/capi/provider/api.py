"""A small client of one API server, as the provider needs it."""

import json
import ssl
from collections.abc import Callable, Iterator, Sequence
from http import HTTPStatus
from typing import Any

import httpx

from clusterwright.deploy.sandbox.capi.definition import plural
from clusterwright.tools.manifest import Manifest, items, name_of, namespace_of, text

_SECONDS = 10.0
_WATCH_SECONDS = 600
_MERGE = {"Content-Type": "application/merge-patch+json"}


def _ignore(_manifest: Manifest) -> None:
    """Do nothing with what a write returned."""


class Api:
    """Objects of one API server, by apiVersion and kind."""

    def __init__(self, server: str, authority: str, certificate: str, key: str) -> None:
        """Take where it is, and the files that open it."""
        context = ssl.create_default_context(cafile=authority)
        context.load_cert_chain(certificate, key)
        limits = httpx.Limits(max_connections=None)  # each watch holds one
        self._client = httpx.Client(
            base_url=server, verify=context, timeout=_SECONDS, trust_env=False, limits=limits
        )
        self.written: Callable[[Manifest], None] = _ignore
        """Hears of each object as it is after a write."""

    def ready(self, seconds: float = _SECONDS) -> bool:
        """Return whether it serves, and says so within some seconds."""
        try:
            return self._client.get("/readyz", timeout=seconds).status_code == HTTPStatus.OK
        except httpx.HTTPError:
            return False

    def list(self, api_version: str, kind: str) -> Sequence[Manifest]:
        """Return every object of a kind, each with its kind and apiVersion."""
        return self.list_at(api_version, kind)[0]

    def list_at(self, api_version: str, kind: str) -> tuple[Sequence[Manifest], str]:
        """Return every object of a kind, and the resourceVersion from which to watch."""
        answer = self._client.get(_path(api_version, kind))
        answer.raise_for_status()
        named = {"apiVersion": api_version, "kind": kind}
        found = answer.json()
        version = text(found, "metadata", "resourceVersion")
        return [{**named, **one} for one in items(found, "items")], version

    def watch(self, api_version: str, kind: str, version: str) -> Iterator[Manifest]:
        """Yield what happens to the objects of a kind, until the server ends it."""
        wanted = {"watch": "1", "resourceVersion": version, "timeoutSeconds": str(_WATCH_SECONDS)}
        patience = httpx.Timeout(_SECONDS, read=None)
        path = _path(api_version, kind)
        with self._client.stream("GET", path, params=wanted, timeout=patience) as answer:
            answer.raise_for_status()
            for line in answer.iter_lines():
                yield json.loads(line)

    def get(self, api_version: str, kind: str, namespace: str, name: str) -> Manifest:
        """Return an object; an empty one when there is none."""
        answer = self._client.get(_path(api_version, kind, namespace, name))
        if answer.status_code == HTTPStatus.NOT_FOUND:
            return {}
        answer.raise_for_status()
        found: Manifest = answer.json()
        return found

    def read(self, api_version: str, kind: str, namespace: str, name: str) -> Manifest | None:
        """Return an object; None if there is none, or no such kind."""
        return self.get(api_version, kind, namespace, name) or None

    def delete(self, manifest: Manifest) -> None:
        """Delete an object, unless it is gone."""
        api_version, kind = text(manifest, "apiVersion"), text(manifest, "kind")
        path = _path(api_version, kind, namespace_of(manifest), name_of(manifest))
        answer = self._client.delete(path)
        if answer.status_code != HTTPStatus.NOT_FOUND:
            answer.raise_for_status()

    def create(self, manifest: Manifest) -> bool:
        """Create an object; return whether it was not there before."""
        api_version, kind = text(manifest, "apiVersion"), text(manifest, "kind")
        path = _path(api_version, kind, namespace_of(manifest))
        answer = self._client.post(path, json=manifest)
        if answer.status_code == HTTPStatus.CONFLICT:
            return False
        answer.raise_for_status()
        return True

    def token(self, namespace: str, account: str, request: Manifest) -> Manifest:
        """Return a token of a service account, as a TokenRequest asks for it."""
        path = f"{_path('v1', 'ServiceAccount', namespace, account)}/token"
        answer = self._client.post(path, json=request)
        answer.raise_for_status()
        found: Manifest = answer.json()
        return found

    def patch(self, manifest: Manifest, change: Manifest, *, status: bool = False) -> Manifest:
        """Merge a change into an object, or into its status; return it as it is then."""
        api_version, kind = text(manifest, "apiVersion"), text(manifest, "kind")
        path = _path(api_version, kind, namespace_of(manifest), name_of(manifest))
        answer = self._client.patch(
            f"{path}/status" if status else path, json=change, headers=_MERGE
        )
        answer.raise_for_status()
        found: dict[str, Any] = answer.json()
        self.written(found)
        return found

    def close(self) -> None:
        """Close the connections."""
        self._client.close()


def _path(api_version: str, kind: str, namespace: str = "", name: str = "") -> str:
    base = f"/apis/{api_version}" if "/" in api_version else f"/api/{api_version}"
    base += f"/namespaces/{namespace}" if namespace else ""
    return f"{base}/{plural(kind)}" + (f"/{name}" if name else "")
