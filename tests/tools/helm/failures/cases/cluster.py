"""API servers that do not answer, do not know who asks, or do not let him."""

from dataclasses import replace
from pathlib import Path

import yaml

from clusterwright.tools.manifest import Manifest
from tests.tools.helm.failures.answers import Answer, answering
from tests.tools.helm.failures.cases.case import Case
from tests.tools.helm.failures.place import Place
from tests.tools.helm.failures.templates import NAME, config

_RBAC = "rbac.authorization.k8s.io"
_RECORDS: Manifest = {"apiGroups": [""], "resources": ["secrets"], "verbs": ["list", "create"]}


def _kubeconfig(place: Place, server: str = "", token: str = "") -> Place:
    """Return the place with a kubeconfig of another server, or of another user."""
    shown = yaml.safe_load(place.kubeconfig.read_text(encoding="utf-8"))
    if server:
        shown["clusters"][0]["cluster"] = {"server": server}
    if token:
        shown["users"][0]["user"] = {"token": token}
    file = place.folder / "kubeconfig"
    file.write_text(yaml.safe_dump(shown), encoding="utf-8")
    return replace(place, kubeconfig=file)


def _account(place: Place, *rules: Manifest) -> Place:
    """Return the place as a ServiceAccount with some rights sees it."""
    subject: Manifest = {"kind": "ServiceAccount", "name": place.release}
    role: Manifest = {"apiGroup": _RBAC, "kind": "Role", "name": place.release}
    place.create(
        place.object("ServiceAccount"),
        place.object("Role", f"{_RBAC}/v1", rules=list(rules)),
        place.object(
            "RoleBinding",
            f"{_RBAC}/v1",
            roleRef=role,
            subjects=[{**subject, "namespace": place.namespace}],
        ),
    )
    token = place.kubectl("create", "token", place.release).strip()
    return replace(_kubeconfig(place, token=token), release=f"{place.release}-own")


def closed_port(place: Place) -> str:
    return _kubeconfig(place, "https://127.0.0.1:9").refused(config())


def unknown_authority(place: Place) -> str:
    shown = yaml.safe_load(place.kubeconfig.read_text(encoding="utf-8"))
    return _kubeconfig(place, shown["clusters"][0]["cluster"]["server"]).refused(config())


def plain_http(place: Place) -> str:
    with answering(lambda _: (200, b"")) as server:
        return _kubeconfig(place, f"https://{server}").refused(config())


def another_server(place: Place) -> str:
    with answering(lambda _: (404, b"nothing here")) as server:
        return _kubeconfig(place, f"http://{server}").refused(config())


def lost_on_the_way(place: Place) -> str:
    def answer(path: str) -> Answer:
        return (200, b'{"major": "1", "minor": "36"}') if path.startswith("/version") else (0, b"")

    with answering(answer) as server:
        return _kubeconfig(place, f"http://{server}").helm("list")


def busy(place: Place) -> str:
    with answering(lambda _: (429, b"slow down")) as server:
        return _kubeconfig(place, f"http://{server}").helm("list")


def behind_a_proxy(place: Place) -> str:
    with answering(lambda _: (503, b"no upstream")) as server:
        return _kubeconfig(place, f"http://{server}").helm("list")


def no_context(place: Place) -> str:
    return place.helm("list", "--kube-context", "absent")


def no_yaml(place: Place) -> str:
    file = place.folder / "kubeconfig"
    file.write_text("a: b: c", encoding="utf-8")
    return replace(place, kubeconfig=Path(file)).helm("list")


def wrong_token(place: Place) -> str:
    return _kubeconfig(place, token=place.release).refused(config())


def nothing_allowed(place: Place) -> str:
    return _account(place).helm("list")


def only_reading_allowed(place: Place) -> str:
    rule: Manifest = {"apiGroups": [""], "resources": ["configmaps"], "verbs": ["get"]}
    return _account(place, _RECORDS, rule).refused(config())


def nodes_wanted(place: Place) -> str:
    node = f"apiVersion: v1\nkind: Node\nmetadata: {{name: {NAME}}}\n"
    return _account(place, _RECORDS).refused(node)


def more_than_its_own(place: Place) -> str:
    verbs = ["get", "create", "patch"]
    rule: Manifest = {"apiGroups": [_RBAC], "resources": ["roles"], "verbs": verbs}
    everything = "rules: [{apiGroups: ['*'], resources: ['*'], verbs: ['*']}]"
    role = f"apiVersion: {_RBAC}/v1\nkind: Role\nmetadata: {{name: {NAME}}}\n{everything}\n"
    return _account(place, _RECORDS, rule).refused(role)


_REFUSED = 'Get "https://127.0.0.1:9/version": dial tcp 127.0.0.1:9: connect: connection refused'
_WHO = "the server has asked for the client to provide credentials"
_USER = "system:serviceaccount:NAMESPACE:RELEASE"
_PATCH = 'resource "configmaps" in API group "" in the namespace "NAMESPACE"'
CASES = (
    Case(
        "unreachable",
        "closed-port",
        closed_port,
        f"cluster reachability check failed: kubernetes cluster unreachable: {_REFUSED}",
        f"INSTALLATION FAILED: Kubernetes cluster unreachable: {_REFUSED}",
        {"why": _REFUSED},
    ),
    Case(
        "unreachable",
        "unknown-authority",
        unknown_authority,
        "tls: failed to verify certificate: x509: certificate signed by unknown authority",
    ),
    Case(
        "unreachable",
        "plain-http",
        plain_http,
        "tls: first record does not look like a TLS handshake",
    ),
    Case(
        "unreachable",
        "another-server",
        another_server,
        "kubernetes cluster unreachable: the server could not find the requested resource",
    ),
    Case("unreachable", "lost-on-the-way", lost_on_the_way, "list: failed to list: Get "),
    Case(
        "overloaded",
        "busy",
        busy,
        "the server has received too many requests and has asked us to try again later",
    ),
    Case(
        "overloaded",
        "behind-a-proxy",
        behind_a_proxy,
        "the server is currently unable to handle the request",
    ),
    Case(
        "kubeconfig",
        "no-context",
        no_context,
        'kubernetes cluster unreachable: context "absent" does not exist',
    ),
    Case("kubeconfig", "no-yaml", no_yaml, "error loading config file "),
    Case(
        "unauthenticated",
        "wrong-token",
        wrong_token,
        f"cluster reachability check failed: kubernetes cluster unreachable: {_WHO}",
        f"INSTALLATION FAILED: Kubernetes cluster unreachable: {_WHO}",
    ),
    Case(
        "forbidden",
        "nothing-allowed",
        nothing_allowed,
        f'list: failed to list: secrets is forbidden: User "{_USER}" cannot list resource',
        detail={"user": _USER, "access": "list secrets", "place": "the namespace NAMESPACE"},
    ),
    Case(
        "forbidden",
        "only-reading-allowed",
        only_reading_allowed,
        f'configmaps "RELEASE-own" is forbidden: User "{_USER}" cannot patch {_PATCH}',
        f'configmaps is forbidden: User "{_USER}" cannot create {_PATCH}',
        {"user": _USER},
    ),
    Case(
        "forbidden",
        "nodes-wanted",
        nodes_wanted,
        'cannot get resource "nodes" in API group "" at the cluster scope',
        detail={"access": "get nodes", "place": "the whole cluster"},
    ),
    Case(
        "escalation",
        "more-than-its-own",
        more_than_its_own,
        "is attempting to grant RBAC permissions not currently held:\n",
        detail={"user": _USER},
    ),
)
