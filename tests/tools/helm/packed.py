"""Records as Helm packs them, of releases that no Helm would make."""

import base64
import gzip
import json

from clusterwright.tools.manifest import Json, Manifest


def release(name: str, **parts: Json) -> Manifest:
    """Return what a record holds; each part may be anything at all."""
    return {
        "name": name,
        "version": 1,
        "namespace": "odd",
        "info": {"status": "deployed", "description": "Install complete"},
        "chart": {"metadata": {"name": "odd", "version": "1"}, "values": {}},
        "config": {},
        "manifest": "",
        **parts,
    }


def record(payload: Json, name: str, revision: int = 1, status: str = "deployed") -> Manifest:
    """Return the Secret of a record."""
    packed = base64.b64encode(gzip.compress(json.dumps(payload).encode()))
    return {
        "apiVersion": "v1",
        "kind": "Secret",
        "type": "helm.sh/release.v1",
        "metadata": {
            "name": f"sh.helm.release.v1.{name}.v{revision}",
            "labels": {
                "owner": "helm",
                "name": name,
                "status": status,
                "version": str(revision),
                "modifiedAt": "1767225600",
            },
        },
        "data": {"release": base64.b64encode(packed).decode()},
    }
