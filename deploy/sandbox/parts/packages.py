"""Where the programs of a real node lie once their packages are unpacked."""

import os
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from clusterwright.deploy.sandbox.parts.errors import NodeUnavailableError

Backend = Literal["nft", "legacy"]
BACKENDS: tuple[Backend, ...] = ("nft", "legacy")


@dataclass(frozen=True)
class Packages:
    """The unpacked packages of a real node, and the packet filter that works on this kernel."""

    place: Path
    backend: Backend

    @property
    def root(self) -> Path:
        """The directory into which the packages were unpacked."""
        return self.place / "root"

    @property
    def containerd(self) -> Path:
        """The container runtime; it finds its shim and runc through PATH of `environment`."""
        return self.root / "usr/bin/containerd"

    @property
    def containerd_shim(self) -> Path:
        """The process between containerd and each pod."""
        return self.root / "usr/bin/containerd-shim-runc-v2"

    @property
    def ctr(self) -> Path:
        """The command-line client of containerd."""
        return self.root / "usr/bin/ctr"

    @property
    def runc(self) -> Path:
        """The program that makes containers."""
        return self.root / "usr/sbin/runc"

    @property
    def busybox(self) -> Path:
        """One static program that is many, `ip` among them."""
        found = (self.root / folder / "busybox" for folder in ("bin", "usr/bin"))
        return next((path for path in found if path.exists()), self.root / "bin/busybox")

    @property
    def cni_directory(self) -> Path:
        """The directory of the network plugins."""
        return self.root / "usr/lib/cni"

    @property
    def iptables(self) -> Path:
        """The packet filter's command, of the backend that works here."""
        return self.iptables_directory / "iptables"

    @property
    def iptables_save(self) -> Path:
        """Writes the rules of the packet filter."""
        return self.iptables_directory / "iptables-save"

    @property
    def iptables_restore(self) -> Path:
        """Reads rules of the packet filter."""
        return self.iptables_directory / "iptables-restore"

    @property
    def iptables_directory(self) -> Path:
        """Holds the packet filter's commands under their plain names."""
        return self.place / f"iptables-{self.backend}"

    @property
    def libraries(self) -> Path:
        """The directory of the shared libraries, named after the machine's architecture."""
        return next((self.root / "usr/lib").glob("*-linux-gnu*"), self.root / "usr/lib")

    def environment(self) -> dict[str, str]:
        """Return the variables with which these programs find each other: PATH and libraries."""
        folders = ("usr/local/sbin", "usr/sbin", "usr/bin", "sbin", "bin")
        own = [self.iptables_directory, *(self.root / folder for folder in folders)]
        return {
            "PATH": os.pathsep.join([*map(str, own), os.environ.get("PATH", os.defpath)]),
            "LD_LIBRARY_PATH": str(self.libraries),
            "XTABLES_LIBDIR": str(self.libraries / "xtables"),
        }

    def verify(self) -> None:
        """Raise NodeUnavailableError if a program is not where the packages should have put it."""
        programs = [self.containerd, self.containerd_shim, self.ctr, self.runc, self.busybox]
        filters = [self.iptables, self.iptables_save, self.iptables_restore]
        plugins = [self.cni_directory / name for name in ("bridge", "host-local", "portmap")]
        missing = [str(p) for p in [*programs, *filters, *plugins] if not p.exists()]
        if missing:
            raise NodeUnavailableError(
                f"the packages of this release lack {', '.join(missing)}",
                hint="Debian 12 is known to work; without these, nodes are simulated.",
            )
