"""Remedies as commands and patches: what a person pastes must do that, and nothing else."""

import json
import shlex
from collections.abc import Callable

import pytest
import yaml

from clusterwright.agents.remediate.spell import Cure, Spelled, as_kubectl, as_patches
from clusterwright.tools.finding import FieldEvidence, Finding, Remedy, ask
from clusterwright.tools.kubernetes.analyzers.finalizer import FINALIZER
from clusterwright.tools.kubernetes.remedies.controllers import finalizer
from clusterwright.tools.kubernetes.remedies.services import ingress_port, ingress_service
from clusterwright.tools.manifest import Json, Manifest
from clusterwright.tools.ref import Ref
from tests.agents.found import finding
from tests.tools.kubernetes.analyzers.cluster import conclude, make, only, snapshot
from tests.tools.kubernetes.analyzers.test_ingress_backend import ingress, service

MONITOR = "ServiceMonitor.monitoring.coreos.com/shop/cart"
WEB = "Ingress/shop/web"
BACKEND = "spec.rules[0].http.paths[0].backend.service"
FOUND = finding("pod/not-ready", "Deployment/shop/cart")


def remedy(**change: object) -> Remedy:
    made: Manifest = dict(change)
    return Remedy(say="Mend it", changes=(made,))


def cure(found: Finding = FOUND, cluster: str = "", **change: object) -> Cure:
    return Cure(remedy(**change), found, cluster)


def patch(target: str, path: str, value: Json, found: Finding = FOUND) -> Cure:
    return cure(found, kind="patch", object=target, set={path: value})


def seen(target: str, path: str, value: str) -> Finding:
    evidence = FieldEvidence(ref=Ref.parse(target), path=path, value=value)
    return finding("any/code", target, evidence=(evidence,))


def command(one: Cure) -> str:
    found = as_kubectl(one)
    assert found.whole
    return found.text


def operations(one: Cure) -> Json:
    return json.loads(shlex.split(command(one))[-1])


def why_left(found: Spelled) -> str:
    lines = found.text.splitlines()
    assert not found.whole
    assert all(line.startswith("# ") for line in lines)
    assert lines[-1].startswith("# clusterwright fix ")
    return lines[1].removeprefix("# not spelled: ")


def test_a_field_is_a_merge_for_git_and_for_kubectl() -> None:
    path = "spec.template.spec.containers[name=app].image"
    found = patch("Deployment/shop/cart", path, "cart:2")
    image: Manifest = {"containers": [{"name": "app", "image": "cart:2"}]}
    body: Manifest = {"spec": {"template": {"spec": image}}}
    head = {"apiVersion": "apps/v1", "kind": "Deployment"}
    name = {"metadata": {"name": "cart", "namespace": "shop"}}
    told = as_patches(found)
    assert told.whole
    assert yaml.safe_load(told.text) == {**head, **name, **body}
    assert operations(found) == body
    assert "--type=strategic" in command(found)


def test_every_program_is_told_the_cluster() -> None:
    named = {"cluster": "staging", "kubeconfig": "/etc/k c"}
    restart = Cure(remedy(kind="restart", object="Deployment/shop/cart"), FOUND, **named)
    assert command(restart) == (
        "kubectl --kubeconfig '/etc/k c' --context staging -n shop rollout restart deployment/cart"
    )
    apply = Cure(remedy(kind="apply", manifest={"kind": "ConfigMap"}), FOUND, **named)
    assert command(apply).startswith("kubectl --kubeconfig '/etc/k c' --context staging apply ")
    cordon = Cure(remedy(kind="cordon", object="Node/a"), FOUND, **named)
    assert command(cordon) == "kubectl --kubeconfig '/etc/k c' --context staging cordon a"
    back = Cure(remedy(kind="rollback", release="shop/cart", revision=8), FOUND, **named)
    assert command(back) == (
        "helm --kubeconfig '/etc/k c' --kube-context staging rollback cart 8 -n shop"
    )
    gone = Cure(remedy(kind="delete", object="Pod/shop/cart-1"), FOUND, **named)
    assert as_patches(gone) == Spelled(
        "# kubectl --kubeconfig '/etc/k c' --context staging -n shop delete pod/cart-1\n"
        "# (nothing that a manifest could say)",
        whole=False,
    )


def test_no_context_leads_to_a_workload_cluster() -> None:
    found = cure(cluster="capi:fleet/edge", kind="delete", object="Pod/shop/cart-1")
    why = "no context of a kubeconfig is known for capi:fleet/edge"
    assert (why_left(as_kubectl(found)), why_left(as_patches(found))) == (why, why)
    assert as_kubectl(found).text.endswith("fix Deployment/shop/cart --context capi:fleet/edge")


def test_a_patch_for_another_cluster_is_none() -> None:
    found = cure(cluster="dev", kind="scale", object="Deployment/shop/cart", replicas=2)
    assert as_patches(found, "dev").whole
    assert why_left(as_patches(found, "prod")) == "it is for cluster dev, and a patch names none"


