"""Edges around findings: who needs what is broken, what it does not reach, and who keeps it."""

import pytest

from clusterwright.tools.analyzer import LogRequest
from clusterwright.tools.finding import Edge, Relation
from clusterwright.tools.kubernetes.around import around, with_owner
from clusterwright.tools.manifest import Json, Manifest
from clusterwright.tools.ref import Ref
from tests.agents.found import edge, finding
from tests.tools.kubernetes.analyzers.cluster import (
    conclude,
    ended,
    event,
    make,
    owned,
    pod,
    running,
    snapshot,
    waiting,
)

CART, SERVICE = "Deployment/shop/cart", "Service/shop/cart"
REFUSED_BY = "FATAL: dial tcp: lookup db.other: connection refused"
REFUSED = 'Get "http://cart/": dial tcp 10.96.1.2:80: connect: connection refused'


def workload(name: str, one: Manifest, **metadata: Json) -> list[Manifest]:
    """A Deployment with a pod, which carries its name as label."""
    above = make("Deployment", name, api="apps/v1", metadata=metadata)
    one["metadata"] |= {"labels": {"app": name}}
    return [above, owned(one, above)]


def cart() -> list[Manifest]:
    """A Deployment whose pod is broken, and its Service."""
    spec: Json = {"selector": {"app": "cart"}, "clusterIP": "10.96.1.2", "ports": [{"port": 80}]}
    return [*workload("cart", pod(waiting("ErrImagePull"))), make("Service", "cart", spec=spec)]


def told(*objects: Manifest, subject: str = CART) -> list[Relation]:
    """The edges around a finding on `subject`."""
    found = around(snapshot(*objects), [finding("pod/image-not-found", subject)])
    return list(found.get(Ref.parse(subject), ()))


def test_a_workload_is_selected_by_its_service_and_its_budget() -> None:
    selector = {"selector": {"matchLabels": {"app": "cart"}}}
    other = {"selector": {"matchLabels": {"app": "pay"}}}
    budgets = [
        make("PodDisruptionBudget", name, api="policy/v1", spec=spec)
        for name, spec in (("cart", selector), ("pay", other))
    ]
    for one in budgets:
        one["apiVersion"] = "policy/v1"
    assert told(*cart(), *budgets) == [
        edge(SERVICE, Edge.SELECTS, CART),
        edge("PodDisruptionBudget/shop/cart", Edge.SELECTS, CART),
    ]


def test_a_workload_that_cannot_make_its_pods_is_selected_all_the_same() -> None:
    template: Json = {"metadata": {"labels": {"app": "cart", "pod-template-hash": "7d"}}}
    above, service = cart()[0], cart()[-1]
    spec: Json = {"replicas": 1, "template": template}
    maker = owned(make("ReplicaSet", "cart-7d", api="apps/v1", spec=spec), above)
    assert told(above, maker, service) == [edge(SERVICE, Edge.SELECTS, CART)]
    template["metadata"]["labels"]["app"] = "pay"
    assert told(above, maker, service) == []


def test_an_ingress_leads_to_the_service_that_is_broken() -> None:
    backend = {"service": {"name": "cart", "port": {"number": 80}}}
    rule = {"http": {"paths": [{"path": "/", "backend": backend}]}}
    ingress = make("Ingress", "web", api="networking.k8s.io/v1", spec={"rules": [rule]})
    assert told(*cart(), ingress, subject=SERVICE) == [
        edge("Ingress/shop/web", Edge.ROUTES_TO, SERVICE)
    ]


def crashing(name: str) -> list[Manifest]:
    state = waiting("CrashLoopBackOff")
    return workload(name, pod(state, name=f"{name}-1", last=ended(1), restarts=5))


def test_a_program_that_crashes_calls_the_service_that_its_log_names() -> None:
    objects = [*cart(), *crashing("web")]
    request = LogRequest(Ref.parse("Pod/shop/web-1"), "app", previous=True)
    found = [
        one
        for one in conclude(*objects, logs={request: ("hello", REFUSED)})
        if one.code == "pod/crash-loop"
    ]
    edges = around(snapshot(*objects), found)
    assert edges == {
        Ref.parse("Deployment/shop/web"): (
            edge("Deployment/shop/web", Edge.ROUTES_TO, SERVICE),
            edge(SERVICE, Edge.SELECTS, CART),
        )
    }
    harmless = conclude(*objects, logs={request: ("connected to cart:80", "panic: no PORT")})
    assert around(snapshot(*objects), [o for o in harmless if o.code == "pod/crash-loop"]) == {}


