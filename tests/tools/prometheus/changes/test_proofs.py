"""What counts as a proof, and what does not, whatever Alertmanager and Prometheus answer."""

import pytest

from clusterwright.tools.kubernetes.changes.step import Failed, Met, Pending
from clusterwright.tools.manifest import Manifest
from clusterwright.tools.prometheus.changes.monitor_outlook import discovered
from clusterwright.tools.prometheus.changes.monitor_proof import is_scraped
from clusterwright.tools.prometheus.changes.rule_proof import is_loaded
from clusterwright.tools.prometheus.changes.silence_proof import ended, mutes
from clusterwright.tools.ref import Ref

REF = Ref("Silence", "abc")


def rules(*found: tuple[str, bool]) -> Manifest:
    return {"rules": [{"health": h, "fresh": f, "error": "many\nlines"} for h, f in found]}


@pytest.mark.parametrize(
    ("found", "verdict"),
    [
        (None, Pending("Prometheus has not loaded it")),
        (rules(), Pending("Prometheus has not loaded it")),
        (rules(("ok", False)), Pending("Prometheus still has the earlier one")),
        (rules(("unknown", True)), Pending("it has not been evaluated yet")),
        (rules(("err", True)), Failed("its evaluation fails: “many lines”")),
        (rules(("err", False), ("ok", True)), Met()),
        ({"rules": "nonsense"}, Pending("Prometheus has not loaded it")),
    ],
)
def test_a_rule_is_proven_once_it_is_evaluated_as_wanted(
    found: Manifest | None, verdict: object
) -> None:
    assert is_loaded(REF, "cart", {"alert": "A"}, None).judge(found, ()) == verdict


def pool(*healths: str, old: tuple[str, ...] = ()) -> Manifest:
    wanted = [{"health": one, "error": "refused", "wanted": True} for one in healths]
    return {"targets": [*wanted, *({"health": one, "wanted": False} for one in old)]}


@pytest.mark.parametrize(
    ("found", "verdict"),
    [
        (pool(), Pending("the pool has no targets yet")),
        (pool("up", "unknown"), Pending("some of its targets have not been scraped yet")),
        (pool("down", "down"), Pending("none of its 2 targets is up: “refused”")),
        (pool("up", "down"), Met()),
        (pool(old=("up",)), Pending("Prometheus still scrapes what it did before")),
        (pool("up", old=("unknown",)), Met()),
    ],
)
def test_a_monitor_is_proven_once_a_target_is_up(found: Manifest, verdict: object) -> None:
    assert is_scraped(REF, "serviceMonitor/shop/cart/0", None, {}).judge(found, ()) == verdict


def test_targets_of_a_changed_monitor_are_known_by_how_they_were_discovered() -> None:
    asked = {"app.kubernetes.io/name": "cart", "tier": None}
    assert discovered("ServiceMonitor", asked, ["shop"], "web") == {
        "__meta_kubernetes_service_label_app_kubernetes_io_name": ["cart"],
        "__meta_kubernetes_namespace": ["shop"],
        "__meta_kubernetes_endpointslice_port_name|__meta_kubernetes_endpoint_port_name": ["web"],
    }
    assert discovered("PodMonitor", {}, ["*"], "web.*") == {}


def held(state: str, *alerts: str) -> Manifest:
    silenced = [{"silenced_by": [one] if one else []} for one in alerts]
    return {"silences": [{"id": "abc", "state": state}], "alerts": silenced}


@pytest.mark.parametrize(
    ("found", "verdict"),
    [
        ({"silences": [], "alerts": []}, Pending("Alertmanager does not have it yet")),
        (held("pending"), Pending("Alertmanager does not have it yet")),
        (held("expired"), Failed("it was ended")),
        (held("active", "abc", ""), Pending("1 of 2 alerts are not muted by it")),
        (held("active", "abc", "other"), Pending("1 of 2 alerts are not muted by it")),
        (held("active", "abc"), Met()),
        (held("active"), Met()),
    ],
)
def test_a_silence_is_proven_once_it_mutes_all_it_matches(found: Manifest, verdict: object) -> None:
    assert mutes(REF, "mark", None).judge(found, ()) == verdict


@pytest.mark.parametrize(
    ("found", "verdict"),
    [
        (held("active"), Pending("it is still active")),
        (held("expired", "abc"), Pending("it still mutes 1 alerts")),
        (held("expired", "other"), Met()),
        ({"silences": [], "alerts": []}, Met()),
    ],
)
def test_a_silence_has_ended_once_it_mutes_nothing(found: Manifest, verdict: object) -> None:
    assert ended(REF, "abc", None).judge(found, ()) == verdict
