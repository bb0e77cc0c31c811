"""A machine: asked of its cloud, and its node."""

from clusterwright.deploy.sandbox.capi.clouds.cloud import Asked, Cloud
from clusterwright.deploy.sandbox.capi.provider import host, node
from clusterwright.deploy.sandbox.capi.provider.bootstrap import config_of, fails
from clusterwright.deploy.sandbox.capi.provider.contract import (
    hold,
    is_provisioned,
    leaving,
    let_go,
)
from clusterwright.deploy.sandbox.capi.provider.outcome import tell_done, tell_refused, tell_waiting
from clusterwright.deploy.sandbox.capi.provider.world import World, key_of
from clusterwright.tools.manifest import Manifest, name_of, text, truth


def machine(world: World, cloud: Cloud, one: Manifest) -> None:
    """Have the cloud make a machine, and see to its node."""
    infrastructure = world.infrastructure_of(key_of(one))
    if leaving(one):
        if cloud.takes_hosts:
            host.release(world, world.asked(cloud, infrastructure, one))
        world.nodes.pop(text(one, "metadata", "uid"), None)
        let_go(world.api, one)
        return
    made_for = world.machine_of(one)
    if not made_for:
        return
    hold(world.api, one)
    if is_provisioned(one):
        node.keep(world, cloud, one, made_for)
        return
    waits = _waits(world, cloud, one, made_for)
    if waits is None:
        _make(world, cloud, one, made_for, world.asked(cloud, infrastructure, one))
    else:
        first = cloud.machine_steps[0].type if cloud.machine_steps else ""
        tell_waiting(world, cloud, one, cloud.machine_steps, first, waits)


def _waits(world: World, cloud: Cloud, one: Manifest, made_for: Manifest) -> str | None:
    """Return the reason for which a machine waits, which may be untold; None if it does not."""
    provisioned = ("status", "initialization", "infrastructureProvisioned")
    if not truth(world.cluster_of(one), *provisioned):
        return cloud.waits[0]
    return None if text(made_for, "spec", "bootstrap", "dataSecretName") else cloud.waits[1]


def _make(world: World, cloud: Cloud, one: Manifest, made_for: Manifest, asked: Asked) -> None:
    steps = cloud.machine_steps
    refused = cloud.refuses_machine(asked)
    if not refused and fails(config_of(world, made_for)):
        refused = cloud.bootstrap_failed(asked)
    if refused:
        tell_refused(world, cloud, one, steps, refused)
        return
    if cloud.takes_hosts and not host.taken(world, cloud, asked):
        return
    provider_id = {"spec": {"providerID": cloud.provider_id(asked)}}
    one["spec"] = world.api.patch(one, provider_id)["spec"]
    addresses = [{"type": "Hostname", "address": name_of(one)}]
    tell_done(world, cloud, one, steps, {"addresses": addresses})
    node.keep(world, cloud, one, made_for)