def test_who_needs_what_waits_for_a_service_that_is_gone_is_joined_to_its_name() -> None:
    objects = waiter_for("late", "http://gone")
    late, gone = "Deployment/shop/late", "Service/shop/gone"
    for subject in ("Service/shop/late", late):
        assert edge(late, Edge.ROUTES_TO, gone) in told(*objects, subject=subject)
    refused = 'Get "http://late/": dial tcp: connection refused'
    request = LogRequest(Ref.parse("Pod/shop/web-1"), "app", previous=True)
    everything = [*objects, *crashing("web")]
    found = conclude(*everything, logs={request: (refused,)})
    edges = around(snapshot(*everything), [one for one in found if one.code == "pod/crash-loop"])
    assert edge(late, Edge.ROUTES_TO, gone) in edges[Ref.parse("Deployment/shop/web")]


def test_where_a_great_many_wait_it_is_still_told_who_routes_to_what_is_broken() -> None:
    rules: Json = [{"http": {"paths": [{"backend": {"service": {"name": "cart"}}}]}}]
    ingress = make("Ingress", "web", api="networking.k8s.io/v1", spec={"rules": rules})
    waiters = [one for n in range(40) for one in waiter_for(f"late-{n}", "cart")]
    found = told(*cart(), ingress, *waiters, subject=SERVICE)
    assert edge("Ingress/shop/web", Edge.ROUTES_TO, SERVICE) in found


def test_a_ring_of_many_that_wait_for_each_other_is_walked_once() -> None:
    many = 300
    ring = [one for n in range(many) for one in waiter_for(f"w-{n}", f"w-{(n + 1) % many}")]
    edges = around(snapshot(*ring), [finding("pod/unexplained", "Deployment/shop/w-0")])
    own = edges[Ref.parse("Deployment/shop/w-0")]
    assert edge("Deployment/shop/w-0", Edge.ROUTES_TO, "Service/shop/w-1") in own
    assert len(own) == 20


@pytest.mark.parametrize("settings", [(), ("http://db.other:80",)])
def test_another_namespace_is_named_by_the_telling_line_or_by_the_pod_as_well(
    settings: tuple[str, ...],
) -> None:
    quoted = "level=info msg='no such user' user='http://db.other: connection refused'"
    own = "FATAL: license file is corrupt"
    called = edge("Deployment/shop/web", Edge.ROUTES_TO, "Service/other/db")
    objects = [make("Service", "db", namespace="other"), *crashing("web")]
    objects[-1]["spec"]["containers"][0]["env"] = [{"name": "X", "value": v} for v in settings]
    request = LogRequest(Ref.parse("Pod/shop/web-1"), "app", previous=True)
    for lines, named in ((quoted, own), bool(settings)), ((quoted, own, REFUSED_BY), True):
        found = conclude(*objects, logs={request: lines})
        edges = around(snapshot(*objects), [one for one in found if one.code == "pod/crash-loop"])
        assert (called in edges.get(called.source, ())) == named


def test_what_a_pod_is_told_in_a_config_map_counts_as_what_it_is_to_call() -> None:
    objects = [make("Service", "db", namespace="other"), *crashing("web")]
    objects[-1]["spec"]["containers"][0]["envFrom"] = [{"configMapRef": {"name": "settings"}}]
    objects.append({**make("ConfigMap", "settings"), "data": {"DB": "url=http://db.other:80"}})
    request = LogRequest(Ref.parse("Pod/shop/web-1"), "app", previous=True)
    lines = ("dial tcp: lookup db.other: connection refused", "FATAL: giving up")
    found = conclude(*objects, logs={request: lines})
    edges = around(snapshot(*objects), [one for one in found if one.code == "pod/crash-loop"])
    called = edge("Deployment/shop/web", Edge.ROUTES_TO, "Service/other/db")
    assert called in edges.get(called.source, ())


