"""Series and alerts as objects that conditions look at, and silences that scenarios make."""

import json
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest

from clusterwright.deploy.sandbox.scenario.condition import Condition
from clusterwright.deploy.sandbox.scenario.kubectl import Cluster
from clusterwright.deploy.sandbox.scenario.metrics import (
    Silence,
    alerts,
    body_of,
    end_silences,
    series,
    silences,
)
from clusterwright.tools.manifest import Json

_PROGRAM = """#!{python}
import json, pathlib, sys
folder = pathlib.Path({folder!r})
arguments = sys.argv[2:]
given = sys.stdin.read() if "-f" in arguments else ""
with (folder / "calls").open("a") as calls:
    calls.write(json.dumps([arguments, given]) + "\\n")
print((folder / "answer.json").read_text() if arguments[0] == "get" else "")
"""
NOW = datetime(2026, 1, 1, tzinfo=UTC)
VECTOR: Json = {
    "status": "success",
    "data": {
        "resultType": "vector",
        "result": [{"metric": {"job": "a"}, "value": [1.0, "0"]}, {"histogram": [0]}],
    },
}


class Proxied:
    """A kubectl that answers raw reads with one document, and what it was asked."""

    def __init__(self, folder: Path, answer: Json) -> None:
        self._folder = folder
        program = folder / "kubectl"
        program.write_text(_PROGRAM.format(python=sys.executable, folder=str(folder)))
        program.chmod(0o755)
        (folder / "answer.json").write_text(json.dumps(answer))
        self.cluster = Cluster(program, folder / "kubeconfig", False, lambda _images: None)

    @property
    def calls(self) -> list[tuple[list[str], str]]:
        lines = (self._folder / "calls").read_text().splitlines()
        return [(arguments, given) for arguments, given in map(json.loads, lines)]


def test_each_series_of_a_query_is_an_object_with_its_labels_and_value(tmp_path: Path) -> None:
    proxied = Proxied(tmp_path, VECTOR)
    found = series(proxied.cluster, 'up{job="a"} == 0')
    assert [one["value"] for one in found] == ["0", ""]
    assert found[0]["metadata"] == {"name": 'up{job="a"} == 0', "labels": {"job": "a"}}
    down = Condition(kind="Series", query="up", path="$.value", matches="0", count=1)
    assert down.holds(found)
    [(arguments, _)] = proxied.calls
    assert arguments[2].endswith("/proxy/api/v1/query?query=up%7Bjob%3D%22a%22%7D%20%3D%3D%200")


def test_an_alert_is_an_object_with_its_state(tmp_path: Path) -> None:
    told = [{"labels": {"alertname": "Full", "namespace": "shop"}, "status": {"state": "active"}}]
    found = alerts(Proxied(tmp_path, told).cluster)
    active = Condition(
        kind="Alert", name="Full", labels={"namespace": "shop"}, path="$.status.state"
    )
    assert active.holds(found)


@pytest.mark.parametrize(
    ("spelled", "equal", "regex"),
    [("a=b", True, False), ("a!=b", False, False), ("a=~b", True, True), ("a!~b", False, True)],
)
def test_a_matcher_is_spelled_as_in_promql(spelled: str, equal: bool, regex: bool) -> None:
    made = body_of(Silence(matchers=(spelled,), by="ops@example.com", comment="known"), NOW)
    assert made["matchers"] == [{"name": "a", "value": "b", "isEqual": equal, "isRegex": regex}]


def test_a_silence_begins_at_once_and_lasts_as_long_as_is_wanted() -> None:
    made = body_of(
        Silence(matchers=("a=b",), hours=1.5, by="ops@example.com", comment="known"), NOW
    )
    assert (made["startsAt"], made["endsAt"]) == (
        "2026-01-01T00:00:00+00:00",
        "2026-01-01T01:30:00+00:00",
    )
    assert (made["createdBy"], made["comment"]) == ("ops@example.com", "known")


def test_only_the_own_silences_that_still_hold_are_ended(tmp_path: Path) -> None:
    told = [
        {"id": "1", "createdBy": "ops", "status": {"state": "active"}},
        {"id": "2", "createdBy": "ops", "status": {"state": "expired"}},
        {"id": "3", "createdBy": "another", "status": {"state": "active"}},
    ]
    proxied = Proxied(tmp_path, told)
    end_silences(proxied.cluster, "ops")
    ended = [arguments[-1] for arguments, _ in proxied.calls if arguments[0] == "delete"]
    assert [one.rpartition("/")[2] for one in ended] == ["1"]


def test_all_of_those_who_make_silences_in_scenarios_are_known_by_their_names() -> None:
    with pytest.raises(ValueError, match="by"):
        Silence(matchers=("a=b",), by="ops", comment="known")


def test_a_silence_is_an_object_named_by_who_made_it(tmp_path: Path) -> None:
    told = [{"id": "1", "createdBy": "ops@example.com", "status": {"state": "expired"}}]
    found = silences(Proxied(tmp_path, told).cluster)
    gone = Condition(
        kind="Silence", name="ops@example.com", path="$.status.state", matches="active", count=0
    )
    assert gone.holds(found)
    assert not gone.model_copy(update={"count": None}).holds(found)
