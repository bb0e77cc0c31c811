"""Which scenarios' faults an incident may begin with, and what of each is down while it is broken.

This is what composing needs to know of a scenario, and no more: its truth stays its own. A fault
is listed with what does not work for whoever needs it, each by the name that the scenario draws:
its workload and the Service over that are `${app}`, its claim is `${config}`. One that lists
nothing has nobody who needs it, and may only be the second cause of an incident. Faults of a quota
are not listed: it would keep the layers away as well.
"""

from collections.abc import Mapping
from typing import Literal, TypeAlias

Kind: TypeAlias = Literal["workload", "service", "claim"]

SERVED: tuple[Kind, ...] = ("workload", "service")
REAL: Mapping[str, tuple[Kind, ...]] = {
    "bad-image": SERVED,
    "registry-auth": SERVED,
    "crash-with-log": SERVED,
    "bad-command": SERVED,
    "readiness-probe": SERVED,
    "missing-configmap": SERVED,
    "missing-secret-key": SERVED,
    "config-key": SERVED,
    "flux-config-key": SERVED,
    "flux-probe": SERVED,
    "root-forbidden": SERVED,
    "missing-directory": SERVED,
    "init-container": ("workload",),
    "rbac-denied": ("workload",),
}
"""Their containers run on the real node, so what hangs on them comes up once they are healed."""
SIMULATED: Mapping[str, tuple[Kind, ...]] = {
    "node-selector": SERVED,
    "label-value": ("workload",),
    "service-account": ("workload",),
    "argo-account": ("workload",),
    "limit-range": ("workload",),
    "storage-class": ("workload", "service", "claim"),
    "selector-mismatch": ("service",),
    "argo-service": ("service",),
}
"""Their pods would run on a simulated node, where nobody answers, not even once they are healed."""
ALONE: Mapping[str, tuple[Kind, ...]] = {
    "job-failed": (),
    "ingress-backend": (),
    "ingress-port": (),
    "hpa-target": (),
    "target-port": (),
    "image-update": (),
    "command-update": (),
    "out-of-memory": (),
}
RELEASES: Mapping[str, tuple[Kind, ...]] = {
    "deleted-service": ("service",),
    "release-label": ("workload",),
}
"""What a release is without, whose pods run on a simulated node, or nowhere."""
DEVICES: Mapping[str, tuple[Kind, ...]] = {
    "kernel-headers": ("workload",),
    "driver-version": ("workload",),
    "driver-upgrade": ("workload",),
    "nfd-worker": ("workload",),
    "opted-out-node": ("workload",),
    "paused-operand": ("workload",),
    "dedicated-pool": ("workload",),
    "toolkit-config": ("workload",),
    "plugin-start": ("workload",),
    "amd-module": ("workload",),
    "virtual-machine-pool": ("workload",),
    "rdma-devices": ("workload",),
    "unoffered-resource": ("workload",),
    "product-label": ("workload",),
    "device-class": ("workload",),
}
"""A workload waits for GPUs, of which a simulated node or its own Pods are the cause."""
ALERTS: Mapping[str, tuple[Kind, ...]] = {"alert-with-cause": ("workload",)}
"""Alerts tell of it besides."""
MACHINES: Mapping[str, tuple[Kind, ...]] = {
    "cluster-class-missing": (),
    "class-template-missing": (),
    "unpatchable-variable": (),
    "k0rdent-credential": (),
}
"""Of workload clusters, whose machines are in memory: no workload of an incident is on these."""
RELEASES_ALONE: Mapping[str, tuple[Kind, ...]] = {
    "killed-upgrade": (),
    "unawaited-image": (),
    "edited-image": (),
    "failed-migration": (),
    "refused-value": (),
}
BESIDE: Mapping[str, tuple[Kind, ...]] = {**ALONE, **RELEASES_ALONE, **MACHINES}
"""Nobody needs these."""
FAULTS: Mapping[str, tuple[Kind, ...]] = {
    **REAL,
    **SIMULATED,
    **RELEASES,
    **DEVICES,
    **ALERTS,
    **BESIDE,
}
