"""Secrets that the provider makes for Cluster API."""

import base64

from clusterwright.deploy.sandbox.capi.provider.contract import CLUSTER_LABEL
from clusterwright.deploy.sandbox.capi.provider.world import key_of
from clusterwright.tools.manifest import Manifest, mapping, name_of, namespace_of, text


def secret(one: Manifest, name: str, value: str) -> Manifest:
    """Return a Secret that belongs to an object and goes with it."""
    return {
        "apiVersion": "v1",
        "kind": "Secret",
        "type": "cluster.x-k8s.io/secret",
        "metadata": {
            "name": name,
            "namespace": namespace_of(one),
            "labels": {CLUSTER_LABEL: key_of(one)[1]},
            "ownerReferences": [
                {
                    "apiVersion": text(one, "apiVersion"),
                    "kind": text(one, "kind"),
                    "name": name_of(one),
                    "uid": mapping(one, "metadata").get("uid"),
                    "controller": True,
                }
            ],
        },
        "data": {"value": base64.b64encode(value.encode()).decode()},
    }
