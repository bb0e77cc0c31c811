"""Post JSON through the API server's proxy of Services.

By a client of its own: what `kubectl create --raw` sends does not say that it is JSON, and
Alertmanager refuses that.
"""

import base64
import json
import ssl
import tempfile
import urllib.error
import urllib.request
from pathlib import Path

from clusterwright.deploy.sandbox.scenario.errors import KubectlError
from clusterwright.deploy.sandbox.scenario.kubectl import Cluster
from clusterwright.tools.manifest import Json, Manifest, items, text

_SECONDS = 20.0


def post(cluster: Cluster, path: str, body: Json) -> None:
    """Post to a path of the API server; raise KubectlError where it is not taken."""
    config = cluster.config()
    url = text(items(config, "clusters")[0], "cluster", "server") + path
    request = urllib.request.Request(
        url, json.dumps(body).encode(), {"Content-Type": "application/json"}, method="POST"
    )
    try:
        with urllib.request.urlopen(request, timeout=_SECONDS, context=_context(config)):
            return
    except (urllib.error.URLError, OSError) as error:
        raise KubectlError(
            f"POST {path}: {error}",
            hint="clusterwright sandbox status tells whether the sandbox is up",
        ) from error


def _context(config: Manifest) -> ssl.SSLContext:
    """Return what opens the API server, out of a kubeconfig that carries all in itself."""
    [authority] = [_part(one, "cluster", "certificate-authority") for one in config["clusters"]]
    context = ssl.create_default_context(cadata=authority)
    [user] = config["users"]
    with tempfile.TemporaryDirectory(prefix="clusterwright-") as folder:
        pair = Path(folder) / "pair.pem"
        pair.touch(0o600)
        pair.write_text(
            _part(user, "user", "client-certificate") + _part(user, "user", "client-key")
        )
        context.load_cert_chain(pair)
    return context


def _part(entry: Manifest, kind: str, name: str) -> str:
    return base64.b64decode(text(entry, kind, f"{name}-data")).decode()
