"""What a change puts at risk: what is told of it to whoever approves it."""

from datetime import UTC, datetime

import pytest

from clusterwright.tools.change import DryRun
from clusterwright.tools.kubernetes.changes.blast import judge
from clusterwright.tools.kubernetes.changes.step import Scene, Step
from clusterwright.tools.kubernetes.changes.write import Verb, Write
from clusterwright.tools.manifest import Manifest
from clusterwright.tools.ref import Ref
from clusterwright.tools.snapshot import Snapshot

NOW = datetime(2026, 1, 1, tzinfo=UTC)
READER: Manifest = {
    "apiVersion": "v1",
    "kind": "Pod",
    "metadata": {"name": "cart-1", "namespace": "shop"},
    "spec": {"containers": [{"name": "app", "envFrom": [{"configMapRef": {"name": "cart"}}]}]},
}
SCENE = Scene("test", NOW, {}, Snapshot("test", NOW, {"Pod": [READER]}))
LABELS: Manifest = {"metadata": {"labels": {"helm.sh/chart": "web-1.5.0"}}}


def told(kind: str, body: Manifest, verb: Verb = Verb.APPLY) -> list[str]:
    step = Step("change it", Write(verb, Ref(kind, "cart", "shop"), body), before={"kind": kind})
    return judge(SCENE, [step], [DryRun.PASSED])[1]


@pytest.mark.parametrize("kind", ["ConfigMap", "Service", "Ingress"])
def test_a_new_label_reaches_nobody_who_reads_or_calls_an_object(kind: str) -> None:
    assert told(kind, LABELS) == ["nothing that serves is touched"]


def test_new_data_reaches_whoever_reads_it_and_a_new_spec_whoever_calls() -> None:
    assert told("ConfigMap", {**LABELS, "data": {"LOG_LEVEL": "debug"}}) == [
        "1 pod reads ConfigMap/shop/cart"
    ]
    assert told("Service", {"spec": {"selector": {"app": "other"}}}) == [
        "who calls Service/shop/cart may reach other pods"
    ]
    assert "who calls Ingress/shop/cart may reach other pods" in told("Ingress", {}, Verb.DELETE)
