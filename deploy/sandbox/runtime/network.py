"""The network and mounts of an instance: nothing in them leads off the machine."""

import subprocess
from pathlib import Path

from clusterwright.deploy.sandbox.runtime.program import Network


def isolate(network: Network) -> None:
    """Set up fresh network and mount namespaces, which `unshare` has just made.

    The only devices are loopback and, later, the bridge of the pods. The default route leads to
    loopback: a packet for anywhere else comes back instead of leaving. Sockets live in a /run of
    the instance's own, because their paths may have no more than 107 characters.
    """
    _run("mount", "--make-rprivate", "/")
    _run("mount", "-t", "tmpfs", "tmpfs", "/run")
    ip = tuple(network.ip)
    _run(*ip, "link", "set", "lo", "up")
    _run(*ip, "addr", "add", f"{network.address}/32", "dev", "lo")
    _run(*ip, "route", "add", "default", "dev", "lo")
    Path(network.resolv_conf).write_text(f"nameserver {network.address}\n", encoding="utf-8")
    # The file may be a link into /run, which was replaced a moment ago.
    target = Path("/etc/resolv.conf").resolve()
    target.parent.mkdir(parents=True, exist_ok=True)
    if not target.exists():
        target.touch()
    _run("mount", "--bind", network.resolv_conf, str(target))


def _run(*argv: str) -> None:
    subprocess.run(argv, check=True, stdin=subprocess.DEVNULL)
