"""Claims of DRA and of volumes, against what the real kube-scheduler says of the same pods."""

import json
import os
from collections.abc import Iterator, Sequence

import pytest

from clusterwright.deploy.sandbox import Instance
from clusterwright.tools.gpu.fit.judge import judge
from clusterwright.tools.manifest import Json, Manifest, name_of, text
from tests.tools.gpu.fit.drawn import TAINT
from tests.tools.gpu.fit.scheduler import create, listed, looked_at, message, place, seen

DRIVER = "gpu.nvidia.com"
IS_GPU = f"device.driver == '{DRIVER}' && device.attributes['{DRIVER}'].type == 'gpu'"


class Asked:
    """A namespace with two nodes that have devices of DRA and one without."""

    def __init__(self, sandbox: Instance, namespace: str, nodes: Sequence[Manifest]) -> None:
        self.sandbox, self.namespace, self.nodes = sandbox, namespace, nodes
        self.count = 0

    def make(self, *objects: Manifest) -> None:
        create(self.sandbox, objects)

    def claim(self, name: str, **devices: Json) -> Manifest:
        spec = {"devices": devices}
        return self.object("resource.k8s.io/v1", "ResourceClaim", name, spec)

    def object(self, version: str, kind: str, name: str, spec: Json) -> Manifest:
        metadata = {"name": name, "namespace": self.namespace}
        return {"apiVersion": version, "kind": kind, "metadata": metadata, "spec": spec}

    def verdicts(self, *specs: Manifest) -> list[tuple[str, str]]:
        """Return what we say of pods and what the scheduler says, each with nothing placed."""
        pods: list[Manifest] = []
        for spec in specs:
            self.count += 1
            container = {"name": "c", "image": "registry.example/c:1", **spec.pop("container", {})}
            tolerations = [{"key": TAINT, "operator": "Exists"}]
            whole = {"containers": [container], "tolerations": tolerations, **spec}
            pods.append(self.object("v1", "Pod", f"pod-{self.count:03}", whole))
        self.make(*pods)
        made = looked_at(self.sandbox, self.namespace, {name_of(pod) for pod in pods})
        cluster = seen(
            self.nodes,
            listed(self.sandbox, "pods", "-A"),
            **{
                kind: listed(self.sandbox, f"{kind}s", "-A")
                for kind in ("ResourceClaim", "PersistentVolumeClaim")
            },
            **{
                kind: listed(self.sandbox, plural)
                for kind, plural in (
                    ("ResourceSlice", "resourceslices"),
                    ("DeviceClass", "deviceclasses"),
                    ("PersistentVolume", "persistentvolumes"),
                    ("StorageClass", "storageclasses"),
                )
            },
        )
        return [(judge(pod, cluster).message, message(pod)) for pod in made]


@pytest.fixture(scope="module")
def asked(sandbox: Instance) -> Iterator[Asked]:
    namespace = f"claims-{os.getpid()}"
    nodes = [node(f"{namespace}-{i}", namespace, zone) for i, zone in enumerate("aab")]
    with place(sandbox, namespace, nodes) as found:
        own = [name_of(one) for one in nodes]
        there = Asked(sandbox, namespace, found)
        made = [device_class(namespace), *(slice_of(name, namespace) for name in own[:2])]
        there.make(*made)
        yield there
        sandbox.kubectl("delete", "deviceclass", namespace)
        sandbox.kubectl("delete", "resourceslice", *own[:2])
        sandbox.kubectl(
            "delete", "persistentvolume", namespace, "--wait=false", "--ignore-not-found"
        )


def node(name: str, namespace: str, zone: str) -> Manifest:
    resources = {"cpu": "8", "memory": "32Gi", "pods": "20"}
    labels = {"kubernetes.io/hostname": name, "topology.kubernetes.io/zone": zone}
    return {
        "apiVersion": "v1",
        "kind": "Node",
        "metadata": {
            "name": name,
            "labels": labels,
            "annotations": {"kwok.x-k8s.io/node": "fake"},
        },
        "spec": {"taints": [{"key": TAINT, "value": namespace, "effect": "NoSchedule"}]},
        "status": {"capacity": resources, "allocatable": resources},
    }


def device_class(name: str) -> Manifest:
    return {
        "apiVersion": "resource.k8s.io/v1",
        "kind": "DeviceClass",
        "metadata": {"name": name},
        "spec": {
            "selectors": [{"cel": {"expression": IS_GPU}}],
            "extendedResourceName": f"example.com/{name}",
        },
    }


