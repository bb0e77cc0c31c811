"""The bytes of one forwarded port as frames of a websocket, and back.

In `v4.channel.k8s.io`, which kubelets take as they are, the first byte of a message is a channel, 0
for the port's bytes and 1 for why there are none; what comes first on each of them is the number of
the port, in two bytes, the lower one first (Kubernetes,
staging/src/k8s.io/kubelet/pkg/cri/streaming/portforward/websocket.go). Its frames have no other
features, so that no second protocol inside the first is needed, as SPDY is for what kubectl speaks.
"""

from wsproto.connection import CLIENT, Connection
from wsproto.events import BytesMessage, CloseConnection, Event, Ping, Pong
from wsproto.frame_protocol import CloseReason

from clusterwright.tools.errors import UnreachableError

PROTOCOL = "v4.channel.k8s.io"
_DATA, _ERROR = 0, 1
_NUMBER = 2
"""Bytes of the port's number."""
_LONGEST_ERROR = 4_096
_CHUNK = 64 * 1024
_PEACEFUL = frozenset(
    {CloseReason.NORMAL_CLOSURE, CloseReason.GOING_AWAY, CloseReason.NO_STATUS_RCVD}
)


class Channels:
    """One port's side of the conversation; what is to be sent and what was read are bytes."""

    def __init__(self, port: int) -> None:
        """Take the port's number in the pod."""
        self._number = port.to_bytes(_NUMBER, "little")
        self._frames = Connection(CLIENT)
        self._begun = {_DATA: b"", _ERROR: b""}
        """What came of the port's number."""
        self._channel: int | None = None
        """Of the message that is under way."""
        self._error = bytearray()
        self.ended = False
        """Whether nothing comes any more, and nothing may be sent."""

    @property
    def error(self) -> str:
        """What the node says is wrong; empty if nothing is."""
        return self._error.decode(errors="replace").strip()

    def sent(self, data: bytes) -> bytes:
        """Return bytes for the port as frames."""
        view, prefix = memoryview(data), bytes([_DATA])
        return b"".join(
            self._frames.send(BytesMessage(prefix + view[start : start + _CHUNK]))
            for start in range(0, len(view), _CHUNK)
        )

    def received(self, data: bytes) -> tuple[bytes, bytes]:
        """Take what was read; return bytes of the port, and frames to be sent in answer.

        Raises UnreachableError for what is no port-forward.
        """
        if self.ended:
            return b"", b""
        self._frames.receive_data(data)
        port, answer = bytearray(), bytearray()
        for event in self._frames.events():
            match event:
                case Ping():
                    answer += self._frames.send(event.response())
                case CloseConnection():
                    self._end(event)
                    break
                case _:
                    port += self._taken(event)
        return bytes(port), bytes(answer)

    def closed(self) -> bytes:
        """Return the frame that ends the conversation; nothing if it has ended."""
        if self.ended:
            return b""
        self.ended = True
        return self._frames.send(CloseConnection(CloseReason.NORMAL_CLOSURE))

    def _taken(self, event: Event) -> bytes:
        if isinstance(event, Pong):
            return b""
        if not isinstance(event, BytesMessage):
            raise _odd("text came where bytes should")
        data = bytes(event.data)
        if self._channel is None and data:
            self._channel, data = data[0], data[1:]
        channel = self._channel
        if event.message_finished:
            self._channel = None
        if channel is None:
            return b""
        if channel not in self._begun:
            raise _odd(f"there is a channel {channel}")
        data = self._after_number(channel, data)
        if channel == _DATA:
            return data
        self._error += data[: _LONGEST_ERROR - len(self._error)]
        return b""

    def _after_number(self, channel: int, data: bytes) -> bytes:
        missing = _NUMBER - len(self._begun[channel])
        self._begun[channel] += data[:missing]
        if not self._number.startswith(self._begun[channel]):
            told = int.from_bytes(self._begun[channel], "little")
            raise _odd(f"it is about port {told} and not {int.from_bytes(self._number, 'little')}")
        return data[missing:]

    def _end(self, event: CloseConnection) -> None:
        self.ended = True
        if event.code not in _PEACEFUL and not self._error:
            self._error += (event.reason or f"it was ended with code {event.code}").encode()


def _odd(why: str) -> UnreachableError:
    return UnreachableError(
        f"what answers is no port-forward of Kubernetes: {why}",
        hint="see whether a proxy stands before the API server that changes websockets",
    )
