import pytest
from pydantic import ValidationError

from clusterwright.deploy.sandbox.incident.incident import Cause, Dependant, Incident


def incident(*layers: Dependant, fault: str = "bad-image") -> Incident:
    return Incident(
        name="one", title="one", causes=(Cause(fault=fault, name="base"),), layers=layers
    )


def layer(kind: str, name: str, over: str, namespace: int | None = None) -> Dependant:
    return Dependant.model_validate(
        {"layer": kind, "name": name, "over": over, "namespace": namespace}
    )


def test_depth_counts_what_lies_on_each_other() -> None:
    fan = incident(layer("caller", "a", "base"), layer("caller", "b", "base"))
    chain = incident(layer("caller", "a", "base"), layer("caller", "b", "a"))
    assert (fan.depth, chain.depth) == (2, 3)


def test_a_layer_is_in_the_namespace_of_what_it_is_put_on_unless_it_says_otherwise() -> None:
    found = incident(
        layer("caller", "a", "base", 2), layer("caller", "b", "a"), layer("job", "c", "base")
    )
    assert [found.namespace_of(one) for one in found.parts] == [1, 2, 2, 1]
    assert found.namespaces == (1, 2)


def test_a_part_stands_on_the_cause_below_all_that_it_is_put_on() -> None:
    found = incident(layer("caller", "a", "base"), layer("caller", "b", "a"))
    assert [found.cause_of(one) for one in found.parts] == ["base", "base", "base"]


@pytest.mark.parametrize(
    ("layers", "fault", "said"),
    [
        ([layer("caller", "a", "nobody")], "bad-image", "needs a service, which 'nobody' has not"),
        ([layer("caller", "a", "base")], "rbac-denied", "needs a service, which 'base' has not"),
        ([layer("mounting", "a", "base")], "bad-image", "needs a claim"),
        ([layer("wish", "a", "base")], "bad-image", "'wish' is none of service, caller"),
        ([layer("caller", "a", "base")], "planned-silence", "'planned-silence' is none of"),
        ([layer("ingress", "a", "base", 2)], "bad-image", "must be in the namespace of 'base'"),
        ([layer("caller", "base", "base")], "bad-image", "two parts have one name"),
    ],
)
def test_what_does_not_fit_is_refused_with_the_reason(
    layers: list[Dependant], fault: str, said: str
) -> None:
    with pytest.raises(ValidationError, match=said):
        incident(*layers, fault=fault)
