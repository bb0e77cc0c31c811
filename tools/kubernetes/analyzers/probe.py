"""What a probe asks, in words, and whether a container can answer it at all."""

from clusterwright.tools.excerpt import one_line
from clusterwright.tools.kubernetes.analyzers.pod import Container
from clusterwright.tools.manifest import Manifest, items, mapping, number, text, texts


def describe(probe: Manifest) -> str:
    """Return what the probe does, as `GET /healthz on port 8080`."""
    if mapping(probe, "httpGet"):
        path = text(probe, "httpGet", "path") or "/"
        return f"GET {path} on port {port_of(mapping(probe, 'httpGet'))}"
    if mapping(probe, "tcpSocket"):
        return f"connecting to port {port_of(mapping(probe, 'tcpSocket'))}"
    if mapping(probe, "grpc"):
        return f"gRPC health check on port {port_of(mapping(probe, 'grpc'))}"
    words = " ".join(texts(probe, "exec", "command"))
    return f'"{one_line(words, 60)}"' if words else "(no longer there)"


def port_hint(pod: Manifest, container: Container, probe: Manifest) -> str:
    """Say that the probe asks a port which the container does not declare while it does others.

    Nothing is said where another container of the pod declares it, and where Istio has rewritten
    the probe to ask its own agent.
    """
    others = {
        str(number(one, "containerPort"))
        for field in ("containers", "initContainers")
        for other in items(pod, "spec", field)
        for one in items(other, "ports")
    }
    rewritten = text(probe, "httpGet", "path").startswith("/app-health/")
    asked = next(
        (port_of(mapping(probe, key)) for key in ("httpGet", "tcpSocket", "grpc") if key in probe),
        "",
    )
    declared: dict[str, str] = {
        str(number(one, "containerPort")): text(one, "name")
        for one in items(container.spec, "ports")
    }
    if not asked or not declared or asked in others or asked in declared.values() or rewritten:
        return ""
    return f"the container declares {', '.join(declared)}"


def port_of(action: Manifest) -> str:
    """Return the port that an action asks: a number or a name."""
    return text(action, "port") or str(number(action, "port"))
