"""Resources over the protocol, in both eras: read, listened to, and watched no longer than that."""

import json
import os
import sys
from collections.abc import AsyncIterator, Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import cast

import anyio
import pytest
from mcp import Client, MCPError, StdioServerParameters
from mcp.client.subscriptions import Subscription
from mcp.server import MCPServer
from mcp.server.subscriptions import ResourceUpdated
from mcp_types import (
    EmptyResult,
    ResourceUpdatedNotification,
    SubscribeRequest,
    SubscribeRequestParams,
    TextResourceContents,
    UnsubscribeRequest,
    UnsubscribeRequestParams,
)

from clusterwright.servers.build import build
from clusterwright.servers.kubernetes import create_server as create_kubernetes
from clusterwright.servers.resources import Resources, UnknownAddressError
from clusterwright.servers.watching import Watching, watching
from clusterwright.tools.answer import Answer
from clusterwright.tools.errors import (
    InvalidInputError,
    NotFoundError,
    ToolError,
    UnreachableError,
)
from clusterwright.tools.manifest import Manifest
from clusterwright.tools.redaction import REDACTED
from clusterwright.tools.ref import check_namespace
from clusterwright.tools.resource import Resource
from tests.servers.served import product, served

pytestmark = pytest.mark.anyio
URI = "count://shop/step"
LEGACY, MODERN = "legacy", "2026-07-28"
SECONDS = 20.0


class Count(Answer):
    """A number, and a text beside it that says nothing new."""

    number: int
    beside: str = ""

    def render(self) -> str:
        return str(self.number)


@dataclass
class Counter:
    """What the resource is read from; how often it was looked at is seen here."""

    number: int = 1
    looks: int = 0
    beside: str = ""
    fails: bool = False
    failure: ToolError = field(
        default_factory=lambda: UnreachableError("the cluster does not answer", hint="try again")
    )
    asked: list[str] = field(default_factory=list[str])
    late: str = ""
    """The namespace whose count is told only once nobody asks for it late any more."""
    _moved: anyio.Event = field(default_factory=anyio.Event)

    def move(self) -> None:
        """Say that something happened."""
        self._moved.set()
        self._moved = anyio.Event()

    async def until(self, met: Callable[[], bool]) -> None:
        """Wait for a condition, which is looked at whenever something happened."""
        with anyio.fail_after(SECONDS):
            while not met():
                await self._moved.wait()

    async def aclose(self) -> None:
        """Hold nothing."""


async def read(counter: Counter, *, namespace: str, cluster: str | None = None) -> Count:
    """Tell a number."""
    check_namespace(namespace)
    counter.looks += 1
    counter.asked.append(f"{namespace} {cluster or ''}".strip())
    counter.move()
    await counter.until(lambda: counter.late != namespace)
    if counter.fails:
        raise counter.failure
    if namespace == "nowhere":
        raise NotFoundError("there is no such namespace", hint="shop")
    return Count(cluster="test", number=counter.number, beside=counter.beside)


RESOURCE = Resource(
    "count://{namespace}/step{?cluster}",
    read,
    "Count",
    state=lambda answer: str(answer.number),
    look_seconds=0.02,
)


def server(counter: Counter) -> MCPServer:
    return build("test", [], title="Test", instructions="", resources=[(RESOURCE, counter)])


@pytest.mark.parametrize("mode", [LEGACY, MODERN])
async def test_a_resource_is_offered_and_read(mode: str) -> None:
    counter = Counter()
    async with Client(server(counter), mode=mode) as client:
        (offered,) = (await client.list_resource_templates()).resource_templates
        assert offered.uri_template == RESOURCE.template
        assert offered.mime_type == "application/json"
        assert offered.description == "Tell a number."
        found = await read_json(client, f"{URI}?cluster=arn%3Aaws%3A%2Fx")
    assert found == {"cluster": "test", "number": 1, "beside": ""}
    assert counter.asked == ["shop arn:aws:/x"]


async def read_json(client: Client, uri: str) -> Manifest:
    (content,) = (await client.read_resource(uri)).contents
    assert isinstance(content, TextResourceContents)
    return cast("Manifest", json.loads(content.text))


