"""A small client of one API server, as the provider needs it."""

import ssl
from http import HTTPStatus
from typing import Any

import httpx

from clusterwright.deploy.sandbox.capi.kinds import plural
from clusterwright.tools.manifest import Manifest, items, name_of, namespace_of, text

_SECONDS = 10.0
_MERGE = {"Content-Type": "application/merge-patch+json"}


class Api:
    """Objects of one API server, by apiVersion and kind."""

    def __init__(self, server: str, authority: str, certificate: str, key: str) -> None:
        """Take where it is, and the files that open it."""
        context = ssl.create_default_context(cafile=authority)
        context.load_cert_chain(certificate, key)
        self._client = httpx.Client(
            base_url=server, verify=context, timeout=_SECONDS, trust_env=False
        )

    def ready(self) -> bool:
        """Return whether it serves."""
        try:
            return self._client.get("/readyz").status_code == HTTPStatus.OK
        except httpx.HTTPError:
            return False

    def list(self, api_version: str, kind: str) -> list[Manifest]:
        """Return every object of a kind, each with its kind and apiVersion."""
        answer = self._client.get(_path(api_version, kind))
        answer.raise_for_status()
        named = {"apiVersion": api_version, "kind": kind}
        return [{**named, **one} for one in items(answer.json(), "items")]

    def exists(self, api_version: str, kind: str, namespace: str, name: str) -> bool:
        """Return whether there is such an object."""
        answer = self._client.get(_path(api_version, kind, namespace, name))
        if answer.status_code == HTTPStatus.NOT_FOUND:
            return False
        answer.raise_for_status()
        return True

    def read(self, api_version: str, kind: str, namespace: str, name: str) -> Manifest | None:
        """Return an object; None if there is none, or no such kind."""
        answer = self._client.get(_path(api_version, kind, namespace, name))
        if answer.status_code == HTTPStatus.NOT_FOUND:
            return None
        answer.raise_for_status()
        found: Manifest = answer.json()
        return found

    def delete(self, manifest: Manifest) -> None:
        """Delete an object, unless it is gone."""
        api_version, kind = text(manifest, "apiVersion"), text(manifest, "kind")
        path = _path(api_version, kind, namespace_of(manifest), name_of(manifest))
        answer = self._client.delete(path)
        if answer.status_code != HTTPStatus.NOT_FOUND:
            answer.raise_for_status()

    def create(self, manifest: Manifest) -> None:
        """Create an object, unless it is there."""
        api_version, kind = text(manifest, "apiVersion"), text(manifest, "kind")
        path = _path(api_version, kind, namespace_of(manifest))
        answer = self._client.post(path, json=manifest)
        if answer.status_code != HTTPStatus.CONFLICT:
            answer.raise_for_status()

    def patch(self, manifest: Manifest, change: Manifest, *, status: bool = False) -> Manifest:
        """Merge a change into an object, or into its status; return it as it is then."""
        api_version, kind = text(manifest, "apiVersion"), text(manifest, "kind")
        path = _path(api_version, kind, namespace_of(manifest), name_of(manifest))
        answer = self._client.patch(
            f"{path}/status" if status else path, json=change, headers=_MERGE
        )
        answer.raise_for_status()
        found: dict[str, Any] = answer.json()
        return found

    def close(self) -> None:
        """Close the connections."""
        self._client.close()


def _path(api_version: str, kind: str, namespace: str = "", name: str = "") -> str:
    base = f"/apis/{api_version}" if "/" in api_version else f"/api/{api_version}"
    base += f"/namespaces/{namespace}" if namespace else ""
    return f"{base}/{plural(kind)}" + (f"/{name}" if name else "")
