"""The scenarios by name, in the order in which a reader wants them: one folder each."""

SCENARIOS = (
    "bad-image",
    "registry-auth",
    "crash-with-log",
    "bad-command",
    "out-of-memory",
    "liveness-probe",
    "readiness-probe",
    "missing-configmap",
    "missing-secret-key",
    "quota",
    "node-selector",
    "gpu-shortage",
    "selector-mismatch",
    "target-port",
    "storage-class",
    "stuck-finalizer",
    "root-forbidden",
    "missing-directory",
    "node-not-ready",
    "gpu-taint",
    "full-node",
    "anti-affinity",
    "blocked-statefulset",
    "start-up-warnings",
    "retried-job",
    "old-replicasets",
    "optional-reference",
    "cordoned-node",
    "hpa-at-minimum",
    "idle-daemonset",
    "partitioned-update",
)
"""The faults, then the traps: healthy things that look broken."""

NINE = (
    "crash-with-log",
    "out-of-memory",
    "bad-image",
    "missing-configmap",
    "readiness-probe",
    "bad-command",
    "gpu-shortage",
    "node-selector",
)
"""The nine-fault cluster that other tools were measured on, less its failed Helm revision."""
