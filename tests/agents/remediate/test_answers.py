"""What a person answers stands where a remedy asks, as text, a number or JSON."""

from datetime import UTC, datetime

import pytest

from clusterwright.agents.diagnose.correlate import correlate
from clusterwright.agents.remediate.answers import answerable, answered
from clusterwright.agents.remediate.found import Found
from clusterwright.tools.errors import InvalidInputError
from clusterwright.tools.finding import Remedy, ask
from clusterwright.tools.manifest import Json, Manifest
from tests.agents.found import answered as answer
from tests.agents.found import finding
from tests.agents.remediate.estate import curable

AT = datetime(2026, 11, 28, 12, tzinfo=UTC)
FIRST = Remedy(say="Restart it", changes=({"kind": "restart", "object": "Deployment/shop/cart"},))


def asking(values: Manifest, target: str = "Deployment/shop/cart") -> Remedy:
    change: Manifest = {"kind": "patch", "object": target, "set": values}
    return Remedy(say="Set it", changes=(change,))


def found_with(*remedies: Remedy) -> Found:
    cart = curable(finding("pod/image-not-found", "Deployment/shop/cart"), *remedies)
    answers = [answer(finding("node/not-ready", "Node/n1"), cart)]
    return Found(correlate(answers), tuple(answers), AT)


def remedies_after(found: Found, *told: str) -> tuple[Remedy, ...]:
    """What is left to be done about the cart."""
    root = next(one for one in found.diagnosis.root_causes if one.code == "pod/image-not-found")
    after = answered(found, root, told)
    assert after.diagnosis == found.diagnosis
    (source,) = after.sources(root)
    return source[1].remedies


def test_the_remedy_that_asks_is_the_only_one_once_it_is_answered() -> None:
    found = found_with(FIRST, asking({"spec.image": ask("the image"), "spec.x": 2}))
    assert remedies_after(found, "cart:3") == (asking({"spec.image": "cart:3", "spec.x": 2}),)


def test_what_is_asked_twice_is_told_once() -> None:
    found = found_with(asking({"spec.a": ask("the image"), "spec.b": ask("the image")}))
    assert remedies_after(found, "cart:3") == (asking({"spec.a": "cart:3", "spec.b": "cart:3"}),)


@pytest.mark.parametrize(
    ("question", "target", "told", "stands"),
    [
        ("which value nodes have", "Deployment/shop/cart", "3", "3"),
        ("which value nodes have", "Deployment/shop/cart", "true", "true"),
        ("how many pods", "PodDisruptionBudget/shop/cart", "3", 3),
        ("how many pods", "PodDisruptionBudget/shop/cart", "50%", "50%"),
        ("resources", "Deployment/shop/cart", '{"limits": {"cpu": 1}}', {"limits": {"cpu": 1}}),
        ("true, once it is repaired", "Workload.kueue.x-k8s.io/shop/cart", "true", True),
        ("false, if it is not to be the default", "Deployment/shop/cart", "no", "no"),
        ("the value of key a", "ConfigMap/shop/cart", '{"a": 1}', '{"a": 1}'),
    ],
)
def test_an_answer_is_text_unless_it_is_an_object_or_a_number_is_asked_for(
    question: str, target: str, told: str, stands: Json
) -> None:
    found = found_with(asking({"spec.x": ask(question)}, target))
    assert remedies_after(found, told) == (asking({"spec.x": stands}, target),)


def test_a_label_is_text_always() -> None:
    field = "metadata.labels['nvidia.com/gpu.deploy.driver']"
    found = found_with(asking({field: ask("true, if 'ture' was a mistake")}, "Node/n1"))
    assert remedies_after(found, "true") == (asking({field: "true"}, "Node/n1"),)


def test_answers_have_to_fit_the_questions() -> None:
    one = found_with(asking({"spec.x": ask("the image")}))
    with pytest.raises(InvalidInputError, match="answers told: 2, questions: 1"):
        remedies_after(one, "a", "b")
    with pytest.raises(InvalidInputError, match="begins as JSON, and is none"):
        remedies_after(one, "{a")
    with pytest.raises(InvalidInputError, match="nothing is asked about pod/image-not-found"):
        remedies_after(found_with(FIRST), "a")


@pytest.mark.parametrize(
    "remedy",
    [
        asking({"data['dsn']": ask("the base64 value")}, "Secret/shop/cart"),
        asking({ask("which limit"): ask("how much")}, "ResourceQuota/shop/cart"),
        Remedy(say="Create it", changes=({"kind": "apply", "manifest": {"data": ask("all")}},)),
    ],
)
def test_values_of_secrets_and_what_is_no_value_can_not_be_told(remedy: Remedy) -> None:
    assert not answerable(remedy)
    with pytest.raises(InvalidInputError, match="cannot be told so") as caught:
        remedies_after(found_with(remedy), "a", "b")
    assert caught.value.hint == "make this change by hand"
