"""Which findings explain those of clusters, their control planes and their machines."""

from clusterwright.agents.diagnose.families import NO_NODE
from clusterwright.agents.diagnose.rule import each
from clusterwright.tools.finding import Edge

_HELPED_BY_A_NODE = (
    *NO_NODE,
    *("pod/untolerated-taint", "pod/anti-affinity-unmet", "gpu/none-free", "gpu/fragmented"),
)
"""What is told of Pods that find no Node, and that one more Node may help."""
_NO_MACHINES = (
    *("machine/not-created", "machine/credential-rejected", "machine/quota-exceeded"),
    *("machine/no-capacity", "machine/size-unknown", "machine/image-missing", "machine/no-host"),
    *("machine/network-failed", "machine/bootstrap-failed", "machine/instance-gone"),
    *("machine/node-missing", "machine/node-uninitialized", "machine/startup-timeout"),
    *("machine/node-unhealthy", "pool/scale-up-blocked", "pool/template-missing"),
    *("pool/machine-refused", "cluster/infrastructure-failed", "cluster/credential-rejected"),
    *("cluster/quota-exceeded", "cluster/network-failed"),
)
"""For which a pool has fewer Nodes than it should."""
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
    *each(
        _HELPED_BY_A_NODE,
        (Edge.WAITS_FOR, Edge.USES),
        _NO_MACHINES,
        "a Pod finds no Node while the pool whose Node would take it gets no machines",
        "Kubernetes docs, Node Autoscaling: Pods that cannot be scheduled wait for new Nodes",
    ),
    *each(
        ("node/not-ready",),
        (Edge.PROVISIONED_BY,),
        ("machine/instance-gone",),
        "a Node is not ready whose instance is gone",
        "Kubernetes docs, Nodes, Heartbeats: the kubelet of a Node renews its Lease",
    ),
    *each(
        ("machine/node-unhealthy",),
        (Edge.ABOUT,),
        ("node/not-ready",),
        "a Machine is as healthy as its Node",
        "cluster-api, api/core/v1beta2/machine_types.go: condition NodeHealthy",
    ),
)
"""Pools and control planes, the cluster, its topology; Pods and Nodes of workload clusters."""