async def test_what_is_read_is_as_safe_as_the_answer_of_a_tool() -> None:
    hidden = "\x1b[31mignore this\u200b"
    counter = Counter(beside=f"password=correct-horse-battery {hidden}")
    async with Client(server(counter)) as client:
        found = await read_json(client, URI)
    assert found["beside"] == f"password={REDACTED} ignore this"


async def test_what_is_too_much_is_an_error_that_says_so() -> None:
    async with Client(server(Counter(beside="x\n" * 30_000))) as client:
        with pytest.raises(MCPError, match="more than the 40000"):
            await client.read_resource(URI)


@pytest.mark.parametrize(
    ("uri", "said", "looks"),
    [
        ("count://nowhere/step", r"\[not_found\] there is no such namespace. Next: shop", 1),
        ("count://UPPER/step", r"\[invalid_input\] 'UPPER' is not a namespace name", 0),
        ("count://shop/other", "Unknown resource", 0),
        ("count://../step", "Unknown resource", 0),
        ("file:///etc/passwd", "Unknown resource", 0),
    ],
)
@pytest.mark.parametrize("mode", [LEGACY, MODERN])
async def test_what_is_not_there_is_an_error_before_any_request(
    mode: str, uri: str, said: str, looks: int
) -> None:
    counter = Counter()
    async with Client(server(counter), mode=mode) as client:
        with pytest.raises(MCPError, match=said) as raised:
            await client.read_resource(uri)
    assert raised.value.error.code == -32602
    assert counter.looks == looks


async def test_a_cluster_that_does_not_answer_is_another_error() -> None:
    async with Client(server(Counter(fails=True))) as client:
        with pytest.raises(MCPError, match=r"\[unreachable\] .* Next: try again") as raised:
            await client.read_resource(URI)
    assert raised.value.error.code == -32603


async def test_who_listens_hears_of_a_change_and_of_nothing_else() -> None:
    counter = Counter()
    async with (
        Client(server(counter), mode=MODERN) as client,
        client.listen(resource_subscriptions=[URI]) as stream,
    ):
        counter.beside = "moved on its own"
        await counter.until(lambda: counter.looks > 3)
        counter.number = 2
        with anyio.fail_after(SECONDS):
            event = await anext(aiter(stream))
        assert event == ResourceUpdated(uri=URI)
        assert (await read_json(client, URI))["number"] == 2


async def test_who_listens_twice_hears_a_change_once_on_each_stream() -> None:
    counter = Counter()
    async with (
        Client(server(counter), mode=MODERN) as client,
        client.listen(resource_subscriptions=[URI]) as one,
        client.listen(resource_subscriptions=[URI, "count://other/step"]) as other,
    ):
        heard: dict[int, list[object]] = {1: [], 2: []}

        async def hear(number: int, stream: Subscription) -> None:
            async for event in stream:
                heard[number].append(event)
                counter.move()

        async with anyio.create_task_group() as tasks:
            tasks.start_soon(hear, 1, one)
            tasks.start_soon(hear, 2, other)
            counter.number = 2
            # Each resource changed; the second stream listens to both.
            await counter.until(lambda: len(heard[2]) == 2 and len(heard[1]) == 1)
            counter.number = 3
            await counter.until(lambda: len(heard[2]) == 4 and len(heard[1]) == 2)
            tasks.cancel_scope.cancel()
    assert heard[1] == [ResourceUpdated(uri=URI)] * 2


async def subscribe(client: Client, uri: str) -> None:
    params = SubscribeRequestParams(uri=uri)
    await client.session.send_request(SubscribeRequest(params=params), EmptyResult)


async def unsubscribe(client: Client, uri: str) -> None:
    params = UnsubscribeRequestParams(uri=uri)
    await client.session.send_request(UnsubscribeRequest(params=params), EmptyResult)


async def test_a_subscriber_of_the_older_era_hears_until_it_unsubscribes() -> None:
    counter, heard = Counter(), list[str]()

    async def hear(message: object) -> None:
        if isinstance(message, ResourceUpdatedNotification):
            heard.append(message.params.uri)
            counter.move()

    other = "count://other/step"
    async with Client(server(counter), mode=LEGACY, message_handler=hear) as client:
        await subscribe(client, URI)
        counter.number = 2
        await counter.until(lambda: heard == [URI])
        await unsubscribe(client, URI)
        await subscribe(client, other)
        counter.asked.clear()
        counter.number = 3
        await counter.until(lambda: heard == [URI, other])
        assert set(counter.asked) == {"other"}


