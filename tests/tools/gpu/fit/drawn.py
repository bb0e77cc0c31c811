"""Nodes and pods drawn from a seed: GPUs and MIG mixes, taints, labels, cordons, ports."""

from collections.abc import Sequence
from copy import deepcopy
from dataclasses import dataclass
from random import Random

from clusterwright.tools.manifest import Json, Manifest

TAINT = "sandbox.clusterwright.io/fit"
"""Taint of the drawn nodes, which nothing but drawn pods tolerates."""
_PRODUCTS = ("NVIDIA-H100-80GB-HBM3", "Tesla-T4", "NVIDIA-A100-SXM4-40GB")
_DEVICES: tuple[dict[str, str], ...] = (
    {"nvidia.com/gpu": "8"},
    {"nvidia.com/gpu": "4"},
    {"nvidia.com/gpu": "32"},
    {"nvidia.com/gpu": "0", "nvidia.com/mig-1g.10gb": "4", "nvidia.com/mig-3g.40gb": "1"},
    {"nvidia.com/gpu": "2", "nvidia.com/mig-1g.10gb": "14", "nvidia.com/mig-2g.20gb": "2"},
    {"amd.com/gpu": "8"},
    {},
)
_EFFECTS = ("NoSchedule", "NoExecute", "PreferNoSchedule")
_ASKED = (
    *("nvidia.com/gpu", "nvidia.com/gpu", "nvidia.com/gpu", "nvidia.com/mig-1g.10gb"),
    *("nvidia.com/mig-2g.20gb", "nvidia.com/mig-3g.40gb", "amd.com/gpu", "nvidia.com/mig-7g.80gb"),
)
_ZONE, _HOST = "topology.kubernetes.io/zone", "kubernetes.io/hostname"
_APPS = ("train", "serve", "batch")


