"""A ClusterDeployment, what it is made from, and the Cluster that came of it."""

from dataclasses import replace

from clusterwright.tools.cluster_api.estate import CLUSTER
from clusterwright.tools.cluster_api.k0rdent.kinds import GROUP, RELEASE_NAME
from clusterwright.tools.kubernetes.changes.step import Elsewhere, Scene
from clusterwright.tools.manifest import Json, Manifest
from tests.tools.cluster_api.changes.estate import MACHINES, NAME, classy, pool
from tests.tools.cluster_api.changes.estate import scene as scene_of

API = f"{GROUP}/v1beta1"
DEPLOYMENT = f"ClusterDeployment.{GROUP}/{NAME}"


def made(kind: str, name: str, spec: Json = None, status: Json = None, **more: Json) -> Manifest:
    metadata = {"name": name, "namespace": "default", "uid": f"uid-{name}", "generation": 1, **more}
    return {
        "apiVersion": API,
        "kind": kind,
        "metadata": metadata,
        "spec": spec or {},
        "status": status or {},
    }


def deployment(status: Json = None, **spec: Json) -> Manifest:
    return made(
        "ClusterDeployment",
        "train",
        {"template": "small-1", "credential": "keys", "config": {"workersNumber": 2}, **spec},
        {"availableUpgrades": ["small-2"], **(status or {})},
    )


def template(name: str = "small-1", version: str = "v1.35.2", **more: Json) -> Manifest:
    status = {"valid": True, "k8sVersion": version, "chartRef": {"name": name}}
    chart = {"helm": {"chartSpec": {"chart": "small"}}}
    return made("ClusterTemplate", name, chart, status, **more)


def credential() -> Manifest:
    return made("Credential", "keys", {"identityRef": {"kind": "Secret"}}, {"ready": True})


def cluster(**more: Json) -> Manifest:
    """Return the Cluster that the chart of the ClusterDeployment made."""
    found = classy()
    found["metadata"]["labels"][RELEASE_NAME] = "train"
    found["metadata"] |= more
    return found


AROUND = (template(), template("small-2", "v1.36.3"), credential())
HERE = (cluster(), pool(), *MACHINES)


def scene(*objects: Manifest, runs: Elsewhere | None = None) -> Scene:
    """Return a scene with what a ClusterDeployment is made from, and with its Cluster if given."""
    found = scene_of(*AROUND, *objects, runs=runs)
    clusters = found.around.of_kind(CLUSTER)
    return replace(found, around=found.around.holding(CLUSTER, *clusters))
