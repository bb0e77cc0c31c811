"""Where a cluster is reached: what a copy of a cluster does not share with it, as it does a uid."""

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from urllib.parse import urlsplit

from clusterwright.tools.manifest import Manifest, text

_PORTS = {"https": 443, "http": 80}


@dataclass(frozen=True, slots=True)
class Address:
    """Where an entry of a kubeconfig leads, and whom it trusts there."""

    server: str
    """A URL, and the proxy or the name of the server that make another place of it."""
    authority: str = ""
    """The certificate authority, as the entry has it."""


Addresses = Mapping[str | None, Address]
"""By context, as tools take it; None: the one that each server is pinned to."""


def address_of(entry: Manifest) -> Address | None:
    """Return where an entry of a kubeconfig leads (`cluster` in its `clusters`); None: nowhere."""
    if not text(entry, "server"):
        return None
    way = (text(entry, "proxy-url"), text(entry, "tls-server-name"))
    server = " ".join((_spelled_alike(text(entry, "server")), *filter(None, way)))
    if entry.get("insecure-skip-tls-verify"):
        return Address(server, "any")
    data, file = text(entry, "certificate-authority-data"), text(entry, "certificate-authority")
    return Address(server, data or file)


def server_at(host: str, port: str) -> str:
    """Return the `server` of an address at an endpoint of a control plane, or ""."""
    return _spelled_alike(f"https://{_bracketed(host)}:{port}") if host and port else ""


def _spelled_alike(url: str) -> str:
    """Return a URL with its port, in small letters but for the path, and no slash at its end."""
    with suppress(ValueError):  # a port that is none: it stays as it is
        parts = urlsplit(url)
        port = parts.port or _PORTS.get(parts.scheme, "")
        return f"{parts.scheme}://{_bracketed(parts.hostname or '')}:{port}{parts.path.rstrip('/')}"
    return url


def _bracketed(host: str) -> str:
    return f"[{host}]" if ":" in host else host
