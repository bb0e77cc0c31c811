"""Alerts about etcd, of its own mixin (contrib/mixin)."""

from clusterwright.tools.prometheus.known_alerts.known_alert import KnownAlert

_MEMBER = ("instance", "pod")

ALERTS = (
    KnownAlert(
        "etcdMembersDown",
        "A member of etcd is not scraped, or its peers cannot reach it.",
        "prom_targets with job=etcd; the pod and the node of the member.",
        ("its node is down", "the member crashes", "the network between members is cut"),
        codes=("controlplane/etcd-unhealthy", "node/not-ready"),
        runbook="etcd/etcdMembersDown",
    ),
    KnownAlert(
        "etcdInsufficientMembers",
        "One more lost member of etcd stops all writes, or they have stopped already.",
        "Bring back a member before anything else; prom_targets with job=etcd.",
        ("several control-plane nodes are down", "an upgrade took two at once"),
        codes=("controlplane/etcd-unhealthy",),
        runbook="etcd/etcdInsufficientMembers",
    ),
    KnownAlert(
        "etcdNoLeader",
        "A member of etcd sees no leader: nothing can be written.",
        "Members and the network between them; disk latency of each.",
        ("quorum is lost", "the network is partitioned", "disks are too slow to elect one"),
        subject=_MEMBER,
        codes=("controlplane/etcd-unhealthy",),
        runbook="etcd/etcdNoLeader",
    ),
    KnownAlert(
        "etcdHighNumberOfLeaderChanges",
        "The leader of etcd changed several times within a quarter of an hour.",
        "prom_query of etcd_disk_wal_fsync_duration_seconds and of the peers' round trips.",
        ("slow disks", "an unstable network", "an overloaded node"),
        codes=("controlplane/etcd-unhealthy",),
    ),
    KnownAlert(
        "etcdHighNumberOfFailedGRPCRequests",
        "Requests of one method of etcd fail more often than they may.",
        "prom_query of grpc_server_handled_total by grpc_code and grpc_method.",
        ("a member is overloaded", "elections", "clients with wrong credentials"),
        subject=_MEMBER,
        runbook="etcd/etcdHighNumberOfFailedGRPCRequests",
    ),
    KnownAlert(
        "etcdGRPCRequestsSlow",
        "One of a hundred requests of a method of etcd takes longer than 150 ms.",
        "prom_query of fsync and commit durations: etcd is as fast as its disk.",
        ("a slow or shared disk", "large lists", "too little CPU"),
        subject=_MEMBER,
        runbook="etcd/etcdGRPCRequestsSlow",
    ),
    KnownAlert(
        "etcdMemberCommunicationSlow",
        "Messages between members of etcd take longer than 150 ms.",
        "The network between the control-plane nodes.",
        ("a slow or lossy network", "members too far apart", "an overloaded node"),
        subject=_MEMBER,
    ),
    KnownAlert(
        "etcdHighNumberOfFailedProposals",
        "Proposals of etcd fail: writes are refused.",
        "Leader changes and quorum in the same time.",
        ("an election", "lost quorum"),
        subject=_MEMBER,
    ),
    KnownAlert(
        "etcdHighFsyncDurations",
        "Writing its log to disk takes etcd longer than half a second, or a whole one.",
        "prom_signals of the node: what else uses that disk.",
        ("a slow or shared disk", "a backup or scan at the same time"),
        subject=_MEMBER,
        runbook="etcd/etcdHighFsyncDurations",
    ),
    KnownAlert(
        "etcdHighCommitDurations",
        "Committing to its database takes etcd longer than a quarter of a second.",
        "prom_signals of the node: what else uses that disk.",
        ("a slow or shared disk", "a very large database"),
        subject=_MEMBER,
        runbook="etcd/etcdHighCommitDurations",
    ),
    KnownAlert(
        "etcdDatabaseQuotaLowSpace",
        "The database of etcd is almost as large as its quota; at the quota it refuses writes.",
        "Which kind of object is most numerous; then compact and defragment.",
        ("very many events or custom resources", "never defragmented", "a small quota"),
        subject=_MEMBER,
        runbook="etcd/etcdBackendQuotaLowSpace",
    ),
    KnownAlert(
        "etcdExcessiveDatabaseGrowth",
        "The database of etcd grows so fast that it reaches its quota within hours.",
        "Which kind of object grows: prom_query of apiserver_storage_objects.",
        ("a controller that creates without end", "large objects rewritten often"),
        subject=_MEMBER,
    ),
    KnownAlert(
        "etcdDatabaseHighFragmentationRatio",
        "Less than half of the file of etcd's database is in use.",
        "Defragment one member after the other.",
        ("much was deleted and the file was not defragmented",),
        subject=_MEMBER,
    ),
)