@pytest.mark.parametrize("spelled", [as_kubectl, as_patches])
@pytest.mark.parametrize(
    ("change", "why"),
    [
        (
            {"kind": "patch", "object": "ConfigMap/shop/a", "set": {"data['dsn']": ask("the DSN")}},
            "a person has to tell: the DSN",
        ),
        (
            {"kind": "apply", "manifest": {"stringData": {ask("the keys"): ask("the\nvalues")}}},
            "a person has to tell: the keys; the values",
        ),
        (
            {"kind": "apply", "manifest": {"data": {"dsn": "postgres://app:[redacted]@db/x"}}},
            "a person has to give the value in which [redacted] stands for a secret",
        ),
    ],
)
def test_what_only_a_person_knows_is_not_written(
    spelled: Callable[[Cure], Spelled], change: Manifest, why: str
) -> None:
    assert why_left(spelled(cure(**change))) == why


def test_a_finalizer_is_named_and_those_beside_it_are_kept() -> None:
    held = ["kubernetes.io/pvc-protection", "dead.example.com/x"]
    claim = make("PersistentVolumeClaim", "data", spec={})
    claim["metadata"] |= {"deletionTimestamp": "2020-01-01T00:00:00Z", "finalizers": held}
    (suspicion,) = FINALIZER.detect(snapshot(claim))
    (found,) = finalizer(suspicion.finding, snapshot(claim))
    one = Cure(found, suspicion.finding, "dev")
    told = as_kubectl(one)
    assert told.text.splitlines() == [
        "# PersistentVolumeClaim/shop/data: remove the finalizer dead.example.com/x",
        "# not spelled: kubectl removes finalizer 'dead.example.com/x' by its place, which has to"
        " be looked up first",
        "# kubectl --context dev -n shop get persistentvolumeclaim/data"
        " -o 'jsonpath={.metadata.finalizers}'",
        "# clusterwright fix PersistentVolumeClaim/shop/data --context dev",
    ]
    assert as_patches(one) == told


def test_the_backend_of_an_ingress_is_changed_only_while_it_is_what_was_seen() -> None:
    wrong = ingress({"number": 80}, "cart-svc")
    found = only(conclude(wrong, service(), now={}))
    (mended,) = ingress_service(found, snapshot(wrong, service()))
    one = Cure(mended, found)
    path = f"/{BACKEND.replace('[0]', '/0').replace('.', '/')}/name"
    assert operations(one) == [
        {"op": "test", "path": path, "value": "cart-svc"},
        {"op": "add", "path": path, "value": "cart"},
    ]
    assert as_patches(one) == Spelled(
        f"# {command(one)}\n# (nothing that a manifest could say)", whole=False
    )


def test_a_field_that_was_seen_makes_room_for_the_one_beside_it() -> None:
    wrong = ingress({"number": 81})
    found = only(conclude(wrong, service(), now={}))
    mended = next(iter(ingress_port(found, snapshot(wrong, service()))))
    port = f"/{BACKEND.replace('[0]', '/0').replace('.', '/')}/port"
    assert operations(Cure(mended, found)) == [
        {"op": "test", "path": f"{port}/number", "value": 81},
        {"op": "add", "path": f"{port}/name", "value": "http"},
        {"op": "remove", "path": f"{port}/number"},
    ]


@pytest.mark.parametrize(
    "found",
    [
        FOUND,
        seen(WEB, "$.spec.rules[1].http.paths[0].backend.service.name", "crat"),
        seen("Ingress/shop/other", f"$.{BACKEND}.name", "crat"),
        seen(WEB, f"$.{BACKEND}.name", "[redacted]"),
        seen(WEB, "$.spec.rules[?(@.host=='a')].http", "crat"),
    ],
)
def test_a_place_in_a_list_of_which_nothing_was_seen_is_not_written(found: Finding) -> None:
    one = patch(WEB, f"{BACKEND}.name", "cart", found)
    why = f"it is not known what {BACKEND}.name holds at present"
    assert (why_left(as_kubectl(one)), why_left(as_patches(one))) == (why, why)


def test_a_whole_item_is_replaced_and_none_is_added_before_it() -> None:
    one = patch(WEB, "spec.tls[0].hosts[1]", "cart", seen(WEB, "$.spec.tls[0].hosts[1]", "crat"))
    assert [it["op"] for it in operations(one)] == ["test", "replace"]


@pytest.mark.parametrize(
    ("target", "path"),
    [
        ("Gateway.gateway.networking.k8s.io/shop/web", "spec.listeners[name=http].port"),
        ("Gateway.gateway.networking.k8s.io/shop/web", "spec.containers[name=app].image"),
        ("NetworkPolicy/shop/web", "spec.ingress[name=a].from"),
        ("Service/shop/web", "spec.ports[name=http].port"),
        ("Service/shop/web", "spec.ports[port=http].name"),
        ("Deployment/shop/web", "spec.template.spec.containers[name=app]"),
    ],
)
def test_no_list_is_replaced_by_the_item_that_is_meant(target: str, path: str) -> None:
    one = patch(target, path, 80)
    why = f"a merge of {path} would replace the whole list"
    assert (why_left(as_kubectl(one)), why_left(as_patches(one))) == (why, why)


