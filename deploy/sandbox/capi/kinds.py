"""All kinds that the sandbox's provider serves."""

from clusterwright.deploy.sandbox.capi.clouds.all import CLOUDS
from clusterwright.deploy.sandbox.capi.definition import BOOTSTRAP, CONTROL_PLANE, Kind
from clusterwright.tools.manifest import Manifest

SANDBOX_CONTROL_PLANE = Kind(
    "SandboxControlPlane",
    CONTROL_PLANE,
    contract="v1beta2",
    templated=True,
    scaled=True,
)
SANDBOX_CONFIG = Kind("SandboxConfig", BOOTSTRAP, contract="v1beta2", templated=True)
# k0sproject/k0smotron v2.1: api/controlplane/v1beta2, api/bootstrap/v1beta2
K0S_CONTROL_PLANE = Kind(
    "K0sControlPlane", CONTROL_PLANE, "v1beta2", "v1beta2", templated=True, scaled=True
)
K0SMOTRON_CONTROL_PLANE = Kind(
    "K0smotronControlPlane", CONTROL_PLANE, "v1beta2", "v1beta2", templated=True, scaled=True
)
K0S_WORKER_CONFIG = Kind("K0sWorkerConfig", BOOTSTRAP, "v1beta2", "v1beta2", templated=True)

CONTROL_PLANES = (SANDBOX_CONTROL_PLANE, K0S_CONTROL_PLANE, K0SMOTRON_CONTROL_PLANE)
CONFIGS = (SANDBOX_CONFIG, K0S_WORKER_CONFIG)
KINDS: tuple[Kind, ...] = (
    *(kind for cloud in CLOUDS for kind in (cloud.cluster, cloud.machine, *cloud.others)),
    *CONTROL_PLANES,
    *CONFIGS,
)


def definitions() -> list[Manifest]:
    """Return the CustomResourceDefinitions of all these kinds and of their templates."""
    return [one for kind in KINDS for one in kind.definitions()]
