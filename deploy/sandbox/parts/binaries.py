"""The programs of a sandbox, built from pinned Go modules and kept by what they were built from."""

import hashlib
import json
import platform
import re
from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path

from clusterwright.deploy.sandbox.parts.cache import Note, obtain
from clusterwright.deploy.sandbox.parts.command import run
from clusterwright.deploy.sandbox.parts.errors import BuildError
from clusterwright.deploy.sandbox.parts.report import Report
from clusterwright.deploy.sandbox.parts.toolchain import Toolchain, ensure_toolchain

MODULES = Path(__file__).parents[1] / "go"


def pinned(folder: str, module: str) -> str:
    """Return the version of a Go module that the go.mod of a folder pins, such as `v1.36.3`."""
    required = (MODULES / folder / "go.mod").read_text(encoding="utf-8")
    found = re.search(rf"^(?:require)?\s+{re.escape(module)} (v\S+)", required, re.MULTILINE)
    if found is None:
        raise BuildError(f"{folder}/go.mod pins no {module!r}", hint="run `go mod tidy` there")
    return found[1]


KUBERNETES_VERSION = pinned("kubernetes", "k8s.io/kubernetes")
_MAJOR, _MINOR = KUBERNETES_VERSION.removeprefix("v").split(".")[:2]
_STRIPPED = "-s -w"
# Without its version the API server calls itself v0.0.0, which kubectl and Helm take seriously.
_KUBERNETES = (
    f"{_STRIPPED} -X k8s.io/component-base/version.gitVersion={KUBERNETES_VERSION}"
    f" -X k8s.io/component-base/version.gitMajor={_MAJOR}"
    f" -X k8s.io/component-base/version.gitMinor={_MINOR}"
)
_HELM = (
    f"{_STRIPPED} -X helm.sh/helm/v4/internal/version.version={pinned('helm', 'helm.sh/helm/v4')}"
)
_HELM_3 = (
    f"{_STRIPPED} -X helm.sh/helm/v3/internal/version.version={pinned('helm3', 'helm.sh/helm/v3')}"
)
CLUSTER_API_VERSION = pinned("cluster-api", "sigs.k8s.io/cluster-api")
_CAPI_MAJOR, _CAPI_MINOR = CLUSTER_API_VERSION.removeprefix("v").split(".")[:2]
_CAPI = (
    f"{_STRIPPED} -X sigs.k8s.io/cluster-api/version.gitVersion={CLUSTER_API_VERSION}"
    f" -X sigs.k8s.io/cluster-api/version.gitMajor={_CAPI_MAJOR}"
    f" -X sigs.k8s.io/cluster-api/version.gitMinor={_CAPI_MINOR}"
)


def _prometheus_version() -> str:
    """Return what the pinned module calls itself: its v0.316.0 is Prometheus 3.16.0."""
    _, minor, patch = pinned("prometheus", "github.com/prometheus/prometheus").split(".")
    return f"{int(minor) // 100}.{int(minor) % 100}.{patch}"


PROMETHEUS_VERSION = _prometheus_version()
ALERTMANAGER_VERSION = pinned("alertmanager", "github.com/prometheus/alertmanager").removeprefix(
    "v"
)
_OPERATOR_VERSION = pinned(
    "prometheus-operator", "github.com/prometheus-operator/prometheus-operator"
).removeprefix("v")
_COMMON = f"{_STRIPPED} -X github.com/prometheus/common/version.Version="
# Its own minimal build: of the service discoveries only that of Kubernetes.
_PROMETHEUS_TAGS = "remove_all_sd,enable_kubernetes_sd"
_METRICS_SERVER = (
    f"{_STRIPPED} -X k8s.io/client-go/pkg/version.gitVersion="
    f"{pinned('metrics-server', 'sigs.k8s.io/metrics-server')}"
)


@dataclass(frozen=True)
class Binary:
    """A program: the folder of the module that pins it, its package, and how it is linked.

    Packages are those of other projects as they are; "." is a `main` of our own in that folder.
    """

    name: str
    module: str
    package: str = "."
    ldflags: str = _STRIPPED
    tags: str = ""

    def flags(self) -> list[str]:
        """Return the flags of `go build`."""
        tags = [f"-tags={self.tags}"] if self.tags else []
        return ["-trimpath", "-buildvcs=false", "-mod=readonly", f"-ldflags={self.ldflags}", *tags]


