"""What surrounds a request to a cloud, without a cluster."""

import base64
from collections.abc import Mapping, Sequence

from clusterwright.deploy.sandbox.capi.clouds.cloud import Asked, Find
from clusterwright.tools.manifest import Json, Manifest, name_of, namespace_of, text


def finds(*there: Manifest) -> Find:
    """Return a look-up of these objects."""

    def find(api_version: str, kind: str, namespace: str, name: str) -> Manifest:
        for one in there:
            named = (text(one, "apiVersion"), text(one, "kind"), namespace_of(one), name_of(one))
            if named == (api_version, kind, namespace, name):
                return one
        return {}

    return find


def made(kind: str, name: str, spec: Mapping[str, Json], namespace: str = "default") -> Manifest:
    """Return an infrastructure object."""
    metadata = {"name": name, "namespace": namespace, "uid": f"uid-of-{name}"}
    return {"kind": kind, "metadata": metadata, "spec": dict(spec)}


def wants(
    cluster: Mapping[str, Json],
    machine: Mapping[str, Json] | None = None,
    *there: Manifest,
    used: Mapping[str, int] | None = None,
    hosts: Sequence[Manifest] = (),
) -> Asked:
    """Return a request for a cluster, or for a machine of it."""
    return Asked(
        cluster=made("Cluster", "c", cluster),
        find=finds(*there),
        used=dict(used or {}),
        machine=made("Machine", "m", machine) if machine is not None else {},
        hosts=hosts,
    )


def secret(name: str, namespace: str = "default", **data: str) -> Manifest:
    encoded = {key: base64.b64encode(value.encode()).decode() for key, value in data.items()}
    metadata = {"name": name, "namespace": namespace}
    return {"apiVersion": "v1", "kind": "Secret", "metadata": metadata, "data": encoded}
