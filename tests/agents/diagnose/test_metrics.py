"""Which findings of metrics explain those of the cluster, and which are explained by them."""

import pytest

from clusterwright.agents.diagnose.correlate import correlate
from clusterwright.agents.diagnose.metric_rules import METRIC_RULES
from clusterwright.agents.diagnose.rules import belongs
from clusterwright.tools.cluster_api.analyzers import ANALYZERS as OF_CLUSTER_API
from clusterwright.tools.finding import Edge, Finding
from clusterwright.tools.gpu.analyzers import ANALYZERS as OF_GPUS
from clusterwright.tools.helm.analyzers import ANALYZERS as OF_HELM
from clusterwright.tools.kubernetes import unexplained
from clusterwright.tools.kubernetes.analyzers import ANALYZERS
from clusterwright.tools.prometheus.analyzers import ANALYZERS as OF_PROMETHEUS
from tests.agents.found import answered, edge, finding

CART, POD, NODE = "Deployment/shop/cart", "Pod/shop/cart-1", "Node/gpu-1"
ALERT, SERVICE, CLAIM = "Alert/CartDown", "Service/shop/cart", "PersistentVolumeClaim/shop/data"
MONITOR = "ServiceMonitor.monitoring.coreos.com/shop/cart"
SERVER = "Prometheus.monitoring.coreos.com/monitoring/main"
MANAGER = "Alertmanager.monitoring.coreos.com/monitoring/main"
SET = "StatefulSet/monitoring/prometheus-main"
RULES = "PrometheusRule.monitoring.coreos.com/shop/cart"
POLICY = "NetworkPolicy/shop/deny"


def outline(*findings: Finding) -> dict[str, list[str]]:
    roots = correlate([answered(*findings)]).root_causes
    return {root.code: sorted(one.code for one in root.symptoms) for root in roots}


def alert(code: str = "alert/firing", *about: str) -> Finding:
    edges = tuple(edge(ALERT, Edge.ABOUT, one) for one in about or (CART,))
    return finding(code, ALERT, members=about or (CART,), relations=edges)


@pytest.mark.parametrize(
    ("cause", "effect"),
    [
        (finding("pod/crash-loop", CART, members=[POD]), alert()),
        (finding("pod/crash-loop", CART, members=[POD]), alert("alert/flapping")),
        (finding("pod/cpu-throttled", CART), alert("alert/pressure")),
        (finding("pvc/filling-up", CLAIM), alert("alert/pressure", CLAIM)),
        (finding("gpu/xid-hardware", NODE), alert("alert/gpu", NODE)),
        (finding("gpu/hung", CART), alert("alert/gpu", NODE, CART)),
        (finding("service/selector-mismatch", SERVICE), alert("alert/firing", SERVICE)),
        (finding("target/timed-out", MONITOR), alert("alert/monitoring", MONITOR)),
        (finding("rule/failing", RULES), alert("alert/monitoring", RULES, SERVER)),
        (finding("prometheus/config-reload-failed", SERVER), alert("alert/monitoring", SERVER)),
        (finding("prometheus/no-alertmanager", SERVER), alert("alert/watchdog-missing", SERVER)),
        (finding("alertmanager/not-available", MANAGER),
         finding("prometheus/no-alertmanager", SERVER,
                 relations=(edge(SERVER, Edge.USES, MANAGER),))),
        (finding("pod/crash-loop", CART),
         finding("target/connection-refused", MONITOR,
                 relations=(edge(MONITOR, Edge.SELECTS, CART),))),
        (finding("node/not-ready", NODE),
         finding("target/unreachable", MONITOR, members=[POD],
                 relations=(edge(POD, Edge.RUNS_ON, NODE),))),
        (finding("networkpolicy/blocks-service", POLICY,
                 relations=(edge(SERVICE, Edge.LIMITED_BY, POLICY),)),
         finding("target/timed-out", MONITOR,
                 relations=(edge(MONITOR, Edge.SELECTS, SERVICE),))),
        (finding("networkpolicy/blocks-scrape", POLICY,
                 relations=(edge(MONITOR, Edge.LIMITED_BY, POLICY),)),
         finding("target/timed-out", MONITOR)),
        (finding("service/selector-mismatch", SERVICE),
         finding("monitor/no-endpoints", MONITOR,
                 relations=(edge(MONITOR, Edge.SELECTS, SERVICE),))),
        (finding("pod/image-not-found", SET),
         finding("prometheus/not-available", SERVER,
                 relations=(edge(SET, Edge.OWNED_BY, SERVER),))),
        (finding("prometheus/config-reload-failed", SERVER),
         finding("rule/not-loaded", RULES, relations=(edge(RULES, Edge.USES, SERVER),))),
        (finding("target/connection-refused", MONITOR),
         finding("gpu/not-measured", NODE, relations=(edge(NODE, Edge.SCRAPED_BY, MONITOR),))),
        (finding("pod/crash-loop", "DaemonSet/gpu/dcgm"),
         finding("gpu/not-measured", NODE,
                 relations=(edge(NODE, Edge.USES, "DaemonSet/gpu/dcgm"),))),
        (finding("gpu/xid-hardware", NODE, relations=(edge(CART, Edge.USES, NODE),)),
         finding("pod/crash-loop", CART)),
        (finding("gpu/xid-application", CART), finding("pod/crash-loop", CART)),
        (finding("pod/memory-leak", CART), finding("pod/out-of-memory", CART)),
        (finding("pod/out-of-memory", CART), finding("pod/near-memory-limit", CART)),
        (finding("pvc/full", CLAIM, relations=(edge(CART, Edge.MOUNTS, CLAIM),)),
         finding("pod/crash-loop", CART)),
        (finding("prometheus/cardinality-explosion", MONITOR,
                 relations=(edge(SERVER, Edge.SELECTS, MONITOR),
                            edge(SET, Edge.OWNED_BY, SERVER))),
         finding("pod/out-of-memory", SET)),
    ],
)  # fmt: skip
def test_what_has_a_cause_is_told_under_it(cause: Finding, effect: Finding) -> None:
    assert outline(cause, effect) == {cause.code: [effect.code]}


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (finding("pod/crash-loop", "Deployment/shop/other"), alert()),
        (finding("pod/image-not-found", CART), alert("alert/pressure")),
        (finding("gpu/xid-hardware", NODE), alert("alert/firing", NODE)),
        (finding("target/timed-out", "ServiceMonitor.monitoring.coreos.com/shop/other"),
         alert("alert/monitoring", MONITOR)),
        (finding("target/timed-out", MONITOR), alert("alert/monitoring", SERVER)),
        # What runs short is no reason that a Pod does not run.
        (finding("pod/near-memory-limit", CART),
         finding("hpa/metrics-unavailable", "HorizontalPodAutoscaler/shop/cart",
                 relations=(edge("HorizontalPodAutoscaler/shop/cart", Edge.USES, CART),))),
        (finding("pvc/filling-up", CLAIM),
         finding("pod/volume-not-bound", CART, relations=(edge(CART, Edge.USES, CLAIM),))),
        (finding("gpu/xid-hardware", NODE), finding("gpu/idle", CART, members=[POD],
                                                    relations=(edge(POD, Edge.RUNS_ON, NODE),))),
    ],
)  # fmt: skip
def test_what_has_nothing_to_do_with_each_other_stays_apart(one: Finding, other: Finding) -> None:
    assert outline(one, other) == {one.code: [], other.code: []}