async def test_what_can_never_be_there_cannot_be_subscribed_to() -> None:
    async with Client(server(Counter()), mode=LEGACY) as client:
        with pytest.raises(MCPError, match="Unknown resource"):
            await subscribe(client, "count://shop/x")


@pytest.fixture
async def watched() -> AsyncIterator[tuple[Watching, Counter]]:
    counter = Counter()
    made = server(counter)
    async with watching(Resources(made, [(RESOURCE, counter)])) as found:
        yield found, counter


async def _nothing(_uri: str) -> None:
    """Hear."""


async def test_one_watcher_serves_all_who_listen_and_ends_with_the_last(
    watched: tuple[Watching, Counter],
) -> None:
    found, counter = watched
    async with found.listening(URI, _nothing):
        async with found.listening(URI, _nothing):
            assert found.watched == (URI,)
        assert found.watched == (URI,)
        await counter.until(lambda: counter.looks > 2)
    assert found.watched == ()


async def test_that_it_cannot_be_read_and_that_it_can_again_are_changes(
    watched: tuple[Watching, Counter],
) -> None:
    found, counter = watched
    heard: list[str] = []

    async def hear(uri: str) -> None:
        heard.append(uri)
        counter.move()

    async with found.listening(URI, hear):
        counter.fails = True
        await counter.until(lambda: len(heard) == 1)
        counter.fails = False
        await counter.until(lambda: len(heard) == 2)


async def test_a_watched_resource_whose_cluster_becomes_unusable_ends_no_server(
    watched: tuple[Watching, Counter],
) -> None:
    found, counter = watched
    counter.failure = InvalidInputError("'ftp://x' is no address", hint="look at its kubeconfig")
    heard: list[str] = []

    async def hear(uri: str) -> None:
        heard.append(uri)
        counter.move()

    async with found.listening(URI, hear):
        counter.fails = True
        await counter.until(lambda: len(heard) == 1)
        looks = counter.looks
        await counter.until(lambda: counter.looks > looks + 2)
        counter.fails = False
        await counter.until(lambda: len(heard) == 2)


async def test_a_cluster_that_answers_late_holds_up_nobody_else(
    watched: tuple[Watching, Counter],
) -> None:
    found, counter = watched
    counter.late = "slow"
    slow = "count://slow/step"

    async def listen() -> None:
        async with found.listening(slow, _nothing):
            await counter.until(lambda: counter.looks < 0)

    async with anyio.create_task_group() as tasks:
        for _ in range(3):
            tasks.start_soon(listen)
        await counter.until(lambda: "slow" in counter.asked)
        async with found.listening(URI, _nothing):
            assert found.watched == (URI,)
            counter.late = ""
            counter.move()
            await counter.until(lambda: slow in found.watched)
        assert found.watched == (slow,)
        tasks.cancel_scope.cancel()
    assert found.watched == ()


async def test_who_unsubscribes_while_it_is_subscribed_listens_to_nothing(
    watched: tuple[Watching, Counter],
) -> None:
    found, counter = watched
    counter.late = "shop"
    async with anyio.create_task_group() as tasks:
        tasks.start_soon(found.subscribe, URI, _nothing)
        await counter.until(lambda: "shop" in counter.asked)
        await found.unsubscribe(URI)
        counter.late = ""
        counter.move()
    assert found.watched == ()
    await found.subscribe(URI, _nothing)
    assert found.watched == (URI,)
    await found.unsubscribe(URI)


async def test_a_subscription_that_fails_after_an_unsubscription_says_why(
    watched: tuple[Watching, Counter],
) -> None:
    found, counter = watched
    counter.late, counter.fails = "shop", True
    counter.failure = InvalidInputError("'ftp://x' is no address", hint="look at its kubeconfig")
    said: list[str] = []

    async def subscribe_late() -> None:
        try:
            await found.subscribe(URI, _nothing)
        except UnknownAddressError as error:
            said.append(str(error))

    async with anyio.create_task_group() as tasks:
        tasks.start_soon(subscribe_late)
        await counter.until(lambda: "shop" in counter.asked)
        await found.unsubscribe(URI)
        counter.late = ""
        counter.move()
    assert len(said) == 1
    assert "is no address" in said[0]


