"""The programs of the real node: containerd, kubelet, kube-proxy, CoreDNS and two registries."""

import json
from collections.abc import Mapping
from pathlib import Path

from clusterwright.deploy.sandbox.parts.images import (
    Image,
    busybox_layer,
    make_image,
    write_archive,
)
from clusterwright.deploy.sandbox.parts.packages import Packages
from clusterwright.deploy.sandbox.runtime import cgroups
from clusterwright.deploy.sandbox.runtime.kubeconfig import context_of
from clusterwright.deploy.sandbox.runtime.place import (
    CONTAINERD_SOCKET,
    KUBELET_ROOT,
    NODE_ADDRESS,
    NODE_NAME,
    POD_CIDR,
    PRIVATE_HOST,
    PRIVATE_PORT,
    REGISTRY_HOST,
    REGISTRY_PORT,
    Place,
)
from clusterwright.deploy.sandbox.runtime.program import Program

BINARIES = ("kubelet", "kube-proxy", "coredns", "registry", "workload", "forwarder")
BASE_IMAGE = f"{REGISTRY_HOST}:{REGISTRY_PORT}/sandbox/workload:1"
_PAUSE_IMAGE = "sandbox.local/pause:1"
_CONTAINERD = """version = 2
root = "{root}"
state = "/run/containerd"
[grpc]
  address = "{socket}"
[plugins."io.containerd.grpc.v1.cri"]
  sandbox_image = "{pause}"
  restrict_oom_score_adj = true
  [plugins."io.containerd.grpc.v1.cri".containerd]
    snapshotter = "overlayfs"
  [plugins."io.containerd.grpc.v1.cri".cni]
    bin_dir = "{cni}"
    conf_dir = "{conf}"
  [plugins."io.containerd.grpc.v1.cri".registry.mirrors."{host}:{port}"]
    endpoint = ["http://{host}:{port}"]
  [plugins."io.containerd.grpc.v1.cri".registry.mirrors."{private}:{private_port}"]
    endpoint = ["http://{private}:{private_port}"]
"""
_COREFILE = """.:53 {{
    bind {address}
    errors
    ready {address}:8181
    hosts {{
        {address} {registry} {private}
        fallthrough
    }}
    prometheus {address}:9153
    kubernetes cluster.local in-addr.arpa ip6.arpa {{
        kubeconfig {kubeconfig} {context}
        pods insecure
    }}
    cache 5
}}
"""


def base_image(packages: Packages, workload: Path) -> Image:
    """Return the one image that every container of the sandbox runs, under whatever name."""
    return make_image([busybox_layer(packages, workload)], command=["sleep", "2147483647"])


def node(place: Place, binaries: Mapping[str, Path], packages: Packages) -> list[Program]:
    """Return the programs of the node `real-1`, their configuration written."""
    env = packages.environment()
    write_archive(
        Path(place.file("images.tar")),
        [(base_image(packages, binaries["workload"]), [_PAUSE_IMAGE, BASE_IMAGE])],
    )
    return [
        _forwarder(place, binaries["forwarder"]),
        _containerd(place, packages, env),
        Program(
            "images",
            [
                str(packages.ctr),
                f"--address={CONTAINERD_SOCKET}",
                "--namespace=k8s.io",
                "images",
                "import",
                place.file("images.tar"),
            ],
            after=["containerd"],
            env=env,
            once=True,
        ),
        _coredns(place, binaries["coredns"]),
        _registry(place, binaries["registry"], "registry", REGISTRY_PORT, {}),
        _registry(place, binaries["registry"], "private-registry", PRIVATE_PORT, _htpasswd(place)),
        _kubelet(place, binaries["kubelet"], env),
        _kube_proxy(place, binaries["kube-proxy"], env),
    ]


def _forwarder(place: Place, binary: Path) -> Program:
    # The supervisor hands the sockets on under the numbers that it inherited.
    targets = [f"127.0.0.1:{place.api}", f"{NODE_ADDRESS}:{REGISTRY_PORT}"]
    if place.monitored:
        targets += [f"{NODE_ADDRESS}:{port}" for port in (place.prometheus, place.alertmanager)]
    targets += [f"127.0.0.1:{port}" for port in place.workloads]
    forwards = [f"--forward={fd}={target}" for fd, target in enumerate(targets, 3)]
    return Program("forwarder", [str(binary), *forwards])


def _containerd(place: Place, packages: Packages, env: dict[str, str]) -> Program:
    networks = place.files / "cni"
    networks.mkdir()
    bridge = {
        "type": "bridge",
        "bridge": "sandbox0",
        "isGateway": True,
        "ipMasq": False,
        "ipam": {
            "type": "host-local",
            "ranges": [[{"subnet": POD_CIDR}]],
            "routes": [{"dst": "0.0.0.0/0"}],
            "dataDir": place.file("cni-state"),
        },
    }
    plugins = [bridge, {"type": "portmap", "capabilities": {"portMappings": True}}]
    conflist = {"cniVersion": "1.0.0", "name": "sandbox", "plugins": plugins}
    (networks / "10-sandbox.conflist").write_text(json.dumps(conflist), encoding="utf-8")
    config = _CONTAINERD.format(
        root=place.file("containerd"),
        socket=CONTAINERD_SOCKET,
        pause=_PAUSE_IMAGE,
        cni=packages.cni_directory,
        conf=networks,
        host=REGISTRY_HOST,
        port=REGISTRY_PORT,
        private=PRIVATE_HOST,
        private_port=PRIVATE_PORT,
    )
    Path(place.file("containerd.toml")).write_text(config, encoding="utf-8")
    argv = [str(packages.containerd), f"--config={place.file('containerd.toml')}"]
    return Program("containerd", argv, env=env, ready=f"unix:{CONTAINERD_SOCKET}")


