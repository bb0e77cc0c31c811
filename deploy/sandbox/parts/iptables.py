"""Which of the two iptables works: a kernel may offer either packet filter, or none."""

import os
from pathlib import Path

from clusterwright.deploy.sandbox.parts.command import run
from clusterwright.deploy.sandbox.parts.errors import NodeUnavailableError
from clusterwright.deploy.sandbox.parts.packages import BACKENDS, Backend, Packages

COMMANDS = tuple(f"{f}{c}" for f in ("iptables", "ip6tables") for c in ("", "-save", "-restore"))

# The matches and targets that kube-proxy's and the portmap plugin's rules are made of.
_RULES = """\
*nat
:PROBE - [0:0]
-A PROBE -m comment --comment probe -m statistic --mode random --probability 0.5 -j RETURN
-A PROBE -p tcp -m addrtype --dst-type LOCAL -j MARK --set-xmark 0x4000/0x4000
-A PROBE -p tcp -j DNAT --to-destination 192.0.2.1:80
-A POSTROUTING -m mark --mark 0x4000/0x4000 -j MASQUERADE --random-fully
COMMIT
*filter
-A FORWARD -m conntrack --ctstate INVALID -j DROP
COMMIT
"""


def link_backends(place: Path) -> None:
    """Give both iptables their plain names, each in a directory of its own.

    Debian does that when it installs the package, with its alternatives.
    """
    for backend in BACKENDS:
        folder = place / f"iptables-{backend}"
        folder.mkdir()
        for command in COMMANDS:
            (folder / command).symlink_to(f"../root/usr/sbin/xtables-{backend}-multi")
        (folder / "probe.rules").write_text(_RULES)


def working_backend(place: Path) -> Backend:
    """Return the iptables that takes kube-proxy's kind of rules in a fresh network namespace.

    Asked each time: the answer is the running kernel's, not the cache's.
    """
    complaints: list[str] = []
    for backend in BACKENDS:
        packages = Packages(place, backend)
        rules = packages.iptables_directory / "probe.rules"
        isolated = ["unshare", "--net"] if os.geteuid() == 0 else ["unshare", "--net", "--map-root"]
        outcome = run(
            [*isolated, packages.iptables_restore, rules],
            environment={**os.environ, **packages.environment()},
        )
        if not outcome.status:
            return backend
        complaints.append(f"{backend}: {outcome.tail}")
    raise NodeUnavailableError(
        "no iptables works in a network namespace of its own here: " + "; ".join(complaints),
        hint="A real node needs root and nf_tables or ip_tables in the kernel.",
    )
