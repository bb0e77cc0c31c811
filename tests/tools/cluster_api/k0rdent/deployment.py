"""A ClusterDeployment, what it is made from, and the Cluster that came of it."""

from dataclasses import replace

from clusterwright.tools.cluster_api.estate import CLUSTER
from clusterwright.tools.cluster_api.k0rdent.kinds import GROUP, HELM, RELEASE_NAME
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


def template(
    name: str = "small-1", version: str = "v1.35.2", helm: Json = None, **more: Json
) -> Manifest:
    """Return a template whose HelmChart has its name, as k0rdent makes it, unless it names one."""
    own: Manifest = helm or {"chartSpec": {"chart": "small"}}
    chart = own.get("chartRef") or {"kind": "HelmChart", "name": name, "namespace": "default"}
    status = {"valid": True, "k8sVersion": version, "chartRef": chart}
    return made("ClusterTemplate", name, {"helm": own}, status, **more)


def release(template: str = "small-1", chart: str = "small") -> Manifest:
    """Return the HelmRelease of the ClusterDeployment, which runs the chart of a template."""
    source = {"kind": "HelmChart", "name": template, "namespace": "default"}
    status = {"history": [{"chartName": chart, "version": 1}]} if chart else {}
    found = made("HelmRelease", "train", {"chartRef": source}, status)
    return {**found, "apiVersion": f"{HELM}/v2"}


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
    """Return a scene with what a ClusterDeployment is made from, and with its Cluster if given.

    A template that is given takes the place of the one of its name.
    """
    given = {(one["kind"], one["metadata"]["name"]) for one in objects}
    more = [one for one in AROUND if (one["kind"], one["metadata"]["name"]) not in given]
    found = scene_of(*more, *objects, runs=runs)
    clusters = found.around.of_kind(CLUSTER)
    return replace(found, around=found.around.holding(CLUSTER, *clusters))
