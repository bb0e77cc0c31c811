"""release/drifted: what people changed of a release's objects; what controllers set is theirs."""

from clusterwright.tools.finding import FieldEvidence, Finding, Severity
from clusterwright.tools.manifest import Json, Manifest
from tests.tools.helm.estates import CART, HOUR, Cluster, deployment, live, record, thing, wrote
from tests.tools.kubernetes.analyzers.cluster import make

CODE = "release/drifted"
IMAGE = {"spec": {"template": {"spec": {"containers": [{"name": "app", "image": "x"}]}}}}


def changed(wanted: Manifest, now: Manifest, by: str, fields: Manifest, **more: Json) -> Cluster:
    """A deployed object of which somebody wrote some fields after Helm did."""
    there = live(now, managers=[wrote(by, fields, age=600)])
    return Cluster([record(3, "deployed", wanted)], [there, *more.get("others", [])])


def only(cluster: Cluster) -> Finding:
    (found,) = cluster.findings()
    return found


def test_a_field_that_somebody_set_by_hand() -> None:
    found = only(changed(deployment(), deployment(image="shop/cart:9"), "kubectl-edit", IMAGE))
    assert (found.code, found.subject, found.severity) == (CODE, CART, Severity.WARNING)
    assert found.title == (
        "Deployment cart is not as revision 3 has it:"
        " “spec.template.spec.containers[name=app].image” was changed by kubectl-edit 10m ago"
    )
    assert found.evidence == (
        FieldEvidence(
            ref=found.members[0],
            path="$.spec.template.spec.containers[name=app].image",
            value='"shop/cart:9", set by kubectl-edit (Update, 2026-01-01 11:50Z); revision 3 has'
            ' "shop/cart:1"',
        ),
    )
    (remedy,) = found.remedies
    assert remedy.changes[0]["kind"] == "upgrade"


def test_replicas_that_somebody_set_hardly_matter_unless_there_are_none() -> None:
    for replicas, severity in ((5, Severity.INFO), (0, Severity.WARNING)):
        now = deployment(replicas=replicas)
        fields: Manifest = {"spec": {"replicas": replicas}}
        assert only(changed(deployment(), now, "kubectl", fields)).severity is severity


def test_replicas_that_an_autoscaler_sets_are_no_drift() -> None:
    target = {"kind": "Deployment", "name": "cart", "apiVersion": "apps/v1"}
    scaler = make(
        "HorizontalPodAutoscaler", "any", api="autoscaling/v2", spec={"scaleTargetRef": target}
    )
    fields: Manifest = {"spec": {"replicas": 5}}
    wanted, now = deployment(), deployment(replicas=5)
    assert changed(wanted, now, "kubectl", fields, others=[scaler]).codes() == []
    assert changed(wanted, now, "kube-controller-manager", fields).codes() == []


def test_fields_of_controllers_and_what_admission_made_of_helms_own_are_no_drift() -> None:
    now = deployment(image="mirror/shop/cart:1")
    for manager in ("helm", "helm-controller", "image-operator", "sidecar-injector"):
        assert changed(deployment(), now, manager, IMAGE).codes() == []


def test_a_field_that_is_gone_was_taken_away_if_anybody_came_after_helm() -> None:
    wanted = thing("ConfigMap", data={"a": "1", "b": "2"})
    now = thing("ConfigMap", data={"a": "1"})
    found = only(changed(wanted, now, "kubectl-edit", {"data": {"a": "1"}}))
    assert "data.b was taken away" in found.title
    assert Cluster([record(3, "deployed", wanted)], [live(now)]).codes() == []


def test_what_was_changed_of_a_secret_is_not_shown() -> None:
    wanted = thing("Secret", stringData={"password": "before"}, type="Opaque")
    now = thing("Secret", data={"password": "YWZ0ZXI="}, type="Opaque")
    found = only(changed(wanted, now, "kubectl", {"data": {"password": ""}}))
    told = found.model_dump_json()
    assert "before" not in told
    assert "YWZ0ZXI" not in told


def test_while_an_operation_is_not_settled_nothing_has_drifted() -> None:
    there = live(deployment(image="shop/cart:9"), managers=[wrote("kubectl", IMAGE)])
    failed = record(2, "failed", deployment())
    found = Cluster([failed, record(1, "deployed", deployment())], [there])
    assert CODE not in found.codes()


def test_what_is_as_the_manifest_has_it_is_silent() -> None:
    assert (
        Cluster([record(3, "deployed", deployment())], [live(deployment(), age=HOUR)]).codes() == []
    )