BINARIES = (
    Binary("etcd", "kubernetes", "go.etcd.io/etcd/server/v3", _KUBERNETES),
    Binary("kube-apiserver", "kubernetes", "k8s.io/kubernetes/cmd/kube-apiserver", _KUBERNETES),
    Binary(
        "kube-controller-manager",
        "kubernetes",
        "k8s.io/kubernetes/cmd/kube-controller-manager",
        _KUBERNETES,
    ),
    Binary("kube-scheduler", "kubernetes", "k8s.io/kubernetes/cmd/kube-scheduler", _KUBERNETES),
    Binary("kubectl", "kubernetes", "k8s.io/kubernetes/cmd/kubectl", _KUBERNETES),
    Binary("kwok", "kubernetes", "sigs.k8s.io/kwok/cmd/kwok", _KUBERNETES),
    Binary("kubelet", "kubernetes", "k8s.io/kubernetes/cmd/kubelet", _KUBERNETES),
    Binary("kube-proxy", "kubernetes", "k8s.io/kubernetes/cmd/kube-proxy", _KUBERNETES),
    Binary("helm", "helm", "helm.sh/helm/v4/cmd/helm", _HELM),
    Binary("helm3", "helm3", "helm.sh/helm/v3/cmd/helm", _HELM_3),
    Binary("coredns", "coredns"),
    Binary("registry", "registry"),
    Binary("workload", "workload"),
    Binary("forwarder", "forwarder"),
    Binary("capi-core", "cluster-api", "sigs.k8s.io/cluster-api/core", _CAPI),
    Binary("capi-bootstrap", "cluster-api", "sigs.k8s.io/cluster-api/bootstrap/kubeadm", _CAPI),
    Binary(
        "capi-control-plane", "cluster-api", "sigs.k8s.io/cluster-api/controlplane/kubeadm", _CAPI
    ),
    Binary(
        "capi-in-memory",
        "cluster-api",
        "sigs.k8s.io/cluster-api/test/infrastructure/docker",
        _CAPI,
    ),
    Binary("clusterctl", "cluster-api", "sigs.k8s.io/cluster-api/cmd/clusterctl", _CAPI),
    *(
        Binary(
            name,
            "prometheus",
            f"github.com/prometheus/prometheus/cmd/{name}",
            f"{_COMMON}{PROMETHEUS_VERSION}",
            _PROMETHEUS_TAGS,
        )
        for name in ("prometheus", "promtool")
    ),
    Binary(
        "alertmanager",
        "alertmanager",
        "github.com/prometheus/alertmanager/cmd/alertmanager",
        f"{_COMMON}{ALERTMANAGER_VERSION}",
    ),
    Binary(
        "prometheus-operator",
        "prometheus-operator",
        "github.com/prometheus-operator/prometheus-operator/cmd/operator",
        f"{_COMMON}{_OPERATOR_VERSION}",
    ),
    Binary(
        "metrics-server",
        "metrics-server",
        "sigs.k8s.io/metrics-server/cmd/metrics-server",
        _METRICS_SERVER,
    ),
)

_PACKAGE_LINE = re.compile(r"[\w.~/-]+")


def ensure_binaries(
    names: Collection[str], report: Report, *, modules: Path = MODULES
) -> dict[str, Path]:
    """Return the path of each named program, built if the cache does not have it.

    Args:
        names: names of `BINARIES`; nothing else is built.
        report: hears about programs that have to be built.
        modules: the folder of the Go modules.

    Raises:
        ToolchainError: there is no Go and none could be fetched.
        BuildError: a program did not build, or has an unknown name.
    """
    known = {binary.name: binary for binary in BINARIES}
    if unknown := set(names) - known.keys():
        raise BuildError(
            f'the sandbox has no program "{sorted(unknown)[0]}"',
            hint=f"It has {', '.join(known)}.",
        )
    wanted = [binary for name, binary in known.items() if name in names]
    toolchain = ensure_toolchain(report)
    return {binary.name: _ensure(binary, toolchain, modules, report) for binary in wanted}


def build_key(binary: Binary, toolchain_version: str, modules: Path = MODULES) -> str:
    """Return a hash of all that decides what a build of the program yields."""
    sources = sorted((modules / binary.module).glob("*"))
    inputs = {
        "flags": binary.flags(),
        "go": toolchain_version,
        "machine": [platform.system(), platform.machine()],
        "package": binary.package,
        "sources": {s.name: s.read_text() for s in sources if s.suffix in {".go", ".mod", ".sum"}},
    }
    digest = hashlib.sha256(json.dumps(inputs, sort_keys=True).encode()).hexdigest()
    return f"{binary.name}-{digest[:16]}"


def _ensure(binary: Binary, toolchain: Toolchain, modules: Path, report: Report) -> Path:
    def build(stage: Path, note: Note) -> None:
        compiled = 0

        def on_line(line: str) -> bool:
            nonlocal compiled
            is_package = bool(_PACKAGE_LINE.fullmatch(line))
            if is_package:
                compiled += 1
                note(f"compiled {compiled} packages, now {line}")
            elif line.startswith("go: downloading"):
                note(line.removeprefix("go: "))
            return not is_package

        go = [toolchain.go, "build", "-v", *binary.flags(), "-o", stage / binary.name]
        outcome = run(
            [*go, binary.package],
            cwd=modules / binary.module,
            environment=toolchain.environment(),
            on_line=on_line,
        )
        if outcome.status:
            raise BuildError(
                f"{binary.name} did not build with {toolchain.version}:\n{outcome.tail}",
                hint="Modules come through GOPROXY; `go env GOPROXY` tells which one is asked.",
            )

    key = build_key(binary, toolchain.version, modules)
    return obtain(binary.name, "binaries", key, build, report) / binary.name
