"""What signals are asked about, and how different exporters spell it in their labels."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum

from clusterwright.tools.errors import InvalidInputError
from clusterwright.tools.prometheus.promql.literals import string
from clusterwright.tools.ref import Ref


class About(StrEnum):
    """The sorts of things that have signals."""

    WORKLOAD = "workload"
    POD = "pod"
    NAMESPACE = "namespace"
    NODE = "node"
    GPU = "gpu"


class Scheme(StrEnum):
    """A way in which exporters name what their series are about."""

    PODS = "pods"
    """Scraped from the pods themselves, or with their labels, as cAdvisor."""
    TOLD = "told"
    """Told by an exporter about others, `honor_labels: true`: the labels name the others."""
    EXPORTED = "exported"
    """The same with `honor_labels: false`: Prometheus renamed them to `exported_pod`."""
    CLAIMS = "claims"
    MESH = "mesh"
    MESH_WAYPOINT = "mesh-waypoint"
    MESH_SOURCE = "mesh-source"
    INGRESS = "ingress"
    INGRESS_EXPORTED = "ingress-exported"
    NODE = "node"
    INSTANCE = "instance"
    HOSTNAME = "Hostname"
    """dcgm-exporter up to 4.4; later ones write it small (NVIDIA/dcgm-exporter#655)."""
    HOST = "hostname"


@dataclass(frozen=True, slots=True)
class Subject:
    """A target, with what its series may be named by. Patterns are regular expressions."""

    about: About
    ref: Ref
    pods: str = ""
    """Names of its pods, those that are gone included; empty for all of the namespace."""
    services: str = ""
    claims: str = ""
    addresses: str = ""
    """Of a node, as `instance` has them."""
    gpu: str = ""
    """The index of a GPU on its node, or its UUID."""

    @property
    def namespace(self) -> str:
        """The namespace that it is in, or is."""
        return self.ref.name if self.about is About.NAMESPACE else self.ref.namespace

    def matchers(self, scheme: Scheme) -> str | None:
        """Return the label matchers that select its series; None where it cannot be so named."""
        make = _NODES.get(scheme) if self.about in _ON_NODE else _PODS.get(scheme)
        return make(self) if make else None


_ON_NODE = frozenset({About.NODE, About.GPU})


def _match(label: str, pattern: str) -> str:
    """Return a matcher for a pattern; `=` where it is plain, which costs the server less."""
    plain = re.sub(r"\\([.\-])", r"\1", pattern)
    if re.fullmatch(r"[\w.:-]+", plain) and "." not in pattern.replace("\\.", ""):
        return f"{label}={string(plain)}"
    return f"{label}=~{string(pattern)}"


def _pods(subject: Subject, prefix: str = "") -> str:
    own = f"{prefix}namespace={string(subject.namespace)}"
    return f"{own},{_match(f'{prefix}pod', subject.pods)}" if subject.pods else own


def _told(subject: Subject) -> str:
    # A series that has exported_namespace names its exporter in `namespace`.
    return f'{_pods(subject)},exported_namespace=""'


def _claims(subject: Subject) -> str | None:
    own = f"namespace={string(subject.namespace)}"
    if subject.about is About.NAMESPACE:
        return own
    return f"{own},{_match('persistentvolumeclaim', subject.claims)}" if subject.claims else None


def _mesh(reporter: str) -> Callable[[Subject], str | None]:
    def matchers(subject: Subject) -> str | None:
        if subject.about is About.POD:
            return None  # Istio names workloads
        own = f"reporter={string(reporter)},destination_workload_namespace="
        own += string(subject.namespace)
        if subject.about is About.NAMESPACE:
            return own
        return f"{own},destination_workload={string(subject.ref.name)}"

    return matchers


def _ingress(prefix: str) -> Callable[[Subject], str | None]:
    def matchers(subject: Subject) -> str | None:
        own = f"{prefix}namespace={string(subject.namespace)}"
        if subject.about is About.NAMESPACE:
            return own
        if not subject.services:
            return None
        return f"{own},{_match(f'{prefix}service', subject.services)}"

    return matchers


def _node(label: str) -> Callable[[Subject], str | None]:
    def matchers(subject: Subject) -> str | None:
        if label != "instance":
            own = f"{label}={string(subject.ref.name)}"
        elif subject.addresses:
            own = f"instance=~{string(subject.addresses)}"
        else:
            return None
        if not subject.gpu:
            return own
        by = "gpu" if subject.gpu.isdigit() else "UUID"
        return f"{own},{by}={string(subject.gpu)}"

    return matchers


_PODS: Mapping[Scheme, Callable[[Subject], str | None]] = {
    Scheme.PODS: _pods,
    Scheme.TOLD: _told,
    Scheme.EXPORTED: lambda subject: _pods(subject, "exported_"),
    Scheme.CLAIMS: _claims,
    Scheme.MESH: _mesh("destination"),
    Scheme.MESH_WAYPOINT: _mesh("waypoint"),
    Scheme.MESH_SOURCE: _mesh("source"),
    Scheme.INGRESS: _ingress(""),
    Scheme.INGRESS_EXPORTED: _ingress("exported_"),
}
_NODES: Mapping[Scheme, Callable[[Subject], str | None]] = {
    Scheme.NODE: _node("node"),
    Scheme.INSTANCE: _node("instance"),
    Scheme.HOSTNAME: _node("Hostname"),
    Scheme.HOST: _node("hostname"),
}
_WORKLOADS = (
    "Deployment",
    "StatefulSet",
    "DaemonSet",
    "ReplicaSet",
    "ReplicationController",
    "Job",
    "CronJob",
)

_SPELLED = {
    **{kind.lower(): kind for kind in ("Pod", "Node", "Namespace", *_WORKLOADS)},
    "po": "Pod",
    "no": "Node",
    "ns": "Namespace",
    "deploy": "Deployment",
    "sts": "StatefulSet",
    "ds": "DaemonSet",
    "rs": "ReplicaSet",
    "rc": "ReplicationController",
    "cj": "CronJob",
}
"""Kinds as kubectl takes them as well."""


def target_of(spelled: str) -> Ref:
    """Return a target, of which the kind may be written as kubectl takes it: `deploy/shop/cart`.

    Raises InvalidInputError that shows how a Ref is written.
    """
    head, slash, rest = spelled.partition("/")
    return Ref.parse(f"{_SPELLED.get(head.lower(), head)}{slash}{rest}")


def about(target: Ref, gpu: str) -> About:
    """Return what a target is; raise InvalidInputError for what has no signals."""
    if target.kind == "Node" and not target.group:
        return About.GPU if gpu else About.NODE
    if gpu:
        raise InvalidInputError(
            f"{str(target)!r} is no node, and gpu {gpu[:40]!r} is the number of one on a node",
            hint="pass target Node/NAME with gpu, or leave gpu out: pods tell of their GPUs",
        )
    if target.kind == "Namespace" and not target.group:
        return About.NAMESPACE
    if target.namespace and target.kind == "Pod" and not target.group:
        return About.POD
    if target.namespace and (target.group or target.kind in _WORKLOADS):
        return About.WORKLOAD
    raise InvalidInputError(
        f"{str(target)!r} has no signals",
        hint=f"pass Pod, {', '.join(_WORKLOADS)} or another owner of pods as Kind/namespace/name;"
        " Node/name; Namespace/name",
    )