async def test_only_so_many_are_watched_at_once() -> None:
    counter = Counter()
    resources = Resources(server(counter), [(RESOURCE, counter)])
    resources.register()
    async with anyio.create_task_group() as tasks:
        found = Watching(resources, tasks, most=1)
        async with found.listening(URI, _nothing):
            with pytest.raises(MCPError, match="1 resources are watched already"):
                async with found.listening("count://other/step", _nothing):
                    pass
        async with found.all(["count://UPPER/x", "count://other/step"], _nothing):
            assert found.watched == ("count://other/step",)


async def test_a_server_claims_only_what_it_has() -> None:
    async with Client(create_kubernetes(), mode=LEGACY) as client:
        assert client.server_capabilities.model_dump(exclude_none=True) == {"tools": {}}
    async with Client(server(Counter()), mode=LEGACY) as client:
        claimed = client.server_capabilities.model_dump(exclude_none=True)
        assert claimed == {"resources": {"subscribe": True}, "tools": {}}
    async with Client(server(Counter()), mode="auto") as client:
        claimed = client.server_capabilities.model_dump(exclude_none=True)
        assert claimed == {"resources": {"subscribe": True}, "tools": {}}


async def test_a_server_without_resources_serves_no_listeners() -> None:
    async with Client(create_kubernetes(), mode=MODERN) as client:
        with pytest.raises(MCPError, match="Method not found"):
            async with client.listen(resource_subscriptions=[URI]):
                pass


@pytest.fixture
def kubeconfig(tmp_path: Path) -> Path:
    """Of a cluster that does not answer, which is a state like any other."""
    path = tmp_path / "kubeconfig"
    path.write_text(json.dumps(UNREACHABLE), encoding="utf-8")
    return path


@pytest.fixture
def http(kubeconfig: Path) -> Iterator[str]:
    with served(product("cluster_api", "--kubeconfig", kubeconfig)) as url:
        yield url


UNREACHABLE: Manifest = {
    "apiVersion": "v1",
    "kind": "Config",
    "current-context": "gone",
    "contexts": [{"name": "gone", "context": {"cluster": "gone", "user": "gone"}}],
    "clusters": [{"name": "gone", "cluster": {"server": "http://127.0.0.1:9"}}],
    "users": [{"name": "gone", "user": {"token": "t"}}],
}
PROGRESS = "capi://default/train/progress"


async def test_over_http_only_the_newer_era_can_be_told(http: str) -> None:
    async with Client(http, mode=LEGACY) as client:
        assert client.server_capabilities.model_dump(exclude_none=True) == {
            "resources": {},
            "tools": {},
        }
        with pytest.raises(MCPError, match="subscriptions/listen"):
            await subscribe(client, PROGRESS)
        with pytest.raises(MCPError, match=r"\[unreachable\]"):
            await client.read_resource(PROGRESS)
    async with (
        Client(http, mode=MODERN) as client,
        client.listen(resource_subscriptions=[PROGRESS]) as stream,
    ):
        assert stream.honored.resource_subscriptions == [PROGRESS]


async def test_over_pipes_both_eras_can_be_told(kubeconfig: Path) -> None:
    program = str(Path(sys.executable).with_name("clusterwright-cluster-api"))
    arguments = ["--kubeconfig", str(kubeconfig)]
    command = StdioServerParameters(command=program, args=arguments, env=dict(os.environ))
    async with Client(command, mode=LEGACY) as client:
        assert client.server_capabilities.model_dump(exclude_none=True) == {
            "resources": {"subscribe": True},
            "tools": {},
        }
        await subscribe(client, PROGRESS)
        await unsubscribe(client, PROGRESS)
    async with (
        Client(command, mode=MODERN) as client,
        client.listen(resource_subscriptions=[PROGRESS]) as stream,
    ):
        assert stream.honored.resource_subscriptions == [PROGRESS]
