import pytest

from clusterwright.deploy.sandbox.incident.compose import Composed, compose
from clusterwright.deploy.sandbox.incident.incident import Cause, Dependant, Incident
from clusterwright.deploy.sandbox.incident.layer import layers
from clusterwright.deploy.sandbox.scenario.load import load
from clusterwright.deploy.sandbox.scenario.model import MARK
from clusterwright.tools.manifest import Manifest, items, mapping, name_of, namespace_of, text
from clusterwright.tools.ref import Ref

CHAIN = Incident(
    name="chain",
    title="a chain",
    causes=(Cause(fault="bad-image"),),
    layers=(
        Dependant(layer="caller", name="web", over="bad-image", values={"replicas": 3}),
        Dependant(layer="ingress", name="front", over="web"),
    ),
)
APART = Incident(
    name="apart",
    title="two causes in two namespaces, and a caller of one in that of the other",
    causes=(Cause(fault="crash-with-log"), Cause(fault="bad-image", namespace=2)),
    layers=(
        Dependant(layer="caller", name="web", over="crash-with-log"),
        Dependant(layer="job", name="load", over="crash-with-log", namespace=2),
    ),
)


def of_kind(composed: Composed, kind: str) -> list[Manifest]:
    objects = [one for scene in composed.scenes for one in scene.objects]
    return [one for one in objects if one["kind"] == kind]


def test_the_same_seed_composes_the_same_and_another_one_other_names() -> None:
    assert compose(CHAIN, 7) == compose(CHAIN, 7)
    assert compose(CHAIN, 7).truth != compose(CHAIN, 8).truth


def test_the_truth_is_that_of_the_fault_and_names_no_layer() -> None:
    composed = compose(CHAIN, 3)
    [scene] = composed.scenes
    [truth] = composed.truth
    deployments = {name_of(one) for one in of_kind(composed, "Deployment")}
    [web] = deployments - {truth.subject.name}
    [front] = [name_of(one) for one in of_kind(composed, "Ingress")]
    assert (truth.code, truth.subject.kind, truth.subject.namespace) == (
        "pod/image-not-found",
        "Deployment",
        scene.namespace,
    )
    assert composed.layer_objects == tuple(
        sorted(
            (
                Ref("Deployment", web, scene.namespace),
                Ref("Ingress", front, scene.namespace),
                Ref("Service", web, scene.namespace),
            )
        )
    )


def test_each_layer_stands_on_a_cause_and_says_of_what_a_diagnosis_must_tell() -> None:
    composed = compose(APART, 2)
    first, second = composed.scenes
    web, load = composed.standings
    assert [(one.name, one.truths) for one in composed.standings] == [
        ("web", first.truth),
        ("load", first.truth),
    ]
    assert [one.kind for one in web.objects] == ["Deployment", "Service"]
    assert [one.kind for one in (*web.telling, *load.telling)] == ["Deployment", "Job"]
    assert {one.namespace for one in load.objects} == {second.namespace}
    assert compose(CHAIN, 3).standings[1].telling == ()


def test_a_layer_on_a_layer_stands_on_the_cause_of_that() -> None:
    [web, front] = compose(CHAIN, 3).standings
    assert front.truths == web.truths == compose(CHAIN, 3).truth


def test_a_card_says_what_of_a_layer_is_simulated() -> None:
    incident = Incident(
        name="one",
        title="one",
        causes=(Cause(fault="storage-class"),),
        layers=(Dependant(layer="mounting", name="reader", over="storage-class"),),
    )
    own = load("storage-class").card.simulated
    [scene] = compose(incident, 1).scenes
    said = layers()["mounting"].simulated
    assert scene.card.simulated == "; ".join(sorted({own, said} - {""}))
    assert said in scene.card.simulated


def test_a_layer_calls_what_it_is_put_on_by_the_name_of_its_service() -> None:
    composed = compose(CHAIN, 3)
    [scene] = composed.scenes
    cause = composed.truth[0].subject.name
    [web] = [one for one in of_kind(composed, "Deployment") if name_of(one) != cause]
    [container] = items(web, "spec", "template", "spec", "containers")
    spaces = ("", f".{scene.namespace}", f".{scene.namespace}.svc")
    hosts = (*(f"{cause}{one}" for one in spaces), f"{cause}{spaces[2]}.cluster.local")
    assert any(f"/bin/workload get http://{one}/" in container["command"][2] for one in hosts) or (
        any(f"get --timeout=3s http://{one}/" in container["command"][2] for one in hosts)
    )
    [ingress] = of_kind(composed, "Ingress")
    [path] = items(items(ingress, "spec", "rules")[0], "http", "paths")
    assert text(path, "backend", "service", "name") == name_of(web)


