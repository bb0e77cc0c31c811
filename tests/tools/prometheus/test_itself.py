"""What a Prometheus tells of itself, and what is not known of one that tells nothing."""

import threading

import pytest

from clusterwright.tools.manifest import Json
from clusterwright.tools.prometheus import read
from clusterwright.tools.prometheus.itself import Itself, understood
from clusterwright.tools.prometheus.monitoring import Reach
from tests.tools.prometheus.answering import a_cluster, answering

UP: Json = {"labels": {"job": "a"}, "scrapePool": "a", "health": "up", "scrapeUrl": "http://a"}
LOST: Json = {"discoveredLabels": {"__address__": "b", "job": "a"}, "scrapePool": "a"}
ANSWERS: dict[str, Json] = {
    "targets": {"activeTargets": [UP], "droppedTargets": []},
    "scrape_pools": {"scrapePools": ["a", "b"]},
    "rules": {"groups": [{"name": "g", "file": "f", "rules": []}]},
    "alerts": {"alerts": []},
    "alertmanagers": {"activeAlertmanagers": [{"url": "http://m"}]},
    "status/runtimeinfo": {"GOMAXPROCS": 2},
    "label/__name__/values": ["up", 7, "down"],
}


def test_each_answer_is_understood() -> None:
    found = understood(ANSWERS, None)
    assert found.targets is not None
    assert [one.job for one in found.targets.active] == ["a"]
    assert found.pools == ("a", "b")
    assert found.groups is not None
    assert [one.name for one in found.groups] == ["g"]
    assert (found.alerts, found.alertmanagers) == ((), 1)
    assert found.runtime == {"GOMAXPROCS": 2}
    assert found.metrics == {"up", "down"}
    assert found.counted == {"Target": 1, "Rule": 0, "Alert": 0}


def test_what_was_not_read_is_not_known_and_not_counted() -> None:
    found = understood({}, None)
    assert found == Itself()
    assert found.counted == {}
    assert found.with_dropped([{"droppedTargets": [LOST]}]) == found


def test_answers_of_a_wrong_shape_are_nothing_that_is_known() -> None:
    odd: dict[str, Json] = dict.fromkeys(ANSWERS, "odd")
    found = understood(odd, None)
    assert (found.metrics, found.runtime, found.alertmanagers) == (None, None, None)


def test_targets_that_were_dropped_come_pool_by_pool() -> None:
    found = understood(ANSWERS, None).with_dropped([{"droppedTargets": [LOST]}] * 2)
    assert found.targets is not None
    assert [one.pool for one in found.targets.dropped] == ["a", "a"]
    assert [one.job for one in found.targets.active] == ["a"]


@pytest.mark.anyio
async def test_a_scan_understands_them_once_and_beside_the_event_loop(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    threads: list[int] = []

    def noted(found: dict[str, Json], held: None) -> Itself:
        threads.append(threading.get_ident())
        return understood(found, held)

    monkeypatch.setattr(read, "understood", noted)
    reach = Reach("kind", answering(ANSWERS), None, a_cluster({}))
    estate = await read.read_estate(reach)
    assert estate.coverage.checked["Target"] == 1
    assert estate.pools == ("a", "b")
    assert len(threads) == 1
    assert threads != [threading.get_ident()]
