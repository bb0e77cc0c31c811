"""What the sandbox's own two programs of monitoring are started with: plain data in a file."""

import json
from dataclasses import asdict, dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Settings:
    """How to reach the cluster, and where everything listens, as `HOST:PORT`."""

    server: str
    authority: str
    certificate: str
    key: str
    directory: str
    """Where the configuration of Prometheus and Alertmanager is written."""
    prometheus: str
    alertmanager: str
    exporter: str
    kubelets: str
    """Where the kubelets of simulated nodes answer, over TLS."""
    addresses: dict[str, str]
    """Where to find what objects name by an address that nobody has here: only on loopback."""

    def write(self, path: Path) -> None:
        """Write the settings for a program."""
        path.write_text(json.dumps(asdict(self), indent=2), encoding="utf-8")

    @classmethod
    def read(cls, path: Path) -> "Settings":
        """Read what `write` wrote."""
        return cls(**json.loads(path.read_text(encoding="utf-8")))