def slice_of(name: str, namespace: str) -> Manifest:
    """Return two GPUs and a NIC of a node; the second GPU is tainted."""

    def device(which: str, kind: str, **more: Json) -> Manifest:
        attributes = {"type": {"string": kind}, "productName": {"string": "NVIDIA H100"}}
        attributes["pool"] = {"string": namespace}
        attributes |= {"driverVersion": {"version": "580.95.5"}, "index": {"int": 3}}
        attributes |= {"mig": {"bool": False}}
        return {
            "name": which,
            "attributes": attributes,
            "capacity": {"memory": {"value": "80Gi"}},
            **more,
        }

    taint = {"key": f"{DRIVER}/xid", "value": "79", "effect": "NoSchedule"}
    return {
        "apiVersion": "resource.k8s.io/v1",
        "kind": "ResourceSlice",
        "metadata": {"name": name},
        "spec": {
            "driver": DRIVER,
            "nodeName": name,
            "pool": {"name": name, "generation": 1, "resourceSliceCount": 1},
            "devices": [
                device("gpu-0", "gpu"),
                device("gpu-1", "gpu", taints=[taint]),
                device("nic-0", "nic"),
            ],
        },
    }


def request(name: str, **more: Json) -> Manifest:
    return {"name": "gpus", "exactly": {"deviceClassName": name, **more}}


def by(claim: str) -> Manifest:
    return {
        "resourceClaims": [{"name": "c", "resourceClaimName": claim}],
        "container": {"resources": {"claims": [{"name": "c"}]}},
    }


def test_claims_that_no_node_can_meet_are_refused_in_the_same_words(asked: Asked) -> None:
    own = asked.namespace
    too_large = f"device.capacity['{DRIVER}'].memory.compareTo(quantity('90Gi')) >= 0"
    other = f"device.attributes['{DRIVER}'].productName == 'NVIDIA A100'"
    tolerant = {"tolerations": [{"key": f"{DRIVER}/xid", "operator": "Exists"}]}
    alternatives = [{"name": "a", "deviceClassName": own, "count": 5}]
    one_missing = [*alternatives, {"name": "b", "deviceClassName": "none-such"}]
    claims = {
        "two": [request(own, count=2)],
        "three-tolerant": [request(own, count=3, **tolerant)],
        "too-large": [request(own, selectors=[{"cel": {"expression": too_large}}])],
        "other": [request(own, selectors=[{"cel": {"expression": other}}])],
        "no-class": [request("none-such")],
        "all": [request(own, allocationMode="All")],
        "first": [{"name": "gpus", "firstAvailable": alternatives}],
        "first-no-class": [{"name": "gpus", "firstAvailable": one_missing}],
    }
    asked.make(*(asked.claim(name, requests=requests) for name, requests in claims.items()))
    for ours, theirs in asked.verdicts(*map(by, claims)):
        assert ours == theirs


OF = f"device.attributes['{DRIVER}']"
MEMORY = f"device.capacity['{DRIVER}'].memory"
HOLD = (
    f"{OF}.productName.lowerAscii().contains('h100') && {OF}.index >= 3",
    f"{OF}.none == 'x' || '3' in {OF} || {OF}.type in ['gpu', 'mig']",
    f"{OF}.type == 'gpu' || {OF}.mig && {OF}.mig",
    f"has({OF}.index) && !has({OF}.none) && 'mig' in {OF} && !{OF}.mig",
    f"{OF}.driverVersion.compareTo(semver('580.95.5-rc.2')) > 0",
    f"{OF}.driverVersion.isLessThan(semver('580.126.0'))",
    f"{OF}.driverVersion == semver('580.95.5+built')",
    f"{MEMORY}.compareTo(quantity('80Gi')) == 0 && {MEMORY}.isGreaterThan(quantity('80G'))",
    f"-1 < {OF}['index'] && !(device.driver != '{DRIVER}')",
)


def test_selectors_are_evaluated_as_the_scheduler_does(asked: Asked) -> None:
    own = asked.namespace
    opposites = [{"cel": {"expression": f"!({one})"}} for one in HOLD]
    claims = {f"not-{i}": [request(own, selectors=[one])] for i, one in enumerate(opposites)}
    asked.make(*(asked.claim(name, requests=requests) for name, requests in claims.items()))
    for (ours, theirs), one in zip(asked.verdicts(*map(by, claims)), HOLD, strict=True):
        assert ours == theirs, one
        assert "cannot allocate all claims" in theirs, one


def test_an_extended_resource_is_met_by_its_device_class(asked: Asked) -> None:
    limits = {"limits": {f"example.com/{asked.namespace}": "2"}}
    [(ours, theirs)] = asked.verdicts({"container": {"resources": limits}})
    assert ours == theirs
    assert "cannot allocate all claims" in theirs


