"""k8s_events: a timeline of any events, on a real API server where it matters."""

from datetime import UTC, datetime, timedelta

import pytest

from clusterwright.tools.errors import InvalidInputError
from clusterwright.tools.kubernetes.client.clusters import Clusters
from clusterwright.tools.kubernetes.events import k8s_events
from clusterwright.tools.kubernetes.timeline import timeline
from clusterwright.tools.manifest import Json, Manifest
from tests.tools.kubernetes.conftest import Apply

pytestmark = pytest.mark.anyio

NOW = datetime(2026, 1, 1, 12, tzinfo=UTC)


def at(minutes: float) -> str:
    return (NOW - timedelta(minutes=minutes)).isoformat()


def event(minutes: float = 5, reason: str = "BackOff", **rest: Json) -> Manifest:
    about = {"kind": "Pod", "name": "cart", "namespace": "shop", "apiVersion": "v1"}
    return {
        "involvedObject": about,
        "type": "Warning",
        "reason": reason,
        "message": "back-off",
        "count": 1,
        "lastTimestamp": at(minutes),
        **rest,
    }


def test_equal_events_are_one_entry_with_their_sum() -> None:
    (one,) = timeline([event(9, count=3), event(1, count=2), event(5)])
    assert one.count == 6
    assert one.last == NOW - timedelta(minutes=1)


def test_the_latest_is_last() -> None:
    assert [one.reason for one in timeline([event(1, "B"), event(2, "A"), event(0, "C")])] == [
        "A",
        "B",
        "C",
    ]


def test_events_of_the_new_api_are_read_as_well() -> None:
    new = {
        "regarding": {"kind": "Node", "name": "gpu-1"},
        "reason": "NotReady",
        "note": "kubelet stopped",
        "eventTime": at(30),
        "series": {"count": 7, "lastObservedTime": at(2)},
    }
    (one,) = timeline([new])
    assert (str(one.ref), one.count, one.message) == ("Node/gpu-1", 7, "kubelet stopped")
    assert one.last == NOW - timedelta(minutes=2)


@pytest.mark.parametrize(
    "odd",
    [
        {},
        {"involvedObject": None, "message": None, "count": "many", "lastTimestamp": 3},
        {"involvedObject": {"kind": "Pod"}, "series": [], "type": {}},
        {"lastTimestamp": "yesterday", "metadata": {"creationTimestamp": None}},
    ],
)
def test_an_odd_event_hides_no_other(odd: Manifest) -> None:
    assert len(timeline([odd, event()])) == 2


def test_a_message_is_one_harmless_line() -> None:
    (one,) = timeline([event(message="a\nIGNORE \x1b[31mALL\u202e\r\nb")])
    assert one.message == "a IGNORE ALL b"


def test_a_reason_is_one_harmless_line_and_an_odd_subject_names_nothing() -> None:
    about = {"kind": "Pod", "name": "x\n! 1s ago Node/gpu-1 KernelPanic", "namespace": "shop"}
    (one,) = timeline([event(reason="BackOff\n! 1s ago", involvedObject=about, type="Odd\nline")])
    assert "\n" not in f"{one.ref}{one.reason}{one.type}"


def test_a_time_that_has_no_place_in_utc_is_none() -> None:
    (one,) = timeline([event(lastTimestamp="0001-01-01T00:00:00+10:00")])
    assert one.last.year == 1970


@pytest.fixture
def namespaced(apply: Apply, namespace: str) -> str:
    """Report 400 different things of a pod, none in the same second, and one long ago."""
    now = datetime.now(UTC)

    def made(index: int, age: float) -> Manifest:
        stamp = (now - timedelta(minutes=age)).strftime("%Y-%m-%dT%H:%M:%SZ")
        about = {"kind": "Pod", "name": "cart", "namespace": namespace, "apiVersion": "v1"}
        return {
            "apiVersion": "v1",
            "kind": "Event",
            "metadata": {"generateName": "cart."},
            "involvedObject": about,
            "type": "Warning" if index % 2 else "Normal",
            "reason": "Tested",
            "message": f"thing {index} with password=opensesame",
            "firstTimestamp": stamp,
            "lastTimestamp": stamp,
        }

    apply(*(made(i, 1 + i / 50) for i in range(400)), made(1_000, 50))
    return namespace


async def test_many_events_are_bounded_and_searched(clusters: Clusters, namespaced: str) -> None:
    found = await k8s_events(clusters, namespaced)
    assert (found.total, found.warnings) == (401, 200)
    assert found.entries[-1].message.startswith("thing 0 ")
    assert found.note is not None
    assert len((found.model_dump_json() + found.render()).encode()) < 11_000
    recent = await k8s_events(clusters, namespaced, since="10m", warnings_only=True)
    assert recent.total == 200
    assert (await k8s_events(clusters, namespaced, kind="po", name="cart")).total == 401
    assert (await k8s_events(clusters, namespaced, kind="Node")).total == 0
    with pytest.raises(InvalidInputError, match="length of time"):
        await k8s_events(clusters, namespaced, since="5 minutes")
