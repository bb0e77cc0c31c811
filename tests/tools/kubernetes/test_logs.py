"""k8s_logs on a simulated kubelet: any bytes, bounded, folded, redacted, searched."""

import pytest

from clusterwright.tools.errors import ConflictError, InvalidInputError, NotFoundError
from clusterwright.tools.kubernetes.logs import Logs, k8s_logs
from clusterwright.tools.manifest import Json, Manifest
from tests.tools.kubernetes.simulated import one_pod

pytestmark = pytest.mark.anyio


def pod(*containers: str, **status: Json) -> Manifest:
    spec = {"containers": [{"name": name} for name in containers or ("app",)]}
    return {"metadata": {"name": "cart", "namespace": "shop"}, "spec": spec, "status": status}


async def read(log: bytes, wanted: Manifest | None = None, **arguments: Json) -> Logs:
    return await k8s_logs(one_pod(wanted or pod(), log), "cart", "shop", **arguments)


async def test_lines_are_shown_oldest_first_and_marked() -> None:
    found = await read(b"one\ntwo\n")
    assert found.lines == ("one", "two")
    assert found.render().splitlines()[1:] == ["| one", "| two"]


async def test_repeated_lines_are_folded_whatever_their_times() -> None:
    lines = [f"2026-01-01T00:00:{i:02d}Z retry {i} of 60" for i in range(60)]
    found = await read("\n".join([*lines, "gave up"]).encode())
    assert found.lines == (f"{lines[-1]}  [x60]", "gave up")
    assert "59 repeated lines folded" in found.notes


async def test_a_search_ignores_case_and_counts() -> None:
    found = await read(b"ok\nFatal: no\nok\nfatal: again\n", grep="FATAL")
    assert (found.matched, found.read) == (2, 4)
    assert found.lines == ("Fatal: no", "fatal: again")


async def test_a_search_cannot_tell_what_a_secret_is() -> None:
    assert (await read(b"password=opensesame\n", grep="opensesame")).matched == 0
    assert "opensesame" not in (await read(b"password=opensesame\n")).render()


@pytest.mark.parametrize(
    "log",
    [
        b"\x00\xff\xfe binary \x1b[31mred\x1b[0m\r\nnext\r\n",
        "right-to-left \u202e and \u200b invisible".encode(),
        b"x" * 3_000_000,
        b"\n" * 100_000,
        b"a.b" * 300_000,
        b"",
    ],
    ids=["binary", "invisible", "one huge line", "empty lines", "dots", "nothing"],
)
async def test_any_bytes_are_shown_harmless_and_bounded(log: bytes) -> None:
    found = await read(log)
    said = found.model_dump_json() + found.render()
    assert len(said.encode()) < 12_000
    assert not [one for one in ("\x1b", "\u202e", "\u200b", "\\u0000") if one in said]


async def test_more_lines_may_be_asked_for() -> None:
    log = "\n".join(f"event {chr(97 + i % 26)}{chr(97 + i // 26 % 26)} x" for i in range(5_000))
    few, many = await read(log.encode()), await read(log.encode(), lines=5_000)
    assert len(few.lines) < len(many.lines)
    assert any("earlier lines left out" in note for note in few.notes)
    assert len(many.model_dump_json()) < 40_000


async def test_the_container_in_trouble_is_chosen() -> None:
    statuses: list[Manifest] = [
        {"name": "proxy", "ready": True, "state": {"running": {}}},
        {"name": "app", "restartCount": 4, "state": {"waiting": {"reason": "CrashLoopBackOff"}}},
    ]
    found = await read(b"x\n", pod("proxy", "app", containerStatuses=statuses))
    assert found.container == "app"
    assert "other containers: proxy" in found.notes
    assert any("previous=true" in note for note in found.notes)


async def test_a_container_that_is_not_there_names_those_that_are() -> None:
    with pytest.raises(InvalidInputError) as caught:
        await read(b"", pod("app", "proxy"), container="ap")
    assert caught.value.hint == "containers: app, proxy"


async def test_a_container_that_never_started_points_to_what_explains_it() -> None:
    waiting = 'container "app" in pod "cart" is waiting to start: ContainerCreating'
    with pytest.raises(ConflictError, match="waiting to start") as caught:
        await k8s_logs(one_pod(pod(), refusal=waiting), "cart", "shop")
    assert "k8s_describe" in caught.value.hint


async def test_what_a_kubelet_answers_for_a_lost_log_is_no_log() -> None:
    gone = b"unable to retrieve container logs for containerd://0123"
    with pytest.raises(NotFoundError, match="no longer has"):
        await read(gone)


@pytest.mark.parametrize("since", ["", "soon", "-5m", "5", "1w", "9" * 19 + "s"])
async def test_a_length_of_time_is_spelled_as_people_do(since: str) -> None:
    if not since:
        assert (await read(b"x", since="1h30m")).lines == ("x",)
        return
    with pytest.raises(InvalidInputError, match="length of time"):
        await read(b"x", since=since)
