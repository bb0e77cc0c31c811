"""Frames of a forwarded port: what comes in any pieces, and what is no port-forward."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from wsproto.connection import SERVER, Connection
from wsproto.events import BytesMessage, CloseConnection, Event, Ping, Pong, TextMessage

from clusterwright.tools.errors import UnreachableError
from clusterwright.tools.kubernetes.client.channels import Channels

PORT = 9090
NUMBER = PORT.to_bytes(2, "little")
BEGIN = (BytesMessage(b"\0" + NUMBER), BytesMessage(b"\1" + NUMBER))


def frames(*events: Event) -> bytes:
    """Return frames as a kubelet writes them."""
    server = Connection(SERVER)
    return b"".join(server.send(one) for one in events)


def read(channels: Channels, data: bytes, pieces: int = 0) -> bytes:
    """Return the port's bytes of frames that come in pieces of so many bytes."""
    step = pieces or len(data)
    return b"".join(
        channels.received(data[start : start + step])[0] for start in range(0, len(data), step)
    )


@given(pieces=st.integers(1, 40), sizes=st.lists(st.integers(0, 300), max_size=6))
def test_the_bytes_of_a_port_come_whole_however_they_are_cut(pieces: int, sizes: list[int]) -> None:
    messages = [bytes(range(256)) * (size // 256) + bytes(range(size % 256)) for size in sizes]
    sent = frames(*BEGIN, *(BytesMessage(b"\0" + one) for one in messages))
    assert read(Channels(PORT), sent, pieces) == b"".join(messages)


def test_a_message_in_several_frames_has_one_channel() -> None:
    cut = [BytesMessage(b"", message_finished=False), BytesMessage(b"\0ab", message_finished=False)]
    sent = frames(*BEGIN, *cut, BytesMessage(b"\1c"))
    assert read(Channels(PORT), sent) == b"ab\1c"


def test_what_is_sent_arrives_on_the_channel_of_the_port_in_masked_frames() -> None:
    server, data = Connection(SERVER), bytes(200_000)
    server.receive_data(Channels(PORT).sent(data))
    messages = [one.data for one in server.events() if isinstance(one, BytesMessage)]
    assert {one[0] for one in messages} == {0}
    assert sum(len(one) - 1 for one in messages) == len(data)


def test_a_ping_is_answered_and_a_pong_is_nothing() -> None:
    channels, server = Channels(PORT), Connection(SERVER)
    data, answer = channels.received(frames(Ping(b"x"), Pong(b"y")))
    server.receive_data(answer)
    assert (data, list(server.events())) == (b"", [Pong(b"x")])


def test_what_the_node_says_is_the_error_and_no_data() -> None:
    channels = Channels(PORT)
    said = frames(*BEGIN, BytesMessage(b"\1connection refused\n"), CloseConnection(1000))
    assert read(channels, said) == b""
    assert (channels.error, channels.ended) == ("connection refused", True)
    assert channels.received(b"whatever") == (b"", b"")
    assert channels.closed() == b""


def test_an_endless_error_is_cut() -> None:
    channels = Channels(PORT)
    read(channels, frames(*BEGIN, *[BytesMessage(b"\1" + b"x" * 3_000)] * 50))
    assert len(channels.error) == 4_096


def test_an_end_in_peace_is_no_error_and_another_is() -> None:
    peaceful, broken = Channels(PORT), Channels(PORT)
    peaceful.received(frames(CloseConnection(1000)))
    assert (peaceful.ended, peaceful.error) == (True, "")
    broken.received(frames(CloseConnection(1011, "lost the node")))
    assert (broken.ended, broken.error) == (True, "lost the node")


def test_we_end_it_once() -> None:
    channels, server = Channels(PORT), Connection(SERVER)
    server.receive_data(channels.closed())
    assert [type(one) for one in server.events()] == [CloseConnection]
    assert channels.closed() == b""


@pytest.mark.parametrize(
    ("odd", "why"),
    [
        (frames(BytesMessage(b"\0" + (80).to_bytes(2, "little"))), "about port 80 and not 9090"),
        (frames(BytesMessage(b"\7x")), "there is a channel 7"),
        (frames(TextMessage("hello")), "text came"),
    ],
)
def test_what_is_no_port_forward_is_said_to_be_none(odd: bytes, why: str) -> None:
    with pytest.raises(UnreachableError, match=why) as caught:
        Channels(PORT).received(odd)
    assert "proxy" in caught.value.hint


@given(st.binary(min_size=1, max_size=400))
def test_no_bytes_break_it_in_another_way(data: bytes) -> None:
    channels = Channels(PORT)
    try:
        read(channels, data, 7)
    except UnreachableError:
        return
    assert channels.ended or not channels.error
