"""Which scenarios' faults an incident may begin with, and what of each is down while it is broken.

This is what composing needs to know of a scenario, and no more: its truth stays its own. A fault
is listed with what does not work for whoever needs it, each by the name that the scenario draws:
its workload and the Service over that are `${app}`, its claim is `${config}`. One that lists
nothing has nobody who needs it, and may only be the second cause of an incident.
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
ELSEWHERE: Mapping[str, tuple[Kind, ...]] = {
    "deleted-service": ("service",),
    "kernel-headers": ("workload",),
    "paused-operand": ("workload",),
    "unoffered-resource": ("workload",),
    "alert-with-cause": ("workload",),
}
"""Of releases, GPUs and alerts: what these need is not in every sandbox, so nothing draws them."""
FAULTS: Mapping[str, tuple[Kind, ...]] = {**REAL, **SIMULATED, **ALONE, **ELSEWHERE}
