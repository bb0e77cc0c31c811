"""Find out what scenarios need to know of a running sandbox."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

from clusterwright.deploy.sandbox.parts.binaries import ensure_binaries
from clusterwright.deploy.sandbox.parts.debian import ensure_packages
from clusterwright.deploy.sandbox.parts.images import busybox_layer, make_image
from clusterwright.deploy.sandbox.parts.push import push_image
from clusterwright.deploy.sandbox.parts.report import Report, SilentReport
from clusterwright.deploy.sandbox.scenario.errors import ScenarioError
from clusterwright.deploy.sandbox.scenario.kubectl import Cluster
from clusterwright.tools.manifest import Manifest, name_of, strings

_CLUSTER_API = "cluster.x-k8s.io/provider=cluster-api"
_PROMETHEUS = "prometheus-operated"
_GPU_OPERATOR = "clusterpolicies.nvidia.com"
_SIMULATED = "kwok.x-k8s.io/node"


def connect(
    kubeconfig: Path, registry_url: str | None = None, report: Report | None = None
) -> Cluster:
    """Return the sandbox behind a kubeconfig.

    Args:
        kubeconfig: of the sandbox, and of nothing else: scenarios break what it points to.
        registry_url: where this process reaches the sandbox's own registry, as
            `http://127.0.0.1:5000`; None if it has none.
        report: hears about kubectl, should it have to be built.
    """
    kubectl = ensure_binaries(["kubectl"], report or SilentReport())["kubectl"]
    push = _pusher(registry_url) if registry_url else _no_registry
    cluster = Cluster(kubectl, kubeconfig, has_node=False, push=push)
    return replace(
        cluster,
        has_node=any(map(_is_real, cluster.get(["Node"], "default"))),
        has_cluster_api=bool(cluster.marked(["CustomResourceDefinition"], _CLUSTER_API)),
        has_prometheus=any(
            name_of(one) == _PROMETHEUS for one in cluster.get(["Service"], "monitoring")
        ),
        has_gpu=any(
            name_of(one) == _GPU_OPERATOR
            for one in cluster.get(["CustomResourceDefinition"], "default")
        ),
    )


def _is_real(node: Manifest) -> bool:
    return _SIMULATED not in strings(node, "metadata", "annotations")


def _pusher(registry_url: str) -> Callable[[Sequence[str]], None]:
    def push(images: Sequence[str]) -> None:
        report = SilentReport()
        workload = ensure_binaries(["workload"], report)["workload"]
        image = make_image([busybox_layer(ensure_packages(report), workload)])
        for name in images:
            push_image(registry_url, name.partition("/")[2], image)

    return push


def _no_registry(images: Sequence[str]) -> None:
    raise ScenarioError(
        f"{images[0]!r} cannot be pushed: this sandbox has no registry that can be reached",
        hint="clusterwright sandbox up starts one together with the real node",
    )
