"""Alerts about Alertmanager, of its own mixin (doc/alertmanager-mixin)."""

from clusterwright.tools.prometheus.known_alerts.known_alert import KnownAlert

_SELF = ("pod", "instance")

ALERTS = (
    KnownAlert(
        "AlertmanagerFailedReload",
        "Alertmanager could not load its newest configuration, and runs with the one before.",
        "k8s_logs of the pod: the line of the failed reload names the field.",
        ("an invalid route or receiver", "a Secret or template that it names is missing"),
        subject=_SELF,
        runbook="alertmanager/AlertmanagerFailedReload",
    ),
    KnownAlert(
        "AlertmanagerMembersInconsistent",
        "An Alertmanager has not found all others of its cluster: people may be told twice.",
        "k8s_list of its pods, and port 9094 between them.",
        ("a pod is down", "a network policy between them"),
        subject=_SELF,
        runbook="alertmanager/AlertmanagerMembersInconsistent",
    ),
    KnownAlert(
        "AlertmanagerFailedToSendAlerts",
        "One Alertmanager fails to notify through one integration.",
        "k8s_logs of the pod: what the other end answers.",
        ("wrong credentials or address", "the other end limits or is down", "no way out"),
        subject=_SELF,
        runbook="alertmanager/AlertmanagerFailedToSendAlerts",
    ),
    KnownAlert(
        "AlertmanagerClusterFailedToSendAlerts",
        "No Alertmanager gets notifications through one integration: nobody is told by it.",
        "k8s_logs of its pods: what the other end answers.",
        ("wrong credentials or address", "the other end is down", "no way out of the cluster"),
        subject=("integration",),
        runbook="alertmanager/AlertmanagerClusterFailedToSendAlerts",
    ),
    KnownAlert(
        "AlertmanagerConfigInconsistent",
        "The Alertmanagers of one cluster run with different configurations.",
        "prom_find_problems; whether one of them failed to reload.",
        ("one failed to reload", "a rollout under way"),
        runbook="alertmanager/AlertmanagerConfigInconsistent",
    ),
    KnownAlert(
        "AlertmanagerClusterFailedPeers",
        "An Alertmanager cannot reach others of its cluster: notifications may be sent twice.",
        "k8s_find_problems in its namespace; network policies on port 9094.",
        ("a peer is down", "port 9094 is not let through, TCP or UDP"),
        subject=("pod", "namespace"),
        codes=("statefulset/rollout-blocked",),
        runbook="alertmanager/AlertmanagerClusterFailedPeers",
    ),
    KnownAlert(
        "AlertmanagerClusterDown",
        "At least half of the Alertmanagers of a cluster are down.",
        "k8s_find_problems in its namespace.",
        ("nodes are down", "no room for its pods", "a volume cannot be attached"),
        codes=("statefulset/rollout-blocked", "pod/unschedulable"),
        runbook="alertmanager/AlertmanagerClusterDown",
    ),
    KnownAlert(
        "AlertmanagerClusterCrashlooping",
        "At least half of the Alertmanagers of a cluster restart again and again.",
        "k8s_logs with previous=true of one of its pods.",
        ("an invalid configuration", "too little memory"),
        codes=("pod/crash-loop", "pod/out-of-memory"),
        runbook="alertmanager/AlertmanagerClusterCrashlooping",
    ),
)