@pytest.mark.parametrize(
    "message", ["Readiness probe failed: " + REFUSED, "Readiness probe errored: command timed out"]
)
def test_a_probe_that_fails_calls_the_service_that_it_names(message: str) -> None:
    probe = {"exec": {"command": ["wget", "-qO-", "http://cart/"]}}
    web = pod(running(), name="web-1", container={"readinessProbe": probe})
    objects = [*cart(), *workload("web", web), event(web, "Unhealthy", message)]
    found = [one for one in conclude(*objects) if one.code == "pod/readiness-probe-failing"]
    edges = around(snapshot(*objects), found)
    assert edge("Deployment/shop/web", Edge.ROUTES_TO, SERVICE) in edges[found[0].subject]


@pytest.mark.parametrize(("code", "calls"), [(0, True), (143, True), (1, False)])
def test_what_ends_as_if_it_was_told_to_may_be_restarted_for_its_probe(
    code: int, *, calls: bool
) -> None:
    """The kubelet drops events of a pod that has had many, and with them who ended it."""
    probe = {"exec": {"command": ["wget", "-qO-", "http://cart/"]}, "periodSeconds": 60}
    state = waiting("CrashLoopBackOff")
    web = pod(state, name="web-1", last=ended(code), restarts=5, container={"livenessProbe": probe})
    objects = [*cart(), *workload("web", web)]
    [found] = [one for one in conclude(*objects) if one.code == "pod/crash-loop"]
    edges = around(snapshot(*objects), [found]).get(found.subject, ())
    assert (edge("Deployment/shop/web", Edge.ROUTES_TO, SERVICE) in edges) == calls


def test_a_probe_of_the_pod_itself_calls_nobody() -> None:
    probe = {"exec": {"command": ["wget", "-qO-", "http://cart/"]}}
    one = pod(running(), container={"readinessProbe": probe})
    failed = event(one, "Unhealthy", "Readiness probe failed: HTTP 500")
    objects = [*workload("cart", one), cart()[-1], failed]
    [found] = [f for f in conclude(*objects) if f.code == "pod/readiness-probe-failing"]
    edges = around(snapshot(*objects), [found])
    assert edges == {Ref.parse(CART): (edge(SERVICE, Edge.SELECTS, CART),)}


def test_who_waits_for_a_service_in_an_init_container_is_joined_to_what_is_broken() -> None:
    init = {"name": "wait", "command": ["sh", "-c", "until nc -z cart 80; do sleep 1; done"]}
    status = {"initContainerStatuses": [{"name": "wait", "state": running(), "ready": False}]}
    waiter = pod(name="late-1", phase="Pending", spec={"initContainers": [init]}, status=status)
    calls = edge("Deployment/shop/late", Edge.ROUTES_TO, SERVICE)
    assert calls in told(*cart(), *workload("late", waiter))
    waiter["status"]["initContainerStatuses"][0]["state"] = ended(0)
    assert calls not in told(*cart(), *workload("late", waiter))


def waiter_for(name: str, host: str) -> list[Manifest]:
    """A Deployment whose pod waits for a host in an init container, and its Service."""
    asks = f"wget -q {host}" if "://" in host else f"nc -z {host} 80"
    command = ["sh", "-c", f"until {asks}; do sleep 1; done"]
    init: Json = {"name": "wait", "command": command}
    status: Json = {"initContainerStatuses": [{"name": "wait", "state": running(), "ready": False}]}
    one = pod(name=f"{name}-1", phase="Pending", spec={"initContainers": [init]}, status=status)
    service = make("Service", name, spec={"selector": {"app": name}})
    return [*workload(name, one), service]


def test_who_waits_for_what_waits_is_joined_to_what_is_broken_below() -> None:
    found = told(*cart(), *waiter_for("late", "cart"), *waiter_for("later", "late"))
    assert edge("Deployment/shop/later", Edge.ROUTES_TO, "Service/shop/late") in found
    circle = told(*waiter_for("late", "later"), *waiter_for("later", "late"), subject=SERVICE)
    assert circle == []