def test_a_claim_keeps_its_pods_at_the_devices_that_it_has(asked: Asked) -> None:
    own = asked.namespace
    asked.make(asked.claim("one", requests=[request(own)]))
    spec = by("one")
    container = {"name": "c", "image": "registry.example/c:1", **spec.pop("container")}
    tolerations = [{"key": TAINT, "operator": "Exists"}]
    first = {"containers": [container], "tolerations": tolerations, **spec}
    asked.make(asked.object("v1", "Pod", "pod-900", first))
    placed = looked_at(asked.sandbox, own, {"pod-900"})[0]
    there = text(placed, "spec", "nodeName")
    assert there
    elsewhere = [name_of(one) for one in asked.nodes if name_of(one) != there]
    named = {"key": "kubernetes.io/hostname", "operator": "In", "values": elsewhere}
    selector = {"matchExpressions": [named]}
    required = {"requiredDuringSchedulingIgnoredDuringExecution": {"nodeSelectorTerms": [selector]}}
    [(ours, theirs)] = asked.verdicts({**by("one"), "affinity": {"nodeAffinity": required}})
    assert ours == theirs
    assert "resourceclaim not available on the node" in theirs
    asked.make(asked.claim("one-more", requests=[request(own)]))
    one_there = {"nodeSelector": {"kubernetes.io/hostname": there}}
    [(ours, theirs)] = asked.verdicts({**by("one-more"), **one_there})
    assert ours == theirs
    assert "cannot allocate all claims" in theirs


def test_volumes_are_refused_in_the_same_words(asked: Asked) -> None:
    own = asked.namespace
    claim = {"accessModes": ["ReadWriteOnce"], "resources": {"requests": {"storage": "1Gi"}}}
    term = {"key": "kubernetes.io/hostname", "operator": "In", "values": ["none-such"]}
    volume = {
        "capacity": {"storage": "1Gi"},
        "accessModes": ["ReadWriteOnce"],
        "storageClassName": "",
        "claimRef": {"name": "elsewhere", "namespace": own},
        "hostPath": {"path": "/none"},
        "nodeAffinity": {"required": {"nodeSelectorTerms": [{"matchExpressions": [term]}]}},
    }
    persistent = {
        "apiVersion": "v1",
        "kind": "PersistentVolume",
        "metadata": {"name": own},
        "spec": volume,
    }
    unbound = {**claim, "storageClassName": "none-such"}
    bound = {**claim, "storageClassName": "", "volumeName": own}
    asked.make(
        persistent,
        asked.object("v1", "PersistentVolumeClaim", "unbound", unbound),
        asked.object("v1", "PersistentVolumeClaim", "elsewhere", bound),
    )
    asked.sandbox.kubectl(
        *("wait", "-n", own, "pvc/elsewhere", "--for=jsonpath={.status.phase}=Bound")
    )
    names = ("missing", "unbound", "elsewhere")
    mounted = [
        {"volumes": [{"name": "v", "persistentVolumeClaim": {"claimName": name}}]} for name in names
    ]
    for ours, theirs in asked.verdicts(*mounted):
        assert ours == theirs


def test_a_pod_that_is_resized_takes_the_most_that_it_has_or_is_to_have(asked: Asked) -> None:
    host = next(name_of(one) for one in asked.nodes if name_of(one).startswith(asked.namespace))
    there = {"nodeSelector": {"kubernetes.io/hostname": host}}
    container = {"name": "c", "image": "registry.example/c:1"}
    container |= {"resources": {"requests": {"cpu": "1"}}}
    tolerations = [{"key": TAINT, "operator": "Exists"}]
    spec = {"containers": [container], "tolerations": tolerations, **there}
    asked.make(asked.object("v1", "Pod", "pod-950", spec))
    looked_at(asked.sandbox, asked.namespace, {"pod-950"})
    where = ("-n", asked.namespace, "pod/pod-950")
    asked.sandbox.kubectl("wait", *where, "--for=jsonpath={.status.phase}=Running")
    [status] = json.loads(asked.sandbox.kubectl("get", *where, "-o", "json"))["status"][
        "containerStatuses"
    ]
    status["resources"] = {"requests": {"cpu": "7"}}
    patch = json.dumps({"status": {"containerStatuses": [status]}})
    asked.sandbox.kubectl("patch", *where, "--subresource=status", "--type=merge", "-p", patch)
    limits = {"limits": {"cpu": "2"}}
    [(ours, theirs)] = asked.verdicts({"container": {"resources": limits}, **there})
    assert ours == theirs
    assert "1 Insufficient cpu" in theirs
