"""The two conditions that NVIDIA's operator writes on its objects, Ready and Error.

Rules: NVIDIA/gpu-operator v26.7, internal/conditions: the informative reason is on the one that is
true; a Ready that is not has the reason `Error`.
"""

from collections.abc import Mapping
from datetime import UTC, datetime

from clusterwright.deploy.sandbox.gpu.operator.world import World
from clusterwright.tools.manifest import Json, Manifest, condition, dig, text


def ready(reason: str, message: str) -> list[Manifest]:
    """Return the conditions of an object that is ready."""
    return [
        {"type": "Ready", "status": "True", "reason": reason, "message": message},
        {"type": "Error", "status": "False", "reason": "Ready", "message": ""},
    ]


def failed(reason: str, message: str) -> list[Manifest]:
    """Return the conditions of an object that is not."""
    return [
        {"type": "Ready", "status": "False", "reason": "Error", "message": ""},
        {"type": "Error", "status": "True", "reason": reason, "message": message},
    ]


def write(world: World, one: Manifest, status: Mapping[str, Json], told: list[Manifest]) -> None:
    """Write a status and conditions where they differ from what is there."""
    now = f"{datetime.now(UTC):%Y-%m-%dT%H:%M:%SZ}"
    conditions: list[Manifest] = []
    for wanted in told:
        before = condition(one, wanted["type"])
        same = before.get("status") == wanted["status"]
        since = text(before, "lastTransitionTime") if same else ""
        conditions.append(wanted | {"lastTransitionTime": since or now})
    whole = {**status, **({"conditions": conditions} if conditions else {})}
    if any(dig(one, "status", key) != value for key, value in whole.items()):
        world.api.patch(one, {"status": whole}, status=True)
