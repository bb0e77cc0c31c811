"""Which findings explain those of clusters, their control planes and their machines."""

from clusterwright.agents.diagnose.rule import each
from clusterwright.tools.finding import Edge

_ETCD = "Cluster API book, KubeadmControlPlane proposal, Remediation: etcd members and quorum"

MACHINE_RULES = (
    *each(
        ("pool/remediation-blocked",),
        (Edge.SELECTS,),
        ("machine/*",),
        "too much is unhealthy at once for one cause",
        "Cluster API book, Configure a MachineHealthCheck, Short-circuiting: maxUnhealthy",
    ),
    *each(
        ("controlplane/remediation-blocked",),
        (),
        ("machine/*",),
        "a machine is to be replaced for what ails it",
        _ETCD,
    ),
    *each(
        ("controlplane/remediation-exhausted",),
        (),
        ("machine/*",),
        "each new machine fails for what ailed the last one",
        "Cluster API book, KubeadmControlPlane, remediationStrategy: maxRetry",
    ),
    *each(
        ("controlplane/etcd-unhealthy",),
        (),
        ("machine/*",),
        "a member of etcd is lost with its machine",
        _ETCD,
    ),
    *each(
        ("controlplane/component-unhealthy",),
        (),
        ("machine/*",),
        "a component is lost with its machine",
        "Cluster API book, KubeadmControlPlane, conditions of its Machines' static Pods",
    ),
    *each(
        ("cluster/unreachable",),
        (),
        ("controlplane/*",),
        "an API server needs its etcd and its machine",
        "Kubernetes docs, Cluster Architecture: kube-apiserver is backed by etcd",
    ),
    *each(
        ("machine/node-unhealthy",),
        (),
        ("resourceset/not-applied",),
        "a Node is not ready without the network plugin that a ClusterResourceSet brings",
        "Cluster API book, ClusterResourceSet: a network plugin for every new cluster;"
        " Kubernetes docs, Network Plugins: NetworkReady",
    ),
    *each(
        ("cluster/topology-failed",),
        (Edge.USES,),
        ("class/variables-unknown",),
        "a topology is worked out from the variables of its class",
        "Cluster API book, ClusterClass, Patches and variables",
    ),
)
"""Pools and control planes, the cluster, its topology."""
