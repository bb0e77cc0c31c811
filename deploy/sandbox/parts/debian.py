"""The Debian packages of a real node, unpacked into the cache and never installed.

apt gets state directories of its own, so that neither its lists nor the system are touched.
"""

import hashlib
import os
import platform
import shutil
from collections.abc import Callable
from pathlib import Path

from clusterwright.deploy.sandbox.parts.cache import Note, obtain
from clusterwright.deploy.sandbox.parts.command import run
from clusterwright.deploy.sandbox.parts.errors import NodeUnavailableError
from clusterwright.deploy.sandbox.parts.iptables import link_backends, working_backend
from clusterwright.deploy.sandbox.parts.packages import Packages
from clusterwright.deploy.sandbox.parts.report import Report

PACKAGES = ("busybox-static", "containerd", "containernetworking-plugins", "iptables", "runc")

# Libraries come along, but not those of the C compiler: they must match the machine's own loader.
_THE_MACHINES_OWN = ("libc6", "libgcc-s1", "libcrypt1", "libstdc++6")
_NOT_NEEDED = ("recommends", "suggests", "conflicts", "breaks", "replaces", "enhances")
_DPKG_STATUS = Path("/var/lib/dpkg/status")


def ensure_packages(report: Report) -> Packages:
    """Return the programs of a real node, fetched if the cache does not have them.

    Raises:
        NodeUnavailableError: this is no Debian, its archive did not answer, or the kernel
            has no packet filter that kube-proxy could use.
    """
    if not (shutil.which("apt-get") and shutil.which("dpkg-deb") and _DPKG_STATUS.exists()):
        raise NodeUnavailableError(
            "a real node needs Debian packages, and this machine has no apt",
            hint="Use a Debian or Ubuntu machine; without it, nodes are simulated.",
        )
    release = platform.freedesktop_os_release()
    wanted = repr((PACKAGES, release.get("ID"), release.get("VERSION_ID"), platform.machine()))
    key = f"node-{hashlib.sha256(wanted.encode()).hexdigest()[:16]}"
    place = obtain("node packages", "debian", key, _unpack, report)
    return Packages(place, working_backend(place))


def _unpack(stage: Path, note: Note) -> None:
    root, state = stage / "root", stage / "apt"
    for folder in (root, state / "lists" / "partial", state / "archives" / "partial"):
        folder.mkdir(parents=True)
    note("reading the package lists")
    _apt(state, "apt-get", "update")
    note("fetching packages")
    _apt(state, "apt-get", "download", *PACKAGES, *_libraries(state))
    for archive in sorted(state.glob("*.deb")):
        note(f"unpacking {archive.name}")
        _run(["dpkg-deb", "-x", archive, root])
    (stage / "packages.txt").write_text("".join(f"{d.stem}\n" for d in sorted(state.glob("*.deb"))))
    shutil.rmtree(state)
    link_backends(stage)
    Packages(stage, "nft").verify()


def _libraries(state: Path) -> list[str]:
    """Return the shared libraries that the packages need, directly or not."""
    graph: list[str] = []
    only_needed = [f"--no-{relation}" for relation in _NOT_NEEDED]
    _apt(
        state,
        "apt-cache",
        "depends",
        "--recurse",
        *only_needed,
        *PACKAGES,
        on_line=lambda line: not graph.append(line),
    )
    # A line that is not indented is a package; one in angle brackets has only providers.
    return sorted({line for line in graph if line.startswith("lib")} - set(_THE_MACHINES_OWN))


def _apt(
    state: Path, program: str, *arguments: str, on_line: Callable[[str], bool] = lambda _line: True
) -> None:
    options = {
        "Dir::State": state,
        "Dir::State::lists": state / "lists",
        "Dir::State::status": _DPKG_STATUS,
        "Dir::Cache": state,
        "Acquire::Languages": "none",
        "Acquire::Retries": "3",
    }
    if os.geteuid() == 0:
        options["APT::Sandbox::User"] = "root"  # its own user cannot write to a private cache
    flags = [flag for name, value in options.items() for flag in ("-o", f"{name}={value}")]
    _run([program, *flags, *arguments], cwd=state, on_line=on_line)


def _run(
    command: list[str | Path],
    *,
    cwd: Path | None = None,
    on_line: Callable[[str], bool] = lambda _line: True,
) -> None:
    outcome = run(command, cwd=cwd, on_line=on_line)
    if outcome.status:
        raise NodeUnavailableError(
            f"the packages of a real node could not be fetched, {command[0]} says:\n{outcome.tail}",
            hint="Make the machine's Debian archive reachable; without it, nodes are simulated.",
        )