def _coredns(place: Place, binary: Path) -> Program:
    corefile = _COREFILE.format(
        address=NODE_ADDRESS,
        registry=REGISTRY_HOST,
        private=PRIVATE_HOST,
        kubeconfig=place.file("inner.kubeconfig"),
        context=context_of(place.name),
    )
    Path(place.file("Corefile")).write_text(corefile, encoding="utf-8")
    argv = [str(binary), f"-conf={place.file('Corefile')}"]
    ready = f"http://{NODE_ADDRESS}:8181/ready"
    return Program("coredns", argv, after=["kube-apiserver"], ready=ready)


def _registry(place: Place, binary: Path, name: str, port: int, auth: dict[str, object]) -> Program:
    config = {
        "version": 0.1,
        "log": {"level": "warn"},
        "storage": {"filesystem": {"rootdirectory": place.file(name)}},
        "http": {"addr": f"{NODE_ADDRESS}:{port}"},
        **auth,
    }
    Path(place.file(f"{name}.json")).write_text(json.dumps(config), encoding="utf-8")
    argv = [str(binary), "serve", place.file(f"{name}.json")]
    env = {"OTEL_TRACES_EXPORTER": "none"}
    return Program(name, argv, env=env, ready=f"http://{NODE_ADDRESS}:{port}/")


def _htpasswd(place: Place) -> dict[str, object]:
    """Return the configuration of a registry that nobody knows the password of."""
    path = Path(place.file("htpasswd"))
    # A bcrypt hash of nothing: well formed, so that every login is refused and none is an error.
    path.write_text(f"robot:$2y$05${'.' * 53}\n", encoding="utf-8")
    return {"auth": {"htpasswd": {"realm": "private", "path": str(path)}}}


def _kubelet(place: Place, binary: Path, env: dict[str, str]) -> Program:
    authority = place.file("certificates/ca.crt")
    config = {
        "apiVersion": "kubelet.config.k8s.io/v1beta1",
        "kind": "KubeletConfiguration",
        "address": NODE_ADDRESS,  # simulated kubelets have the same port
        "authentication": {
            "anonymous": {"enabled": False},
            "webhook": {"enabled": True},
            "x509": {"clientCAFile": authority},
        },
        "authorization": {"mode": "Webhook"},
        "cgroupDriver": "cgroupfs",
        "cgroupRoot": f"/{cgroups.group_of(place.name)}",
        "failCgroupV1": False,
        "failSwapOn": False,
        "containerRuntimeEndpoint": f"unix://{CONTAINERD_SOCKET}",
        "clusterDNS": [NODE_ADDRESS],
        "clusterDomain": "cluster.local",
        "resolvConf": place.file("resolv.conf"),
        "podLogsDir": place.file("pod-logs"),
        "oomScoreAdj": 0,
        "enforceNodeAllocatable": [],
        "featureGates": {"KubeletInUserNamespace": True},
        "evictionHard": {"memory.available": "100Mi"},
        "imageMinimumGCAge": "24h",
        "readOnlyPort": 0,
        "podPidsLimit": 256,
        "registryPullQPS": 0,
        # Not 0, with which the client's own limit holds: 5 in a second, and minutes of delay
        # while many Pods fail (kubernetes, cmd/kubelet/app/server.go; client-go, rest/config.go).
        "eventRecordQPS": 1000,
        "eventBurst": 1000,
    }
    Path(place.file("kubelet.json")).write_text(json.dumps(config), encoding="utf-8")
    argv = [
        str(binary),
        f"--config={place.file('kubelet.json')}",
        f"--kubeconfig={place.file('kubelet.kubeconfig')}",
        f"--root-dir={KUBELET_ROOT}",
        f"--cert-dir={place.file('kubelet-certificates')}",
        f"--hostname-override={NODE_NAME}",
        f"--node-ip={NODE_ADDRESS}",
        f"--containerd={CONTAINERD_SOCKET}",  # cAdvisor's own; without it, it knows no containers
    ]
    after = ["kube-apiserver", "images"]
    return Program("kubelet", argv, after=after, env=env, ready="http://127.0.0.1:10248/healthz")


def _kube_proxy(place: Place, binary: Path, env: dict[str, str]) -> Program:
    config = {
        "apiVersion": "kubeproxy.config.k8s.io/v1alpha1",
        "kind": "KubeProxyConfiguration",
        "mode": "iptables",
        "clientConnection": {"kubeconfig": place.file("inner.kubeconfig")},
        "clusterCIDR": POD_CIDR,
        "hostnameOverride": NODE_NAME,
        "conntrack": {
            "maxPerCore": 0,
            "min": 0,
            "tcpEstablishedTimeout": "0s",
            "tcpCloseWaitTimeout": "0s",
        },
        "metricsBindAddress": "127.0.0.1:10249",
        "healthzBindAddress": "127.0.0.1:10256",
    }
    Path(place.file("kube-proxy.json")).write_text(json.dumps(config), encoding="utf-8")
    argv = [str(binary), f"--config={place.file('kube-proxy.json')}"]
    return Program("kube-proxy", argv, after=["kubelet"], env=env)