def test_an_alert_about_a_workload_ends_under_the_first_cause_of_a_chain() -> None:
    unplaced = finding("pod/node-selector-unmatched", CART, members=[POD])
    unavailable = finding("workload/unavailable", CART)
    assert outline(unplaced, unavailable, alert()) == {
        "pod/node-selector-unmatched": ["alert/firing", "workload/unavailable"]
    }


def test_a_lost_gpu_explains_the_loop_of_its_pod_and_the_alerts_of_both() -> None:
    lost = finding("gpu/xid-hardware", NODE, relations=(edge(CART, Edge.USES, NODE),))
    loop = finding("pod/crash-loop", CART, members=[POD])
    about = alert("alert/firing", CART, POD)
    assert outline(lost, loop, about) == {"gpu/xid-hardware": ["alert/firing", "pod/crash-loop"]}


def test_every_code_in_a_rule_is_one_that_an_analyzer_reports() -> None:
    analyzers = (*ANALYZERS, *OF_CLUSTER_API, *OF_HELM, *OF_PROMETHEUS, *OF_GPUS)
    codes = {code for one in analyzers for code in one.codes} | {unexplained.CODE}
    families = {family for one in METRIC_RULES for family in (one.effect, one.cause)}
    assert [one for one in sorted(families) if not any(belongs(c, one) for c in codes)] == []


def test_alerts_of_one_name_that_nothing_explains_are_one_root() -> None:
    about = [alert("alert/firing", f"Node/n-{i}") for i in range(4)]
    titled = [one.model_copy(update={"title": f"fires for n-{i}"}) for i, one in enumerate(about)]
    explained = finding("node/not-ready", "Node/n-3")
    rest, lost = correlate([answered(*titled, explained)]).root_causes
    assert [one.title for one in lost.symptoms] == ["fires for n-3"]
    assert rest.title == "fires for n-0; and 2 more times, for Node/n-1, Node/n-2"
    assert [one.name for one in rest.members] == ["n-0", "n-1", "n-2"]
    assert (rest.next.call, rest.next.shell) == ("prom_alerts(alert='CartDown')", "")
