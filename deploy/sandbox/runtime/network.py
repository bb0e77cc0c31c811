"""The network and mounts of an instance: nothing in them leads off the machine."""

import subprocess
from pathlib import Path

from clusterwright.deploy.sandbox.runtime.place import KUBELET_ROOT
from clusterwright.deploy.sandbox.runtime.program import Network

_SYSCTLS = {
    "vm/overcommit_memory": 1,
    "vm/panic_on_oom": 0,
    "kernel/panic": 10,
    "kernel/panic_on_oops": 1,
    "kernel/keys/root_maxkeys": 1_000_000,
    "kernel/keys/root_maxbytes": 25_000_000,
}
"""What the kubelet would set for the whole machine (k8s.io/component-helpers, node/util/sysctl)."""


def isolate(network: Network) -> None:
    """Set up fresh network and mount namespaces, which `unshare` has just made.

    The only devices are loopback and, later, the bridge of the pods. The default route leads to
    loopback: a packet for anywhere else comes back instead of leaving. Sockets live in a /run of
    the instance's own, because their paths may have no more than 107 characters.
    """
    _run("mount", "--make-rprivate", "/")
    _run("mount", "-t", "tmpfs", "tmpfs", "/run")
    own = Path(network.resolv_conf).parent / "kubelet"
    for folder in (own, Path(KUBELET_ROOT)):
        folder.mkdir(mode=0o750, exist_ok=True)
    _run("mount", "--bind", str(own), KUBELET_ROOT)
    _run("mount", "-t", "tmpfs", "tmpfs", "/var/log")  # a kubelet deletes other kubelets' pod logs
    _shade_sysctls(Path(network.resolv_conf).parent / "sysctl")
    ip = tuple(network.ip)
    _run(*ip, "link", "set", "lo", "up")
    for address in (network.address, *network.more):
        _run(*ip, "addr", "add", f"{address}/32", "dev", "lo")
    _run(*ip, "route", "add", "default", "dev", "lo")
    Path(network.resolv_conf).write_text(f"nameserver {network.address}\n", encoding="utf-8")
    # The file may be a link into /run, which was replaced a moment ago.
    target = Path("/etc/resolv.conf").resolve()
    target.parent.mkdir(parents=True, exist_ok=True)
    if not target.exists():
        target.touch()
    _run("mount", "--bind", network.resolv_conf, str(target))


def _shade_sysctls(place: Path) -> None:
    """Let the kubelet find the kernel settings that it insists on, and leave the host's alone."""
    place.mkdir()
    for name, value in _SYSCTLS.items():
        kernel = Path("/proc/sys") / name
        if kernel.exists():
            own = place / name.replace("/", ".")
            own.write_text(f"{value}\n", encoding="ascii")
            _run("mount", "--bind", str(own), str(kernel))


def _run(*argv: str) -> None:
    subprocess.run(argv, check=True, stdin=subprocess.DEVNULL)
