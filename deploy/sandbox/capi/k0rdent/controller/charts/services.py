"""Charts of services: a Deployment each, which really is on the workload cluster."""

from clusterwright.deploy.sandbox.capi.k0rdent.controller.charts.chart import Chart, Release
from clusterwright.deploy.sandbox.runtime.simulated import SIMULATED
from clusterwright.tools.manifest import Json, Manifest, number, text

_SCHEMA: Json = {
    "type": "object",
    "additionalProperties": False,
    "properties": {
        "replicaCount": {"type": "integer", "minimum": 0, "description": "Pods of it"},
        "image": {"type": "string", "description": "What they run"},
        "logLevel": {"type": "string", "enum": ["debug", "info", "error"]},
    },
}


def _service(name: str, version: str, description: str) -> Chart:
    def render(release: Release, values: Manifest) -> list[Manifest]:
        return [_deployment(name, version, release, values)]

    defaults = {"replicaCount": 1, "image": f"{name}:{version}", "logLevel": "info"}
    return Chart(name, version, description, defaults, _SCHEMA, render=render)


def _deployment(name: str, version: str, release: Release, values: Manifest) -> Manifest:
    labels = {"app.kubernetes.io/name": name, "app.kubernetes.io/instance": release.name}
    return {
        "apiVersion": "apps/v1",
        "kind": "Deployment",
        "metadata": {
            "name": release.name,
            "namespace": release.namespace,
            "labels": labels
            | {
                "app.kubernetes.io/managed-by": "Helm",
                "helm.sh/chart": f"{name}-{version}",
            },
            "annotations": {
                "meta.helm.sh/release-name": release.name,
                "meta.helm.sh/release-namespace": release.namespace,
                SIMULATED: f"the chart {name} {version}",
            },
        },
        "spec": {
            "replicas": number(values, "replicaCount"),
            "selector": {"matchLabels": labels},
            "template": {
                "metadata": {"labels": labels},
                "spec": {
                    "containers": [
                        {
                            "name": name,
                            "image": text(values, "image"),
                            "args": [f"--log-level={text(values, 'logLevel')}"],
                        }
                    ]
                },
            },
        },
    }


SERVICES = (
    _service("ingress-nginx", "4.11.3", "Ingress controller"),
    _service("ingress-nginx", "4.12.1", "Ingress controller"),
    _service("cert-manager", "1.16.2", "Certificates"),
    _service("gpu-operator", "24.9.1", "Drivers and device plugins of GPUs"),
)
