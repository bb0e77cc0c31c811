"""What a probe asks, and whether the container declares the port that it asks."""

from dataclasses import dataclass
from typing import Literal

from clusterwright.tools.manifest import Manifest, dig, items, mapping, number, text, texts

Kind = Literal["livenessProbe", "readinessProbe", "startupProbe"]
_DEFAULT_PERIOD = 10
_DEFAULT_THRESHOLD = 3


@dataclass(frozen=True, slots=True)
class Probe:
    """One probe of a container as a reader wants it told."""

    kind: Kind
    asks: str
    """As in `GET :8080/healthz`."""
    doubt: str
    """Why the port cannot be right by what the container declares; empty if nothing speaks so."""
    right_port: str
    """The only port that the container declares, if `doubt` says that another is asked."""
    settles_after: int
    """Seconds from the start of the container until a healthy one has passed."""


def probe_of(container: Manifest, kind: Kind) -> Probe | None:
    """Return a container's probe, or None if it has none."""
    probe = mapping(container, kind)
    if not probe:
        return None
    port: object = None
    if "httpGet" in probe:
        port = dig(probe, "httpGet", "port")
        asks = f"GET :{port}{text(probe, 'httpGet', 'path') or '/'}"
    elif "tcpSocket" in probe:
        port = dig(probe, "tcpSocket", "port")
        asks = f"TCP :{port}"
    elif "grpc" in probe:
        port = dig(probe, "grpc", "port")
        asks = f"gRPC :{port}"
    else:
        asks = f"exec {' '.join(texts(probe, 'exec', 'command'))}"[:60]
    doubt, right = _doubt(container, port)
    return Probe(kind, asks, doubt, right, _settles_after(probe))


def _doubt(container: Manifest, port: object) -> tuple[str, str]:
    declared = items(container, "ports")
    numbers = [str(number(one, "containerPort")) for one in declared]
    right = numbers[0] if len(numbers) == 1 else ""
    if isinstance(port, str) and not port.isdigit():
        if port not in {text(one, "name") for one in declared}:
            return f"no port is named {port}", right
    elif port is not None and numbers and str(port) not in numbers:
        return f"the container declares {', '.join(numbers[:3])}", right
    return "", ""


def _settles_after(probe: Manifest) -> int:
    period = number(probe, "periodSeconds") or _DEFAULT_PERIOD
    threshold = number(probe, "failureThreshold") or _DEFAULT_THRESHOLD
    return number(probe, "initialDelaySeconds") + period * threshold
