"""What an administrator would have installed: the operators' namespaces, settings and resources."""

import yaml

from clusterwright.deploy.sandbox.gpu.daemonsets import dra_driver
from clusterwright.deploy.sandbox.gpu.hardware import DRIVER_VERSION, PRODUCTS
from clusterwright.deploy.sandbox.gpu.operands import AMD_NAMESPACE, DRA_NAMESPACE, NAMESPACE
from clusterwright.deploy.sandbox.runtime.simulated import SIMULATED
from clusterwright.tools.manifest import Json, Manifest

MIG_CONFIG = "default-mig-parted-config"
PLUGIN_CONFIGS = "device-plugin-configs"
_REPLICAS = 4
_DCGM = "nvidia-dcgm-exporter"
_PARTITIONS = (
    "compute-memory-partition",
    "compute-partitioning-supported",
    "memory-partitioning-supported",
)
"""Labels that the node labeller writes only where it is asked to."""
_A100_H100 = {
    "all-1g.10gb": {"1g.10gb": 7},
    "all-1g.20gb": {"1g.20gb": 4},
    "all-2g.20gb": {"2g.20gb": 3},
    "all-3g.40gb": {"3g.40gb": 2},
    "all-4g.40gb": {"4g.40gb": 1},
    "all-7g.80gb": {"7g.80gb": 1},
    "all-1g.5gb": {"1g.5gb": 7},
    "all-2g.10gb": {"2g.10gb": 3},
    "all-3g.20gb": {"3g.20gb": 2},
    "all-7g.40gb": {"7g.40gb": 1},
    "all-balanced": {"1g.10gb": 2, "2g.20gb": 1, "3g.40gb": 1},
}


def objects() -> list[Manifest]:
    """Return the objects, in an order in which they can be made."""
    return [
        *(_named("v1", "Namespace", one) for one in (NAMESPACE, AMD_NAMESPACE, DRA_NAMESPACE)),
        *(
            _named("node.k8s.io/v1", "RuntimeClass", one, handler=one)
            for one in ("nvidia", "nvidia-cdi", "nvidia-legacy")
        ),
        _mig_configs(),
        _plugin_configs(),
        _operator("gpu-operator", NAMESPACE, "gpu-operator"),
        _operator(
            "gpu-operator-node-feature-discovery-master", NAMESPACE, "node-feature-discovery"
        ),
        _operator("amd-gpu-operator-controller-manager", AMD_NAMESPACE, "amd-gpu-operator"),
        dra_driver(),
        _named("v1", "Service", _DCGM, namespace=NAMESPACE, spec=_dcgm_service()),
        _named("nvidia.com/v1", "ClusterPolicy", "cluster-policy", spec=policy()),
        _named("amd.com/v1alpha1", "DeviceConfig", "default", namespace=AMD_NAMESPACE, spec=_amd()),
        *(
            _named("resource.k8s.io/v1", "DeviceClass", name, spec=_class(of_type))
            for name, of_type in (("gpu.nvidia.com", "gpu"), ("mig.nvidia.com", "mig"))
        ),
    ]


def policy() -> Manifest:
    """Return the spec of the ClusterPolicy."""
    return {
        "operator": {"defaultRuntime": "containerd", "runtimeClass": "nvidia"},
        "daemonsets": {"updateStrategy": "RollingUpdate"},
        "driver": {
            "enabled": True,
            "version": DRIVER_VERSION,
            "kernelModuleType": "auto",
            "usePrecompiled": False,
            "upgradePolicy": {
                "autoUpgrade": True,
                "maxParallelUpgrades": 1,
                "maxUnavailable": "25%",
                "drain": {"enable": False},
            },
        },
        "toolkit": {"enabled": True},
        "devicePlugin": {"enabled": True, "config": {"name": PLUGIN_CONFIGS, "default": ""}},
        "dcgm": {"enabled": False},
        "dcgmExporter": {"enabled": True},
        "gfd": {"enabled": True},
        "mig": {"strategy": "mixed"},
        "migManager": {"enabled": True, "config": {"name": MIG_CONFIG, "default": "all-disabled"}},
        "nodeStatusExporter": {"enabled": False},
        "validator": {"plugin": {"env": [{"name": "WITH_WORKLOAD", "value": "false"}]}},
        "sandboxWorkloads": {
            "enabled": True,
            "defaultWorkload": "container",
            "mode": "kubevirt",
        },
        "vfioManager": {"enabled": True},
        "vgpuManager": {"enabled": True, "version": "580.105.06"},
        "vgpuDeviceManager": {"enabled": True, "config": {"default": "default"}},
        "sandboxDevicePlugin": {"enabled": True},
        "cdi": {"enabled": True},
    }


