"""Bootstrap data of a machine: made at once, and read by nobody, since machines are simulated."""

from clusterwright.deploy.sandbox.capi.kinds import CONFIGS, K0S_WORKER_CONFIG
from clusterwright.deploy.sandbox.capi.provider.contract import Told, leaving, met, owner, tell
from clusterwright.deploy.sandbox.capi.provider.secret import secret
from clusterwright.deploy.sandbox.capi.provider.world import World
from clusterwright.tools.manifest import Manifest, name_of, strings, text, texts, truth

_AVAILABLE = "DataSecretAvailable"
"""Of K0sWorkerConfig: k0sproject/k0smotron, api/bootstrap/v1beta2/conditions_consts.go."""


def bootstrap(world: World, one: Manifest) -> None:
    """Make the bootstrap data once the cluster's infrastructure is there."""
    if leaving(one) or not owner(one, "Machine") or text(one, "status", "dataSecretName"):
        return
    provisioned = ("status", "initialization", "infrastructureProvisioned")
    k0s = one.get("kind") == K0S_WORKER_CONFIG.name
    if not truth(world.cluster_of(one), *provisioned):
        if k0s:
            reason, message = (
                "WaitingForControlPlaneInitialization",
                "Control plane is not ready yet",
            )
            tell(world.api, one, {}, [Told(_AVAILABLE, "False", reason, message)])
        return
    world.api.create(secret(one, name_of(one), "#cloud-config\n"))
    status = {"dataSecretName": name_of(one), "initialization": {"dataSecretCreated": True}}
    told = Told(_AVAILABLE, "True", "Available", "Bootstrap secret created")
    tell(world.api, one, status, [met("Ready", "Ready"), *([told] if k0s else [])])


def config_of(world: World, machine: Manifest) -> Manifest:
    """Return the bootstrap configuration of a Machine; an empty one if it is none of ours."""
    kind = text(machine, "spec", "bootstrap", "configRef", "kind")
    name = text(machine, "spec", "bootstrap", "configRef", "name")
    for ours in CONFIGS:
        if ours.name == kind:
            namespace = text(machine, "metadata", "namespace")
            return world.store.find(ours.api_version, kind, namespace, name)
    return {}


def fails(config: Manifest) -> bool:
    """Return whether a command before the node joins ends with an error.

    Of all commands the simulated cloud-init knows `false` and `exit N`; any other does well.
    """
    commands = texts(config, "spec", "preBootstrapCommands") + texts(
        config, "spec", "preK0sCommands"
    )
    for command in commands:
        words = command.split()
        if words[:1] == ["false"] or (words[:1] == ["exit"] and words[1:] not in ([], ["0"])):
            return True
    return False


def external_cloud(config: Manifest) -> bool:
    """Return whether the kubelet leaves its node to a cloud controller manager."""
    extra = strings(config, "spec", "kubeletExtraArgs").get("cloud-provider", "")
    return extra == "external" or "--enable-cloud-provider" in texts(config, "spec", "args")
