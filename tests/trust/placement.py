"""A place where secrets are found in clusters, with a canary in it."""

from dataclasses import dataclass

from clusterwright.tools.manifest import Json, Manifest, mapping
from tests.trust.canary import Canary


@dataclass(frozen=True)
class Placement:
    """An object with a canary."""

    name: str
    canary: Canary
    object: Manifest


def placed(name: str, canary: Canary, kind: str, api: str = "v1", **body: Json) -> Placement:
    """Return a placement in an object of its own, which is named after it."""
    made: Manifest = {"apiVersion": api, "kind": kind, "metadata": {"name": name}, **body}
    made["metadata"] = {"name": name, **mapping(body, "metadata")}
    return Placement(name, canary, made)


def file(name: str, canary: Canary, key: str, content: str) -> Placement:
    """Return a placement in a file that a ConfigMap holds."""
    return placed(name, canary, "ConfigMap", data={key: content, "other": "plain"})


def container(name: str, canary: Canary, **fields: Json) -> Placement:
    """Return a placement in the container of a Deployment that never runs."""
    one: Manifest = {"name": "app", "image": "shop/cart:1", **fields}
    labels = {"app": name}
    return placed(
        name,
        canary,
        "Deployment",
        "apps/v1",
        spec={
            "replicas": 0,
            "selector": {"matchLabels": labels},
            "template": {"metadata": {"labels": labels}, "spec": {"containers": [one]}},
        },
    )


def variable(name: str, canary: Canary, variable_name: str, value: str) -> Placement:
    """Return a placement in a variable of a container."""
    return container(name, canary, env=[{"name": variable_name, "value": value}])
