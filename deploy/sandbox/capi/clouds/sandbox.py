"""The sandbox's own infrastructure: machines list their hardware themselves, nothing is refused."""

from clusterwright.deploy.sandbox.capi.clouds.cloud import Asked, Cloud, Step
from clusterwright.deploy.sandbox.capi.clouds.hardware import Size
from clusterwright.deploy.sandbox.capi.definition import Kind
from clusterwright.tools.manifest import name_of, number, text


def _size(asked: Asked) -> Size:
    spec = asked.machine
    return Size(
        text(spec, "spec", "cpu") or "8",
        text(spec, "spec", "memory") or "32Gi",
        number(spec, "spec", "gpu", "count"),
        text(spec, "spec", "gpu", "product"),
    )


SANDBOX = Cloud(
    "sandbox",
    "",
    Kind("SandboxCluster", contract="v1beta2", templated=True),
    Kind("SandboxMachine", contract="v1beta2", templated=True),
    cluster_steps=(Step("Ready", "Provisioned"),),
    machine_steps=(Step("Ready", "Provisioned"),),
    region_of=lambda asked: text(asked.cluster, "spec", "region"),
    size_of=_size,
    provider_id=lambda asked: f"sandbox:///{asked.namespace}/{name_of(asked.cluster)}/{asked.name}",
    waits=("WaitingForClusterInfrastructure", "WaitingForBootstrapData"),
    waits_for_endpoint="WaitingForControlPlane",
)
