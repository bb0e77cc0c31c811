"""Alerts about alerting itself, of kube-prometheus."""

from clusterwright.tools.prometheus.known_alerts.known_alert import KnownAlert

ALERTS = (
    KnownAlert(
        "Watchdog",
        "Fires always: that it arrives proves that alerts are evaluated, sent and received.",
        "Nothing while it fires; if it is absent, prom_alerts tells where the pipeline ends.",
        ("the pipeline works",),
        runbook="general/Watchdog",
        healthy=True,
    ),
    KnownAlert(
        "InfoInhibitor",
        "Fires where alerts of severity info fire alone, to keep them quiet through inhibition.",
        "Nothing; Alertmanager needs its inhibition rule, and a route that sends it nowhere.",
        ("an info alert fires in the namespace and nothing worse",),
        subject=("namespace",),
        runbook="general/InfoInhibitor",
        healthy=True,
    ),
    KnownAlert(
        "TargetDown",
        "More than a tenth of the targets of one job and service cannot be scraped.",
        "prom_targets with that job: it tells why each of them is down.",
        (
            "pods of the job crash or are gone",
            "wrong port, path or scheme in the monitor",
            "a network policy or RBAC keeps Prometheus out",
        ),
        subject=("service", "job"),
        runbook="general/TargetDown",
    ),
)
