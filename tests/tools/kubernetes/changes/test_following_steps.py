"""Steps of one change that write one object after the other, and the way back from all of them."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from clusterwright.tools.errors import InvalidInputError
from clusterwright.tools.field_path import put
from clusterwright.tools.kubernetes.changes.draft import check_overlap
from clusterwright.tools.kubernetes.changes.fresh import is_as_expected
from clusterwright.tools.kubernetes.changes.inverse import Restore, joined
from clusterwright.tools.kubernetes.changes.patch import patched
from clusterwright.tools.kubernetes.changes.step import Scene, Step
from clusterwright.tools.manifest import Json, Manifest
from clusterwright.tools.ref import Ref
from clusterwright.tools.snapshot import Snapshot

NODE = Ref("Node", "gpu-1")
PLAIN: Manifest = {
    "apiVersion": "v1",
    "kind": "Node",
    "metadata": {"name": "gpu-1", "uid": "u", "resourceVersion": "1", "labels": {"a": "1"}},
    "spec": {},
}


def with_(manifest: Manifest, path: tuple[str, ...], value: Json) -> Manifest:
    found: Manifest = put(manifest, path, value)
    return found


CORDONED = with_(PLAIN, ("spec", "unschedulable"), True)
LABELLED = with_(CORDONED, ("metadata", "labels", "a"), "2")


def step(before: Manifest, after: Manifest, *, follows: bool = False) -> Step:
    found = patched(NODE, before, after)
    assert found
    return replace(found, follows=follows)


def field(path: list[str], **ends: Json) -> Manifest:
    return {"path": path, **ends}


def restore(*fields: Manifest, name: str = "gpu-1") -> Manifest:
    return {"kind": "restore", "object": f"Node/{name}", "uid": "u", "fields": list(fields)}


def test_only_a_step_that_says_so_may_write_what_an_earlier_one_wrote() -> None:
    first, second = step(PLAIN, CORDONED), step(CORDONED, LABELLED)
    with pytest.raises(InvalidInputError, match="changed twice in one plan"):
        check_overlap([first, second])
    check_overlap([first, replace(second, follows=True)])


def test_what_a_step_left_for_its_way_back_stays_where_writes_are_joined() -> None:
    first = restore(field(["a"], before="1", after="2"))
    left = {**restore(field(["b"], before="1", after="2")), "known": {"layout": "x"}}
    assert [one["known"] for one in joined([first, left])] == [{"layout": "x"}]
    assert [one["known"] for one in joined([left, first])] == [{"layout": "x"}]


def test_of_a_step_that_follows_only_the_fields_that_it_writes_must_be_as_expected() -> None:
    moved = with_(with_(CORDONED, ("spec", "taints"), [{"key": "k"}]), ("metadata", "x"), "y")
    uncordon = step(LABELLED, with_(LABELLED, ("spec",), {}), follows=True)
    assert is_as_expected(uncordon, moved)
    assert not is_as_expected(replace(uncordon, follows=False), moved)
    assert not is_as_expected(uncordon, PLAIN)


def test_the_way_back_of_an_object_written_twice_is_one() -> None:
    unschedulable, label = ["spec", "unschedulable"], ["metadata", "labels", "a"]
    back = [  # the latest first
        restore(field(unschedulable, before=True)),
        restore(field(label, before="1", after="2")),
        {"kind": "remake", "manifest": PLAIN},
        restore(field(unschedulable, after=True)),
        restore(field(label, after="z"), name="gpu-2"),
    ]
    assert joined(back) == [
        restore(field(label, before="1", after="2")),
        {"kind": "remake", "manifest": PLAIN},
        restore(field(label, after="z"), name="gpu-2"),
    ]


def test_it_goes_back_to_before_the_first_and_asks_for_what_the_last_left() -> None:
    label = ["metadata", "labels", "a"]
    back = [restore(field(label, before="2", after="3")), restore(field(label, after="2"))]
    (found,) = joined(back)
    assert found == restore(field(label, after="3"))
    now = with_(PLAIN, ("metadata", "labels", "a"), "3")
    at = datetime(2026, 1, 1, tzinfo=UTC)
    scene = Scene("test", at, {NODE: now}, Snapshot("test", at, {}))
    told = {key: value for key, value in found.items() if key != "kind"}
    (undo,) = Restore.model_validate(told).steps(scene)
    assert undo.write.body == {"metadata": {"labels": {"a": None}}}


def test_of_writes_that_cancel_each_other_nothing_is_left_to_undo() -> None:
    path = ["spec", "unschedulable"]
    assert joined([restore(field(path, before=True)), restore(field(path, after=True))]) == []


def test_objects_of_the_same_name_and_another_uid_are_two() -> None:
    first, second = restore(field(["a"], after=1)), restore(field(["a"], after=2))
    assert joined([first, {**second, "uid": "v"}]) == [first, {**second, "uid": "v"}]
