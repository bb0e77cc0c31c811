"""Charts of cluster templates: they make Clusters of the sandbox's classes.

Values and schemas are shaped after k0rdent/kcm templates/cluster (aws-standalone-cp and
adopted-cluster).
"""

from clusterwright.deploy.sandbox.capi.k0rdent.controller.charts.chart import Chart, Release
from clusterwright.tools.manifest import Json, Manifest, mapping, number, text

_LABELS: Json = {"type": "object"}
_IDENTITY: Json = {
    "type": "object",
    "properties": {one: {"type": "string"} for one in ("apiVersion", "kind", "name", "namespace")},
}


def _standalone(version: str, kubernetes: str) -> Chart:
    return Chart(
        "sandbox-standalone-cp",
        version,
        "A cluster on the sandbox's own provider, with a pool of GPU workers",
        {
            "controlPlaneNumber": 1,
            "workersNumber": 1,
            "worker": {"accelerator": "Tesla-T4", "acceleratorCount": 1},
            "clusterLabels": {},
            "clusterIdentity": {"name": "", "kind": ""},
            "version": kubernetes,
        },
        {
            "$schema": "https://json-schema.org/draft/2020-12/schema",
            "description": "A cluster on the sandbox's own provider",
            "type": "object",
            "required": ["controlPlaneNumber", "workersNumber", "worker"],
            "properties": {
                "controlPlaneNumber": {
                    "type": "integer",
                    "minimum": 1,
                    "description": "Members of the control plane",
                },
                "workersNumber": {"type": "integer", "minimum": 0, "description": "GPU workers"},
                "worker": {
                    "type": "object",
                    "required": ["accelerator"],
                    "additionalProperties": False,
                    "properties": {
                        "accelerator": {
                            "type": "string",
                            "description": "The GPU of each worker",
                            "enum": ["Tesla-T4", "NVIDIA-A100-SXM4-40GB", "NVIDIA-H100-80GB-HBM3"],
                        },
                        "acceleratorCount": {"type": "integer", "minimum": 0, "maximum": 8},
                    },
                },
                "clusterLabels": _LABELS,
                "clusterAnnotations": _LABELS,
                "clusterIdentity": _IDENTITY,
                "version": {"type": "string", "description": "Of Kubernetes"},
            },
        },
        {
            "cluster.x-k8s.io/provider": "infrastructure-sandbox, control-plane-sandbox,"
            " bootstrap-sandbox",
            "cluster.x-k8s.io/infrastructure-sandbox": "v1beta2",
            "k0rdent.mirantis.com/k8s-version": kubernetes,
        },
        _cluster,
    )


def _cluster(release: Release, values: Manifest) -> list[Manifest]:
    pool = {"class": "gpu-worker", "name": "gpu", "replicas": number(values, "workersNumber")}
    variables = mapping(values, "worker")
    topology: Manifest = {
        "classRef": {"name": "sandbox-gpu", "namespace": "default"},
        "version": text(values, "version"),
        "controlPlane": {"replicas": number(values, "controlPlaneNumber")},
        "workers": {"machineDeployments": [pool]},
        "variables": [{"name": name, "value": value} for name, value in variables.items()],
    }
    return [
        {
            "apiVersion": "cluster.x-k8s.io/v1beta2",
            "kind": "Cluster",
            "metadata": _metadata(release, values),
            "spec": {"topology": topology},
        }
    ]


def _adopted(release: Release, values: Manifest) -> list[Manifest]:
    return [
        {
            "apiVersion": "lib.projectsveltos.io/v1beta1",
            "kind": "SveltosCluster",
            "metadata": _metadata(release, values),
            "spec": {
                "kubeconfigName": text(values, "clusterIdentity", "name"),
                "consecutiveFailureThreshold": number(values, "consecutiveFailureThreshold"),
            },
        }
    ]


def _metadata(release: Release, values: Manifest) -> Manifest:
    return {
        "name": release.name,
        "namespace": release.namespace,
        "labels": mapping(values, "clusterLabels")
        | {
            "helm.toolkit.fluxcd.io/name": release.name,
            "helm.toolkit.fluxcd.io/namespace": release.namespace,
        },
        "annotations": mapping(values, "clusterAnnotations")
        | {
            "meta.helm.sh/release-name": release.name,
            "meta.helm.sh/release-namespace": release.namespace,
        },
    }


CLUSTERS = (
    _standalone("1.0.0", "v1.35.2"),
    _standalone("1.0.1", "v1.36.3"),
    Chart(
        "adopted-cluster",
        "1.0.2",
        "A template to adopt a cluster that exists",
        {"consecutiveFailureThreshold": 3, "clusterLabels": {}, "clusterIdentity": {"name": ""}},
        {
            "type": "object",
            "properties": {
                "clusterAnnotations": _LABELS,
                "clusterIdentity": _IDENTITY,
                "clusterLabels": _LABELS,
                "consecutiveFailureThreshold": {"type": "integer"},
            },
        },
        {"cluster.x-k8s.io/provider": "infrastructure-internal"},
        _adopted,
    ),
)
