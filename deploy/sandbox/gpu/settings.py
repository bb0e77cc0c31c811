"""What the simulated GPU operator is started with: plain data in a file."""

import json
from dataclasses import asdict, dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Settings:
    """How to reach the cluster, and where the kubelets of GPU nodes answer, as `HOST:PORT`."""

    server: str
    authority: str
    certificate: str
    key: str
    kubelets: str
    others: str
    """Where what they do not know is known: the exporter, in a monitored sandbox; else empty."""

    def write(self, path: Path) -> None:
        """Write the settings for the program."""
        path.write_text(json.dumps(asdict(self), indent=2), encoding="utf-8")

    @classmethod
    def read(cls, path: Path) -> "Settings":
        """Read what `write` wrote."""
        return cls(**json.loads(path.read_text(encoding="utf-8")))