def test_who_needs_what_waits_is_joined_to_it_before_that_is_a_finding() -> None:
    selector: Json = {"matchLabels": {"app": "late"}}
    budget = make("PodDisruptionBudget", "late", spec={"selector": selector})
    waiter = waiter_for("late", "cart")
    found = told(*cart(), *waiter, budget)
    late = "Deployment/shop/late"
    assert edge("PodDisruptionBudget/shop/late", Edge.SELECTS, late) in found
    assert edge("Service/shop/late", Edge.SELECTS, late) in found
    ready = told(*cart(), *workload("late", pod(running(), name="late-1")), waiter[-1], budget)
    assert all(one.target != Ref.parse(late) for one in ready)


def test_where_a_great_many_wait_each_has_its_own_edge() -> None:
    init = {"name": "wait", "command": ["sh", "-c", "until nc -z cart 80; do sleep 1; done"]}
    status = {
        "initContainerStatuses": [
            {"name": "wait", "state": running(), "ready": False, "restartCount": 0}
        ]
    }
    names = [f"late-{n}" for n in range(60)]
    objects = [
        one
        for name in names
        for one in workload(
            name,
            pod(name=f"{name}-1", phase="Pending", spec={"initContainers": [init]}, status=status),
        )
    ]
    seen = snapshot(*cart(), *objects)
    subjects = [finding("pod/init-container-running", f"Deployment/shop/{name}") for name in names]
    edges = around(seen, subjects)
    assert all(
        edge(str(one.subject), Edge.ROUTES_TO, SERVICE) in edges[one.subject] for one in subjects
    )


def test_who_is_not_ready_for_a_probe_of_a_service_is_joined_before_any_event_tells() -> None:
    probe = {"exec": {"command": ["wget", "-qO-", "http://cart/"]}}
    web = pod(running(), name="web-1", container={"readinessProbe": probe})
    calls = edge("Deployment/shop/web", Edge.ROUTES_TO, SERVICE)
    assert calls in told(*cart(), *workload("web", web))
    web["status"]["containerStatuses"][0]["ready"] = True
    assert calls not in told(*cart(), *workload("web", web))


@pytest.mark.parametrize(
    ("metadata", "owner", "where"),
    [
        (
            {"annotations": {"argocd.argoproj.io/tracking-id": "team_cart:apps/Deployment:shop/x"}},
            "Application.argoproj.io/team/cart",
            "the source of Argo CD Application cart, its Git repository",
        ),
        (
            {
                "labels": {
                    "helm.toolkit.fluxcd.io/name": "c",
                    "helm.toolkit.fluxcd.io/namespace": "f",
                }
            },
            "HelmRelease.helm.toolkit.fluxcd.io/f/c",
            "the values of Flux HelmRelease c in namespace f",
        ),
        (
            {
                "labels": {
                    "kustomize.toolkit.fluxcd.io/name": "apps",
                    "kustomize.toolkit.fluxcd.io/namespace": "flux-system",
                }
            },
            "Kustomization.kustomize.toolkit.fluxcd.io/flux-system/apps",
            "the source, its Git repository, of Flux Kustomization apps in namespace flux-system",
        ),
    ],
)
def test_a_workload_that_gitops_keeps_is_released_by_that(
    metadata: dict[str, Json], owner: str, where: str
) -> None:
    objects = workload("cart", pod(waiting("ErrImagePull")), **metadata)
    assert told(*objects) == [edge(CART, Edge.RELEASED_BY, owner)]
    found = finding("pod/image-not-found", CART, fixes=("Name another image.", "Or push it."))
    assert with_owner(found, snapshot(*objects)).fixes == (
        f"Name another image. It belongs in {where}.",
        "Or push it.",
    )


def test_what_nobody_keeps_has_its_fix_as_it_is() -> None:
    found = finding("pod/image-not-found", CART, fixes=("Name another image.",))
    assert with_owner(found, snapshot(*cart())) == found


def test_what_has_nothing_around_it_has_no_edges() -> None:
    assert around(snapshot(*cart()), [finding("node/not-ready", "Node/n")]) == {}
    assert around(snapshot(*cart()), []) == {}
