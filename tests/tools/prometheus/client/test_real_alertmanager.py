"""What the oldest and the newest Alertmanager hold, and how silences come and go."""

from datetime import UTC, datetime, timedelta

import anyio
import httpx
import pytest

from clusterwright.tools.errors import InvalidInputError, NotFoundError, UnreachableError
from clusterwright.tools.prometheus.alertmanager_state import AlertGroup, Matcher
from clusterwright.tools.prometheus.client.alertmanager import Alertmanager
from clusterwright.tools.prometheus.endpoint import Endpoint

pytestmark = pytest.mark.anyio


async def send(alertmanager: Alertmanager, **labels: str) -> None:
    """Send an alert, as Prometheus does."""
    alert = {"labels": labels, "annotations": {"summary": "it burns"}, "generatorURL": "http://p/g"}
    async with httpx.AsyncClient(trust_env=False) as client:
        answer = await client.post(f"{alertmanager.endpoint.url}/api/v2/alerts", json=[alert])
        assert answer.is_success


async def silence(alertmanager: Alertmanager, *matchers: Matcher) -> str:
    now = datetime.now(UTC)
    return await alertmanager.post_silence(
        matchers, now, now + timedelta(hours=1), created_by="tests", comment="while it burns"
    )


async def test_an_alert_is_told_with_what_silences_it(real_alertmanager: Alertmanager) -> None:
    await send(real_alertmanager, alertname="Fire", floor="1")
    floor = Matcher("floor", "1")
    made = await silence(real_alertmanager, floor, Matcher("alertname", "F.*", is_regex=True))
    deadline = anyio.current_time() + 20
    found = await real_alertmanager.alerts((floor,))
    while found[0].state != "suppressed" and anyio.current_time() < deadline:
        await anyio.sleep(0.05)
        found = await real_alertmanager.alerts((floor,))
    (one,) = found
    assert (one.state, one.silenced_by, one.inhibited_by) == ("suppressed", (made,), ())
    assert one.labels == {"alertname": "Fire", "floor": "1"}
    assert one.annotations == {"summary": "it burns"}
    assert one.receivers == ("nobody",)
    assert one.generator_url == "http://p/g"
    assert one.starts_at
    assert one.ends_at
    await real_alertmanager.expire_silence(made)


async def test_matchers_are_asked_for_as_they_are_written(real_alertmanager: Alertmanager) -> None:
    odd = 'a "quoted" \\ value'
    await send(real_alertmanager, alertname="Odd", odd=odd)
    assert len(await real_alertmanager.alerts((Matcher("odd", odd),))) == 1
    assert not await real_alertmanager.alerts((Matcher("odd", "a.*", is_regex=False),))
    assert await real_alertmanager.alerts((Matcher("odd", "a.*", is_regex=True),))
    kept = Matcher("odd", "a.*", is_regex=True, is_equal=False)
    assert odd not in [one.labels.get("odd") for one in await real_alertmanager.alerts((kept,))]


async def test_alerts_come_in_groups(real_alertmanager: Alertmanager) -> None:
    await send(real_alertmanager, alertname="Group", floor="2")
    deadline = anyio.current_time() + 20
    groups = await real_alertmanager.groups()
    while "Group" not in _names(groups) and anyio.current_time() < deadline:
        groups = await real_alertmanager.groups()
    assert "Group" in _names(groups)
    assert {group.receiver for group in groups} == {"nobody"}


def _names(groups: tuple[AlertGroup, ...]) -> list[str]:
    return [alert.labels["alertname"] for group in groups for alert in group.alerts]


async def test_a_silence_is_made_read_and_ended(real_alertmanager: Alertmanager) -> None:
    matchers = (
        Matcher("alertname", "Never"),
        Matcher("floor", "3|4", is_regex=True, is_equal=False),
    )
    made = await silence(real_alertmanager, *matchers)
    one = await real_alertmanager.silence(made)
    assert (one.id, one.state, set(one.matchers)) == (made, "active", set(matchers))
    assert (one.created_by, one.comment) == ("tests", "while it burns")
    assert one in await real_alertmanager.silences()
    await real_alertmanager.expire_silence(made)
    assert (await real_alertmanager.silence(made)).state == "expired"


async def test_a_silence_that_is_not_there_is_said_not_to_be(
    real_alertmanager: Alertmanager,
) -> None:
    unknown = "0d3b7a54-3c5b-4d3e-9f3e-0c1d2e3f4a5b"
    with pytest.raises(NotFoundError, match=unknown):
        await real_alertmanager.silence(unknown)
    with pytest.raises(NotFoundError, match=unknown):
        await real_alertmanager.expire_silence(unknown)
    with pytest.raises(InvalidInputError, match="no id of a silence"):
        await real_alertmanager.expire_silence("../../silences")


async def test_a_silence_that_cannot_be_is_refused(real_alertmanager: Alertmanager) -> None:
    with pytest.raises(InvalidInputError, match="“"):
        await silence(real_alertmanager)
    with pytest.raises(InvalidInputError, match="“"):
        await silence(real_alertmanager, Matcher("a", "(", is_regex=True))


async def test_an_alertmanager_tells_of_itself_without_secrets(
    real_alertmanager: Alertmanager,
) -> None:
    found = await real_alertmanager.status()
    assert found.version.startswith("0.")
    assert "receiver: nobody" in found.config
    assert "Sh4redK3yOfTheHook" not in found.config
    assert found.cluster == "disabled"
    assert found.uptime_since
    assert await real_alertmanager.receivers() == ("nobody",)


async def test_a_write_is_never_sent_on_by_a_redirect() -> None:
    asked: list[str] = []

    def answer(request: httpx.Request) -> httpx.Response:
        asked.append(request.url.path)
        return httpx.Response(307, headers={"Location": "/elsewhere"})

    endpoint = Endpoint("am", "http://am.test", what="Alertmanager")
    alertmanager = Alertmanager(endpoint, transport=httpx.MockTransport(answer))
    with pytest.raises(UnreachableError, match="Alertmanager 'am' redirects"):
        await silence(alertmanager, Matcher("a", "b"))
    assert asked == ["/api/v2/silences"]


@pytest.mark.parametrize("body", [b"{}", b"[]", b"null", b'{"silenceID": 7}'])
async def test_a_silence_without_an_id_may_have_been_made(body: bytes) -> None:
    transport = httpx.MockTransport(lambda _: httpx.Response(200, content=body))
    alertmanager = Alertmanager(Endpoint("am", "http://am.test"), transport=transport)
    with pytest.raises(UnreachableError, match="did not say") as caught:
        await silence(alertmanager, Matcher("a", "b"))
    assert "list the silences" in caught.value.hint


async def test_odd_alerts_break_nothing() -> None:
    odd = [7, {}, {"labels": 7, "status": {"state": 1, "silencedBy": [None]}, "receivers": [1]}]
    transport = httpx.MockTransport(lambda _: httpx.Response(200, json=odd))
    alertmanager = Alertmanager(Endpoint("am", "http://am.test"), transport=transport)
    assert [one.state for one in await alertmanager.alerts()] == ["unprocessed"] * 2
    assert len(await alertmanager.silences()) == 2
    assert len(await alertmanager.groups()) == 2
