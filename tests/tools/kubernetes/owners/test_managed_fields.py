"""Who wrote a field, as managedFields tell it."""

from datetime import UTC, datetime

import pytest

from clusterwright.tools.field_path import parse
from clusterwright.tools.kubernetes.owners.managed_fields import (
    Writer,
    is_set,
    list_keys,
    managers_of,
    writers,
)
from clusterwright.tools.manifest import Json, Manifest

PORTS: Manifest = {
    'k:{"port":53,"protocol":"TCP"}': {".": {}, "f:port": {}},
    'k:{"port":53,"protocol":"UDP"}': {"f:targetPort": {}},
}


def entry(manager: str, fields: Json, **more: str) -> Manifest:
    time = "2026-01-01T00:00:00Z"
    return {"manager": manager, "operation": "Update", "time": time, "fieldsV1": fields, **more}


def service(*managed: Json) -> Manifest:
    return {
        "metadata": {"managedFields": list(managed), "finalizers": ["a", "b"]},
        "spec": {
            "ports": [
                {"name": "tcp", "port": 53, "protocol": "TCP"},
                {"name": "udp", "port": 53, "protocol": "UDP"},
            ],
            "selector": {"app": "dns"},
        },
    }


@pytest.mark.parametrize(
    ("path", "names"),
    [
        ("spec.ports[name=tcp].port", ["one"]),
        ("spec.ports[1].targetPort", ["one"]),
        ("spec.ports[name=udp].port", []),
        ("spec.ports", ["one"]),
        ("spec.selector.app", ["two"]),
        ("spec.selector", ["two"]),
        ("spec.type", []),
        ("metadata.finalizers", ["two"]),
    ],
)
def test_items_may_be_named_by_any_field_or_by_their_place(path: str, names: list[str]) -> None:
    two: Manifest = {"f:spec": {"f:selector": {}}, "f:metadata": {"f:finalizers": {'v:"a"': {}}}}
    found = service(entry("one", {"f:spec": {"f:ports": PORTS}}), entry("two", two))
    assert [one.manager for one in writers(found, parse(path))] == names


def test_the_latest_writer_comes_first_with_what_it_wrote_through() -> None:
    fields: Manifest = {"f:spec": {"f:type": {}}}
    later = entry("later", fields, time="2026-01-02T00:00:00Z", subresource="scale")
    found = service(entry("first", fields), later, entry("never", fields, time="?"))
    assert writers(found, ("spec", "type")) == (
        Writer("later", "Update", "scale", datetime(2026, 1, 2, tzinfo=UTC)),
        Writer("first", "Update", "", datetime(2026, 1, 1, tzinfo=UTC)),
        Writer("never", "Update", "", None),
    )
    assert list(managers_of(found, ("spec", "type"), operation="Update")) == ["first", "never"]


def test_keys_and_sets_are_known_from_any_manager() -> None:
    sets: Manifest = {"f:metadata": {"f:finalizers": {".": {}, 'v:"a"': {}}}}
    found = service(entry("one", sets), entry("two", {"f:spec": {"f:ports": PORTS}}))
    assert list_keys(found, ("spec", "ports")) == ("port", "protocol")
    assert list_keys(found, ("spec", "selector")) == ()
    assert is_set(found, ("metadata", "finalizers"))
    assert not is_set(found, ("spec", "ports"))


@pytest.mark.parametrize(
    "odd", [7, {}, {"fieldsV1": 1}, entry("x", {"f:spec": 1}), entry("x", {"f:spec": {"k:{": {}}})]
)
def test_odd_entries_own_nothing(odd: Json) -> None:
    assert writers(service(odd), ("spec", "ports", ("name", "tcp"))) == ()
    assert list_keys(service(odd), ("spec",)) == ()