def test_a_field_of_a_custom_resource_is_merged() -> None:
    one = patch("Gateway.gateway.networking.k8s.io/shop/web", "spec.gatewayClassName", "a")
    assert command(one).endswith(
        'patch gateway.gateway.networking.k8s.io/web --type=merge -p \'{"spec":'
        ' {"gatewayClassName": "a"}}\''
    )


def monitor(found: Finding = FOUND, **more: object) -> Cure:
    selector = {"app.kubernetes.io/name": "cart"}
    change = {"kind": "fix_monitor", "object": MONITOR, "selector": selector, **more}
    return Cure(remedy(**change), found)


def test_a_monitor_is_mended_by_a_json_patch_of_its_selector_and_port() -> None:
    found = monitor(
        seen(MONITOR, "$.spec.endpoints[1].port", "wbe"),
        namespaces=["shop"],
        port="web",
        endpoint=1,
    )
    assert command(found).startswith(
        "kubectl -n shop patch servicemonitor.monitoring.coreos.com/cart --type=json -p "
    )
    label = "/spec/selector/matchLabels/app.kubernetes.io~1name"
    assert operations(found) == [
        {"op": "test", "path": "/spec/endpoints/1/port", "value": "wbe"},
        {"op": "add", "path": label, "value": "cart"},
        {"op": "add", "path": "/spec/namespaceSelector", "value": {"matchNames": ["shop"]}},
        {"op": "add", "path": "/spec/endpoints/1/port", "value": "web"},
    ]
    assert as_patches(found).text.startswith("# kubectl -n shop patch servicemonitor")
    assert operations(monitor(namespaces=["*"]))[1]["value"] == {"any": True}


def test_an_endpoint_of_a_monitor_of_which_nothing_was_seen_is_not_written() -> None:
    why = "it is not known what spec.endpoints[1].port holds at present"
    assert why_left(as_kubectl(monitor(port="web", endpoint=1))) == why


def test_a_silence_is_ended_by_amtool_and_a_release_rolled_back_by_helm() -> None:
    assert command(cure(kind="expire_silence", silence="a-b")) == "amtool silence expire a-b"
    back = cure(kind="rollback", release="shop/cart", revision=8)
    assert command(back) == "helm rollback cart 8 -n shop"


@pytest.mark.parametrize(
    "change",
    [
        {"kind": "adopt", "release": "shop/cart"},
        {"kind": "set_variable", "name": "ml/train", "variables": {"a": 1}},
        {"kind": "unheard_of", "object": "Pod/shop/cart"},
        {"kind": "evict", "object": "Pod/shop/cart"},
        {"kind": "scale", "object": "Deployment/shop/cart", "replicas": "many"},
        {"kind": "patch", "object": "Deployment/shop/cart"},
        {"kind": "apply", "manifest": "all"},
        {"say": "nothing"},
    ],
)
def test_what_no_command_does_alone_is_a_comment(change: Manifest) -> None:
    for found in (as_kubectl(cure(**change)), as_patches(cure(**change))):
        assert why_left(found).startswith("no command does this alone: {")


@pytest.mark.parametrize(
    "change",
    [
        {"kind": "delete", "object": "Pod/shop/cart/1"},
        {"kind": "patch", "object": "Pod/shop/cart", "set": {"spec.": 1}},
        {"kind": "patch", "object": "Pod/shop/cart", "set": {"spec.a": 1, "spec.a.b": 2}},
        {"kind": "patch", "object": "Pod/shop/cart", "set": {"spec.a.b": 2, "spec.a": 1}},
        {
            "kind": "patch",
            "object": "Pod/shop/cart",
            "set": {"spec.containers[name=a].image": "a", "spec.containers.image": "a"},
        },
        {
            "kind": "patch",
            "object": "Pod/shop/cart",
            "set": {"spec.containers.image": "a", "spec.containers[name=a].image": "a"},
        },
        {"kind": "expire_silence", "silence": "--all"},
        {"kind": "rollback", "release": "shop/--all", "revision": 8},
    ],
)
def test_what_can_not_be_right_is_a_comment(change: Manifest) -> None:
    assert why_left(as_kubectl(cure(**change)))
    assert why_left(as_patches(cure(**change)))


def test_of_several_changes_all_are_spelled_or_none() -> None:
    made: list[Manifest] = [
        {"kind": "cordon", "object": "Node/a"},
        {"kind": "restart_operand", "node": "a"},
    ]
    both = Cure(Remedy(say="Mend\nit", changes=tuple(made)), FOUND)
    assert why_left(as_kubectl(both)).startswith("no command does this alone: {")
    assert "cordon" not in as_kubectl(both).text


def test_only_what_is_to_be_deleted_is_deleted() -> None:
    found = cure(kind="delete", object="Pod/shop/cart-1")
    assert command(found) == "kubectl -n shop delete pod/cart-1"
