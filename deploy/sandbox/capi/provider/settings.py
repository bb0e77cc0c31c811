"""What the provider is started with: plain data in a file."""

import json
from dataclasses import asdict, dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Settings:
    """How to reach the management cluster, and what workload clusters are made of."""

    server: str
    authority: str
    certificate: str
    key: str
    etcd: str
    """The management cluster's etcd, which workload clusters share under prefixes of their own."""
    directory: str
    """Where the files of workload clusters are."""
    stages: str
    """The kwok stages of their nodes and pods."""
    binaries: dict[str, str]
    ports: tuple[int, ...]
    """One for the API server of each workload cluster; no more clusters than these."""
    leashed: bool = True
    """Whether workload clusters end with the provider: in namespaces of its own they need not."""

    def write(self, path: Path) -> None:
        """Write the settings for the provider."""
        path.write_text(json.dumps(asdict(self), indent=2), encoding="utf-8")

    @classmethod
    def read(cls, path: Path) -> "Settings":
        """Read what `write` wrote."""
        raw = json.loads(path.read_text(encoding="utf-8"))
        return cls(**raw | {"ports": tuple(raw["ports"])})