@dataclass
class Drawn:
    """Draws with one seed, for one namespace."""

    seed: int
    namespace: str

    def __post_init__(self) -> None:
        self.random = Random(self.seed)

    def nodes(self, count: int) -> list[Manifest]:
        """Return nodes, of which some are cordoned and many have taints of their own."""
        return [self._node(f"{self.namespace}-{i}") for i in range(count)]

    def pods(self, count: int, *, neighbours: bool = False) -> list[Manifest]:
        """Return pods that ask for an accelerator each, some of them with rules on neighbours."""
        return [self._pod(f"pod-{i:03}", neighbours=neighbours) for i in range(count)]

    def some(self, of: Sequence[str], count: int) -> list[str]:
        return self.random.sample(list(of), count)

    def _node(self, name: str) -> Manifest:
        draw = self.random
        resources = {
            "cpu": draw.choice(["4", "15900m", "96", "96"]),
            "memory": draw.choice(["16Gi", "64327884Ki", "1024Gi", "1024Gi"]),
            "ephemeral-storage": draw.choice(["50Gi", "2Ti"]),
            "pods": draw.choice(["3", "12", "110", "110"]),
            **draw.choice(_DEVICES),
        }
        labels = {
            _HOST: name,
            "disk": draw.choice(["ssd", "hdd"]),
            "generation": draw.choice(["3", "7", "12", "1_0"]),
            "nvidia.com/gpu.product": draw.choice(_PRODUCTS),
        }
        if draw.random() < 0.9:
            labels[_ZONE] = draw.choice(["a", "b", "c"])
        taints = [{"key": TAINT, "value": self.namespace, "effect": "NoSchedule"}]
        if draw.random() < 0.35:
            taints.append({"key": "nvidia.com/gpu", "effect": draw.choice(_EFFECTS)})
        if draw.random() < 0.2:
            taints.append({"key": "team", "value": draw.choice("xy"), "effect": "NoSchedule"})
        spec: Manifest = {"taints": taints}
        if draw.random() < 0.15:
            spec["unschedulable"] = True
        return {
            "apiVersion": "v1",
            "kind": "Node",
            "metadata": {
                "name": name,
                "labels": labels,
                "annotations": {"kwok.x-k8s.io/node": "fake"},
            },
            "spec": spec,
            "status": {"capacity": resources, "allocatable": resources},
        }

    def _pod(self, name: str, *, neighbours: bool) -> Manifest:
        draw = self.random
        resource = draw.choice(_ASKED)
        asked = {
            resource: str(draw.choice([1, 1, 1, 1, 1, 2, 3, 4, 8, 16])),
            "cpu": draw.choice(["100m", "100m", "250m", "1", "2500m", "7", "32"]),
            "memory": draw.choice(["64Mi", "64Mi", "1G", "12Gi", "200Gi"]),
        }
        if draw.random() < 0.2:
            asked["ephemeral-storage"] = draw.choice(["1Gi", "100Gi"])
        container: Manifest = {
            "name": "c",
            "image": "registry.example/c:1",
            "resources": {"limits": asked, "requests": asked},
        }
        if draw.random() < 0.25:
            container["ports"] = [self._port()]
        spec: Manifest = {
            "terminationGracePeriodSeconds": 0,
            "containers": [container],
            "tolerations": self._tolerations(),
        }
        if draw.random() < 0.3:
            spec["initContainers"] = [self._init_container()]
        if draw.random() < 0.2:
            spec["nodeSelector"] = self._selector()
        if draw.random() < 0.2:
            spec["affinity"] = {"nodeAffinity": _required({"nodeSelectorTerms": self._terms()})}
        if neighbours:
            self._add_neighbours(spec)
            if draw.random() < 0.6:  # what its neighbours are counts last: little is asked before
                container["resources"] = {"requests": {"cpu": "1m"}}
                container.pop("ports", None)
                spec.pop("initContainers", None)
                spec["tolerations"] = [{"operator": "Exists"}]
        labels = {"app": draw.choice(_APPS)}
        metadata = {"name": name, "namespace": self.namespace, "labels": labels}
        return {"apiVersion": "v1", "kind": "Pod", "metadata": metadata, "spec": spec}

    def _port(self) -> Manifest:
        draw = self.random
        port = draw.choice([8080, 8081])
        found: Manifest = {"containerPort": port, "hostPort": port}
        if draw.random() < 0.4:
            found["hostIP"] = draw.choice(["10.0.0.1", "10.0.0.2"])
        if draw.random() < 0.3:
            found["protocol"] = "UDP"
        return found

    def _tolerations(self) -> list[Manifest]:
        draw = self.random
        found: list[Manifest] = [{"key": TAINT, "operator": "Exists"}] * (draw.random() < 0.96)
        if draw.random() < 0.7:
            found.append({"key": "nvidia.com/gpu", "operator": "Exists"})
        if draw.random() < 0.3:
            found.append({"key": "team", "value": draw.choice("xy"), "effect": "NoSchedule"})
        if draw.random() < 0.2:
            found.append({"key": "node.kubernetes.io/unschedulable", "operator": "Exists"})
        if draw.random() < 0.2:
            found.append({"key": "kwok.x-k8s.io/node", "operator": "Exists"})
        return found

    def _init_container(self) -> Manifest:
        draw = self.random
        one: Manifest = {
            "name": "first",
            "image": "registry.example/i:1",
            "resources": {"requests": {"cpu": draw.choice(["50m", "6"]), "memory": "1Gi"}},
        }
        return one | ({"restartPolicy": "Always"} if draw.random() < 0.5 else {})

    def _selector(self) -> dict[str, str]:
        draw = self.random
        product = draw.choice([*_PRODUCTS, "NVIDIA-H100-80GB"])
        return draw.choice([{"disk": "ssd"}, {"nvidia.com/gpu.product": product}, {_ZONE: "b"}])

    def _terms(self) -> list[Manifest]:
        draw = self.random
        expressions: list[Manifest] = [
            {"key": "disk", "operator": "NotIn", "values": ["hdd"]},
            {"key": "generation", "operator": "Gt", "values": ["3"]},
            {"key": "generation", "operator": "Lt", "values": ["12"]},
            {"key": _ZONE, "operator": "In", "values": ["a", "c"]},
            {"key": _ZONE, "operator": "DoesNotExist"},
            {"key": _ZONE, "operator": "Exists"},
        ]
        return [
            {"matchExpressions": draw.sample(expressions, draw.choice([1, 1, 2]))}
            for _ in range(draw.choice([1, 1, 2]))
        ]

    def _add_neighbours(self, spec: Manifest) -> None:
        draw = self.random
        selector = draw.choice(
            [
                {"matchLabels": {"app": draw.choice(_APPS)}},
                {"matchExpressions": [{"key": "app", "operator": "NotIn", "values": ["batch"]}]},
            ]
        )
        key = draw.choice([_ZONE, _HOST])
        if draw.random() < 0.5:
            spread: Manifest = {
                "maxSkew": draw.choice([1, 2, 5]),
                "topologyKey": key,
                "whenUnsatisfiable": "DoNotSchedule",
                "labelSelector": selector,
            }
            if draw.random() < 0.3:
                spread["nodeTaintsPolicy"] = "Honor"
            if draw.random() < 0.3:
                spread["nodeAffinityPolicy"] = "Ignore"
            if draw.random() < 0.3:
                spread["minDomains"] = 4
            spec["topologySpreadConstraints"] = [spread]
        else:
            which = draw.choice(["podAffinity", "podAntiAffinity"])
            term = {"topologyKey": key, "labelSelector": selector}
            spec.setdefault("affinity", {})[which] = _required([term])


def barred(pod: Manifest, name: str, node: str = "") -> Manifest:
    """Return the same pod, kept from every node by the last plugin, and looked at on one only.

    What fits everywhere else then lacks a pod with a label that none has; what does not, is refused
    before. On a `node` that required affinity names, no other node hides what is said of it.
    """
    found = deepcopy(pod)
    found["metadata"]["name"] = name
    affinity: Json = found["spec"].setdefault("affinity", {})
    term = {"topologyKey": _HOST, "labelSelector": {"matchLabels": {"app": "none-such"}}}
    affinity.setdefault("podAffinity", _required([]))[_REQUIRED].append(term)
    if node:
        fields = [{"key": "metadata.name", "operator": "In", "values": [node]}]
        own: Json = affinity.setdefault("nodeAffinity", {})
        for one in own.setdefault(_REQUIRED, {"nodeSelectorTerms": [{}]})["nodeSelectorTerms"]:
            one["matchFields"] = fields
    return found


_REQUIRED = "requiredDuringSchedulingIgnoredDuringExecution"


def _required(what: Json) -> Manifest:
    return {_REQUIRED: what}
