"""The kubeadm bootstrap and control plane providers: what their conditions mean."""

from clusterwright.tools.cluster_api.providers.row import Fault, Provider, Row, any_of

KUBEADM = Provider(
    "kubeadm bootstrap and control plane",
    ("Kubeadm",),
    "kubernetes-sigs/cluster-api v1.14, api/bootstrap/kubeadm/v1beta1/condition_consts.go,"
    " api/controlplane/kubeadm/v1beta1/condition_consts.go",
    (
        Row(
            Fault.BOOTSTRAP,
            "See the cluster's certificate Secrets (<cluster>-ca, -etcd, -proxy, -sa).",
            reasons=any_of("CertificatesGenerationFailed", "CertificatesCorrupted"),
        ),
        Row(
            Fault.BOOTSTRAP,
            "Correct the KubeadmConfig, or the Secret and ConfigMap that its files name.",
            reasons=any_of("DataSecretGenerationFailed"),
        ),
        Row(
            Fault.BOOTSTRAP,
            "Correct the KubeadmConfig, or the Secret and ConfigMap that its files name.",
            conditions=any_of("DataSecretAvailable"),
            reasons=any_of("NotAvailable"),  # of v1beta2, where it waits with this reason as well
            words=("failed to",),
        ),
    ),
)