def test_what_an_incident_fixes_is_not_drawn() -> None:
    composed = compose(CHAIN, 5)
    cause = composed.truth[0].subject.name
    replicas = [
        one["spec"]["replicas"] for one in of_kind(composed, "Deployment") if name_of(one) != cause
    ]
    assert (replicas, composed.failing, composed.louder) == ([3], (2, 3), True)


def test_two_namespaces_have_a_scene_each_and_their_causes_apart() -> None:
    composed = compose(APART, 2)
    first, second = composed.scenes
    assert [one.name for one in composed.scenes] == ["apart", "apart-2"]
    assert first.namespace != second.namespace
    assert [one.code for one in first.truth] == ["pod/crash-loop"]
    assert [one.code for one in second.truth] == ["pod/image-not-found"]
    for scene in composed.scenes:
        inside = {namespace_of(one) for one in scene.objects if one["kind"] != "Namespace"}
        assert inside == {scene.namespace}


def test_a_caller_in_another_namespace_says_which_one_it_means() -> None:
    composed = compose(APART, 2)
    [job] = of_kind(composed, "Job")
    [container] = items(job, "spec", "template", "spec", "containers")
    host = f"{composed.scenes[0].truth[0].subject.name}.{composed.scenes[0].namespace}"
    assert container["command"][2].startswith(f"http://{host}")


def test_a_scene_develops_once_its_faults_and_its_layers_show() -> None:
    [scene] = compose(CHAIN, 3).scenes
    kinds = [one.kind for one in scene.developed]
    assert kinds == ["Pod", "Pod", "Pod", "Pod", "Ingress", "EndpointSlice"]
    assert [one.kind for one in scene.healed][-2:] == ["Deployment", "EndpointSlice"]


def test_a_fault_of_several_steps_keeps_them_and_layers_come_in_the_last() -> None:
    incident = Incident(
        name="steps",
        title="an update beside a caller",
        causes=(Cause(fault="image-update"), Cause(fault="readiness-probe")),
        layers=(Dependant(layer="caller", name="web", over="readiness-probe"),),
    )
    [scene] = compose(incident, 1).scenes
    first, last = scene.stages
    assert [len(one.until) for one in (first, last)] == [1, 7]
    assert len([one for one in first.apply if one["kind"] == "Deployment"]) == 2
    assert len([one for one in last.apply if one["kind"] == "Deployment"]) == 2


def test_its_namespace_is_made_once_and_marked() -> None:
    incident = CHAIN.model_copy(
        update={"causes": (Cause(fault="bad-image"), Cause(fault="job-failed"))}
    )
    [scene] = compose(incident, 1).scenes
    [namespace] = [one for one in scene.objects if one["kind"] == "Namespace"]
    assert mapping(namespace, "metadata") == {"name": scene.namespace, "labels": MARK}


def test_no_two_parts_have_a_name_in_common() -> None:
    for seed in range(60):
        composed = compose(APART, seed)
        refs = [Ref.of(one) for scene in composed.scenes for one in scene.objects]
        assert len(refs) == len(set(refs))


def test_only_what_runs_on_the_real_node_is_said_to_come_up_again() -> None:
    simulated = CHAIN.model_copy(
        update={
            "causes": (Cause(fault="selector-mismatch", name="bad-image"),),
        }
    )
    assert (compose(CHAIN, 1).provable, compose(simulated, 1).provable) == (True, False)


@pytest.mark.parametrize("name", ["bad-image", "storage-class", "argo-service"])
def test_a_scenario_takes_the_namespace_that_it_is_given(name: str) -> None:
    rendered = load(name).render(4, {"ns": "mine"})
    assert rendered.namespace == "mine"
    assert all(truth.subject.namespace == "mine" for truth in rendered.truth)