def _dcgm_service() -> Manifest:
    ports = [{"name": "gpu-metrics", "port": 9400, "targetPort": "gpu-metrics"}]
    return {"selector": {"app": _DCGM}, "ports": ports}


def _amd() -> Manifest:
    return {
        "driver": {"enable": True, "version": "7.0.2", "upgradePolicy": {"enable": True}},
        "devicePlugin": {"enableNodeLabeller": True, "nodeLabellerArguments": list(_PARTITIONS)},
        "metricsExporter": {"enable": True, "port": 5000},
        "selector": {"feature.node.kubernetes.io/amd-gpu": "true"},
    }


def _class(of_type: str) -> Manifest:
    driver = 'device.driver == "gpu.nvidia.com"'
    expression = f"{driver} && device.attributes['gpu.nvidia.com'].type == '{of_type}'"
    return {"selectors": [{"cel": {"expression": expression}}]}


def _mig_configs() -> Manifest:
    capable = any(one.profiles for one in PRODUCTS.values())
    configs: dict[str, Json] = {"all-disabled": [{"devices": "all", "mig-enabled": False}]}
    configs["all-enabled"] = [{"devices": "all", "mig-enabled": True, "mig-devices": {}}]
    for name, devices in _A100_H100.items() if capable else ():
        configs[name] = [{"devices": "all", "mig-enabled": True, "mig-devices": devices}]
    content = yaml.safe_dump({"version": "v1", "mig-configs": configs}, sort_keys=False)
    return _named("v1", "ConfigMap", MIG_CONFIG, namespace=NAMESPACE, data={"config.yaml": content})


def _plugin_configs() -> Manifest:
    resources: Json = [{"name": "nvidia.com/gpu", "replicas": _REPLICAS}]
    ways: dict[str, Manifest] = {
        "time-slicing-4": {"timeSlicing": {"resources": resources}},
        "time-slicing-4-one-each": {
            "timeSlicing": {"failRequestsGreaterThanOne": True, "resources": resources}
        },
        "time-slicing-4-renamed": {
            "timeSlicing": {"renameByDefault": True, "resources": resources}
        },
        "mps-4": {"mps": {"resources": resources}},
    }
    data: Manifest = {
        name: yaml.safe_dump({"version": "v1", "sharing": sharing}, sort_keys=False)
        for name, sharing in ways.items()
    }
    return _named("v1", "ConfigMap", PLUGIN_CONFIGS, namespace=NAMESPACE, data=data)


def _operator(name: str, namespace: str, app: str) -> Manifest:
    """Return a Deployment that stands for an operator's own process."""
    labels = {"app.kubernetes.io/name": app, "app": name}
    container = {"name": name, "image": f"{app}.sandbox.internal/{name}:simulated"}
    pod = {
        "nodeSelector": {"kubernetes.io/hostname": "sim-1"},
        "tolerations": [{"key": "kwok.x-k8s.io/node", "operator": "Exists"}],
        "containers": [container],
    }
    spec = {
        "replicas": 1,
        "selector": {"matchLabels": labels},
        "template": {"metadata": {"labels": labels}, "spec": pod},
    }
    return _named("apps/v1", "Deployment", name, namespace=namespace, spec=spec)


def _named(api_version: str, kind: str, name: str, namespace: str = "", **fields: Json) -> Manifest:
    metadata: Manifest = {"name": name, "annotations": {SIMULATED: "a GPU operator's"}}
    if namespace:
        metadata["namespace"] = namespace
    return {"apiVersion": api_version, "kind": kind, "metadata": metadata, **fields}
