import pytest
from jsonpath import JSONPathSyntaxError

from clusterwright.deploy.sandbox.scenario.condition import Condition
from clusterwright.tools.manifest import Manifest


def pod(name: str, *, app: str = "cart", restarts: int = 0, ready: bool = True) -> Manifest:
    status = {"containerStatuses": [{"restartCount": restarts, "ready": ready}]}
    metadata = {"name": name, "labels": {"app": app, "tier": "web"}}
    return {"kind": "Pod", "metadata": metadata, "status": status}


def restarted(**fields: object) -> Condition:
    given = {
        "kind": "Pod",
        "labels": {"app": "cart"},
        "path": "$.status.containerStatuses[*].restartCount",
        "matches": "[1-9]",
    }
    return Condition.model_validate(given | fields)


def test_all_selected_objects_must_meet_it() -> None:
    assert restarted().holds([pod("a", restarts=1), pod("b", restarts=2)])
    assert not restarted().holds([pod("a", restarts=1), pod("b")])


def test_it_needs_at_least_one_object() -> None:
    assert not restarted().holds([])
    assert not restarted().holds([pod("a", app="other", restarts=1)])


def test_a_count_asks_for_at_least_so_many() -> None:
    pods = [pod("a", restarts=1), pod("b", restarts=1), pod("c")]
    assert restarted(count=2).holds(pods)
    assert not restarted(count=3).holds(pods)


def test_a_count_of_zero_asks_for_none() -> None:
    assert restarted(count=0).holds([pod("a")])
    assert restarted(count=0).holds([])
    assert not restarted(count=0).holds([pod("a", restarts=1), pod("b")])


def test_other_kinds_and_names_are_left_out() -> None:
    secret = {**pod("a", restarts=1), "kind": "Secret"}
    assert not restarted().holds([secret])
    assert restarted(name="a").holds([pod("a", restarts=1), pod("b")])


def test_the_whole_value_must_match() -> None:
    assert not restarted().holds([pod("a", restarts=12)])


def test_booleans_are_compared_as_json_spells_them() -> None:
    ready = Condition(kind="Pod", path="$.status.containerStatuses[*].ready", matches="true")
    assert ready.holds([pod("a")])
    assert not ready.holds([pod("a", ready=False)])


def test_without_a_path_it_asks_whether_the_object_exists() -> None:
    assert Condition(kind="Pod", name="a").holds([pod("a")])


def test_it_says_what_it_wants_and_what_is_there() -> None:
    assert restarted().seen([pod("a", restarts=0)]) == (
        "Pod app=cart: $.status.containerStatuses[*].restartCount must match [1-9] but found a=0"
    )
    assert restarted(name="z").seen([]).endswith("but found no such object")


def test_a_path_that_is_none_is_refused_when_it_is_read() -> None:
    with pytest.raises(JSONPathSyntaxError):
        Condition(kind="Pod", path="$.status[")


def test_a_misspelt_field_is_refused() -> None:
    with pytest.raises(ValueError, match="Extra inputs are not permitted"):
        restarted(sekonds=3)
