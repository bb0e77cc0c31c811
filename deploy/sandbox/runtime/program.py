"""What the supervisor runs: programs in an order, each with a way to tell that it is ready."""

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Program:
    """One process: when it may start, and what tells that it serves."""

    name: str
    argv: Sequence[str]
    after: Sequence[str] = ()
    """Names of programs that have to be ready before."""
    env: dict[str, str] = field(default_factory=dict[str, str])
    ready: str = ""
    """A URL that answers 200, `unix:PATH` that accepts, or empty: ready once it runs."""
    once: bool = False
    """It ends by itself, and is ready when it has ended with status 0."""


@dataclass(frozen=True, slots=True)
class Network:
    """What is set up in namespaces of their own before anything runs."""

    address: str
    resolv_conf: str
    ip: Sequence[str]
    """The `ip` command."""
    more: Sequence[str] = ()
    """Further addresses of the instance's own."""


@dataclass(frozen=True, slots=True)
class Plan:
    """Everything that the supervisor needs to know; plain data, so that it crosses processes."""

    logs: str
    certificate: str
    key: str
    """With which the supervisor asks the API server whether it is ready."""
    programs: Sequence[Program]
    inherited: Sequence[int] = ()
    """Listening sockets that the forwarder inherits."""
    network: Network | None = None

    def write(self, path: Path) -> None:
        """Write the plan for the supervisor."""
        path.write_text(json.dumps(asdict(self), indent=2), encoding="utf-8")

    @classmethod
    def read(cls, path: Path) -> "Plan":
        """Read what `write` wrote."""
        raw = json.loads(path.read_text(encoding="utf-8"))
        programs = [Program(**one) for one in raw.pop("programs")]
        network = Network(**raw.pop("network")) if raw["network"] else raw.pop("network")
        return cls(**raw, programs=programs, network=network)
