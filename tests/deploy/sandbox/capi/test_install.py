"""What is installed is waited for: every definition, and nothing that others brought."""

from clusterwright.deploy.sandbox.capi.install import unserved
from clusterwright.tools.manifest import Json, Manifest


def definition(name: str, *conditions: Json) -> Manifest:
    return {
        "kind": "CustomResourceDefinition",
        "metadata": {"name": name},
        "status": {"conditions": list(conditions)},
    }


ESTABLISHED: Json = {"type": "Established", "status": "True"}
ACCEPTED: Json = {"type": "NamesAccepted", "status": "True"}


def test_a_definition_is_waited_for_until_it_is_established() -> None:
    wanted = [definition("one"), definition("two"), definition("three")]
    live = [
        definition("one", ACCEPTED, ESTABLISHED),
        definition("two", ACCEPTED, {"type": "Established", "status": "False"}),
    ]
    assert unserved(wanted, live) == ["two", "three"]


def test_the_api_server_may_not_have_looked_at_a_definition_yet() -> None:
    new = {**definition("one"), "status": {"conditions": None}}
    assert unserved([definition("one")], [new]) == ["one"]


def test_definitions_of_others_and_other_objects_are_not_waited_for() -> None:
    wanted = [{"kind": "Namespace", "metadata": {"name": "capi-system"}}]
    assert unserved(wanted, [definition("theirs")]) == []
