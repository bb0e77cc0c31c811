"""A simulated exporter: series of GPUs, nodes and pods that exist in the API only.

Run as `python -m clusterwright.deploy.sandbox.monitoring.exporter SETTINGS`. What it imitates:

* kube-state-metrics: names and labels of github.com/kubernetes/kube-state-metrics, docs/metrics.
* dcgm-exporter: the counters of github.com/NVIDIA/dcgm-exporter, etc/default-counters.csv.
* the kubelets of simulated nodes: /metrics/resource (k8s.io/kubernetes,
  pkg/kubelet/metrics/collectors/resource_metrics.go) and cAdvisor's container metrics.
* the applications of simulated pods: a server instrumented as in prometheus/client_golang.

Objects of the API say what is there; annotations on them say what is measured.
"""
