"""JSONPaths into objects, and outlines of what is too large to show."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clusterwright.tools.errors import InvalidInputError
from clusterwright.tools.kubernetes.select import indented, outline, select, size
from clusterwright.tools.manifest import Json, Manifest

POD: Manifest = {
    "kind": "Pod",
    "metadata": {"annotations": {"example.com/owner": "me"}},
    "spec": {"containers": [{"name": "a", "image": "x:1"}, {"name": "b", "image": "y:2"}]},
    "status": {"conditions": [{"type": "Ready", "status": "False"}]},
}


@pytest.mark.parametrize(
    ("path", "found"),
    [
        ("kind", ["Pod"]),
        ("$", [POD]),
        ("$.kind", ["Pod"]),
        ("{.kind}", ["Pod"]),
        (".spec.containers[*].image", ["x:1", "y:2"]),
        ("spec.containers[-1].name", ["b"]),
        ("metadata.annotations['example.com/owner']", ["me"]),
        ("status.conditions[?(@.type=='Ready')].status", ["False"]),
        ("$..image", ["x:1", "y:2"]),
        ("spec.replicas", []),
    ],
)
def test_a_path_as_kubectl_or_the_rfc_has_it(path: str, found: list[Json]) -> None:
    assert select(POD, [path]) == {path: found}


@pytest.mark.parametrize(
    "path",
    [
        "spec[", "$.[?", "a b", "$..[?match(@.name,'(a|a)*b')]", "$..[?search(@.x,'(a+)+$')]",
        "$..[?(@.name =~ /(a+)+b/)]",
    ],
)  # fmt: skip
def test_what_is_no_path_or_could_stop_the_server_is_refused(path: str) -> None:
    with pytest.raises(InvalidInputError) as caught:
        select(POD, [path])
    assert "conditions[?(@.type=='Ready')]" in caught.value.hint


@pytest.mark.parametrize(
    "path",
    [
        "$[?count($..[?count($..[?count($..*)>0])>0])>0]",
        "$..[?count(@..*)>count($..[?count($..*)>1])]",
        "$..*..*..*",
        "$.spec[?(@.a[?(@.b)])]",
    ],
)
def test_a_path_that_takes_time_without_bound_is_refused(path: str) -> None:
    with pytest.raises(InvalidInputError, match="over and over"):
        select(POD, [path])


def test_filters_one_after_another_and_signs_in_quotes_are_fine() -> None:
    path = "spec.containers[?(@.name=='a')].env[?(@.name=='..$?')]"
    assert select(POD, [path]) == {path: []}


@pytest.mark.parametrize("path", ["$" + "[0]" * 400, f"$.x[{'9' * 5_000}]", "$.x[" + "9" * 400])
def test_a_path_without_end_is_refused(path: str) -> None:
    with pytest.raises(InvalidInputError):
        select(POD, [path])


def test_a_key_does_not_look_like_a_line() -> None:
    odd: Json = {"a\nkind: Secret": "x" * 200}
    assert indented(odd).startswith('"a\\nkind: Secret": ')


@given(path=st.text(max_size=60) | st.from_regex(r"\$[.\[\]'a-z*?@()=0-9]{0,30}", fullmatch=True))
def test_any_path_finds_or_is_refused(path: str) -> None:
    try:
        found = select(POD, [path])
    except InvalidInputError:
        return
    assert list(found) == [path]


def test_an_outline_tells_where_the_bytes_are() -> None:
    data: Manifest = {
        "small": 1,
        "text": "x" * 5_000,
        "list": ["y" * 99] * 9,
        "a/b": {"k": "z" * 200},
    }
    told = outline(data, "$.data")
    assert told["$.data.small"] == "1"
    assert told["$.data.text"] == "[text, 5002 bytes]"
    assert told["$.data.list"].startswith("[9 items, ")
    assert told['$.data["a/b"]'].startswith("{k; ")
    assert select({"data": data}, ['$.data["a/b"].k']) == {'$.data["a/b"].k': ["z" * 200]}


def test_an_outline_of_very_many_members_says_that_there_are_more() -> None:
    told = outline({f"k{i}": i for i in range(5_000)})
    assert len(told) == 61
    assert "narrower" in told["$…"]


def test_an_indented_object_is_one_line_where_it_fits() -> None:
    shown = indented({"a": 1, "long": {"b": "x" * 100, "c": ["y" * 80, "z" * 80]}})
    assert shown.splitlines()[0] == "a: 1"
    assert all(len(line) < 130 for line in shown.splitlines())
    assert size(json.loads(json.dumps({"a": 1}))) == 7
