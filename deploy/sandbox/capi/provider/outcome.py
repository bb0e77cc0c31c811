"""How an infrastructure object tells what its cloud did: steps that are met, and what is not."""

from collections.abc import Sequence
from typing import Literal

from clusterwright.deploy.sandbox.capi.clouds.cloud import Cloud, Refusal, Step
from clusterwright.deploy.sandbox.capi.provider.contract import Told, is_provisioned, met, tell
from clusterwright.deploy.sandbox.capi.provider.world import World
from clusterwright.tools.manifest import Manifest, dig

_WRITTEN_BY_REFUSALS = ("failureReason", "failureMessage", "deprecated")


def tell_done(
    world: World, cloud: Cloud, one: Manifest, steps: Sequence[Step], more: Manifest
) -> None:
    """Tell that everything is there."""
    found = [met(step.type, step.reason) for step in steps]
    if cloud.ready != "none" and all(step.type != "Ready" for step in steps):
        found.insert(0, met("Ready", "Ready"))
    gone = {key: None for key in _WRITTEN_BY_REFUSALS if dig(one, "status", key) is not None}
    status = gone | more | _provisioned(cloud, ready=True)
    tell(world.api, one, status, found, _contract(cloud))


def tell_waiting(
    world: World, cloud: Cloud, one: Manifest, steps: Sequence[Step], step: str, reason: str
) -> None:
    """Tell that a step waits for something else, which is no error."""
    if reason:
        waits = Refusal(step, reason, "", "Info")
        _tell(world, cloud, one, steps, waits)


def tell_refused(
    world: World, cloud: Cloud, one: Manifest, steps: Sequence[Step], refused: Refusal
) -> None:
    """Tell what the cloud refuses, where and how the original does."""
    if refused.event[0]:
        world.events.warn(one, *refused.event)
    elif not refused.step:
        world.say_once(one, refused.message)
    _tell(world, cloud, one, steps, refused)


def _tell(
    world: World, cloud: Cloud, one: Manifest, steps: Sequence[Step], refused: Refusal
) -> None:
    found = conditions(cloud.ready, steps, refused) if refused.step else []
    ready = {} if is_provisioned(one) else _provisioned(cloud, ready=False)
    tell(world.api, one, refused.fields | ready, found, _contract(cloud))


def conditions(
    ready: Literal["same", "summary", "own", "none"], steps: Sequence[Step], refused: Refusal
) -> list[Told]:
    """Return the conditions while one step is not met; those after it are not told yet."""
    found: list[Told] = []
    for step in steps:
        if step.type == refused.step:
            break
        found.append(met(step.type, step.reason))
    found += [_told(one) for one in (refused, *refused.also)]
    if any(one.type == "Ready" for one in found):
        return found
    message = refused.message
    if ready == "same":
        return [_told(refused, "Ready"), *found]
    if ready == "summary":  # cluster-api util/conditions/merge_strategies.go, summaryMessage
        said = f"* {refused.step}: {message or refused.reason}"
        return [Told("Ready", refused.status, "NotReady", said), *found]
    return found


def _told(one: Refusal, type_: str = "") -> Told:
    return Told(type_ or one.step, one.status, one.reason, one.message, one.severity)


def _provisioned(cloud: Cloud, *, ready: bool) -> Manifest:
    if _contract(cloud) == "v1beta1":
        return {"ready": ready}
    return {"initialization": {"provisioned": True}} if ready else {}


def _contract(cloud: Cloud) -> Literal["v1beta1", "v1beta2"]:
    return cloud.cluster.contract or "v1beta2"
