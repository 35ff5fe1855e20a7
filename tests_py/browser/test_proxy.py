"""The proxy itself, between a plain WebSocket client and a server that answers each event."""

from __future__ import annotations

import contextlib
import json
import threading
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from websockets.exceptions import ConnectionClosedError, WebSocketException
from websockets.sync.client import ClientConnection, connect
from websockets.sync.server import Server, ServerConnection, serve

from .cut import Way
from .proxy import FrameProxy

Dial = Callable[[], ClientConnection]


class EchoServer:
    """Answers {"function": ..., "id": n} with {"ack": n} and keeps what it got."""

    def __init__(self) -> None:
        self.received: list[dict[str, Any]] = []
        self.gone = threading.Event()

    def answer(self, socket: ServerConnection) -> None:
        with contextlib.suppress(ConnectionClosedError):
            for text in socket:
                message = json.loads(text)
                self.received.append(message)
                socket.send(json.dumps({"ack": message["id"]}))
        self.gone.set()


@contextlib.contextmanager
def running(server: Server) -> Iterator[None]:
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield
    server.shutdown()
    thread.join()


@pytest.fixture
def echo() -> EchoServer:
    return EchoServer()


@pytest.fixture
def proxy(echo: EchoServer) -> Iterator[FrameProxy]:
    server = serve(echo.answer, "127.0.0.1", 0, max_size=None)
    with server, running(server), FrameProxy(server.socket.getsockname()[1]) as proxy:
        yield proxy


@pytest.fixture
def dial(proxy: FrameProxy) -> Dial:
    return lambda: connect(proxy.url.replace("http", "ws", 1), close_timeout=1)


def event(number: int, **more: Any) -> str:
    return json.dumps({"function": "add", "id": number, **more})


def test_messages_pass_both_ways_and_are_recorded(proxy: FrameProxy, dial: Dial) -> None:
    with dial() as socket:
        socket.send(event(1))

        assert json.loads(socket.recv(5)) == {"ack": 1}
    assert proxy.messages(Way.UP) == [{"function": "add", "id": 1}]
    assert proxy.messages(Way.DOWN) == [{"ack": 1}]


def test_compression_is_not_negotiated(dial: Dial) -> None:
    with dial() as socket:
        assert socket.protocol.extensions == []


@pytest.mark.parametrize("size", [0, 125, 126, 65535, 65536, 1_000_000])
def test_a_message_of_any_length_passes(proxy: FrameProxy, dial: Dial, size: int) -> None:
    with dial() as socket:
        socket.send(event(1, text="x" * size))
        socket.recv(5)

    assert len(proxy.messages(Way.UP)[0]["text"]) == size


def test_a_message_in_fragments_is_one_message(proxy: FrameProxy, dial: Dial) -> None:
    with dial() as socket:
        socket.send(iter(['{"function": "add"', ', "id"', ": 7}"]))

        assert json.loads(socket.recv(5)) == {"ack": 7}
    assert proxy.messages(Way.UP) == [{"function": "add", "id": 7}]


def test_cut_after_send_delivers_the_event_and_loses_the_answer(
    proxy: FrameProxy, dial: Dial, echo: EchoServer
) -> None:
    cut = proxy.cut_after_send()
    with dial() as socket:
        socket.send(event(1))
        cut.wait()

        with pytest.raises(ConnectionClosedError):
            socket.recv(5)
    assert echo.gone.wait(5)
    assert echo.received == [{"function": "add", "id": 1}]


def test_cut_after_receipt_loses_the_answer_that_was_given(proxy: FrameProxy, dial: Dial) -> None:
    cut = proxy.cut_after_receipt()
    with dial() as socket:
        socket.send(event(1))
        cut.wait()

        with pytest.raises(ConnectionClosedError):
            socket.recv(5)
    assert proxy.messages(Way.DOWN) == [{"ack": 1}]


def test_a_cut_waits_for_the_message_that_it_is_meant_for(
    proxy: FrameProxy, dial: Dial, echo: EchoServer
) -> None:
    proxy.cut_after_send(lambda message: message["id"] == 2)
    with dial() as socket:
        socket.send(event(1))
        assert json.loads(socket.recv(5)) == {"ack": 1}
        socket.send(event(2))

        with pytest.raises(ConnectionClosedError):
            socket.recv(5)
    with dial() as socket:
        socket.send(event(2))
        assert json.loads(socket.recv(5)) == {"ack": 2}


def test_nobody_gets_through_while_it_refuses(proxy: FrameProxy, dial: Dial) -> None:
    with dial() as socket, proxy.away():
        with pytest.raises(ConnectionClosedError):
            socket.recv(5)
        with pytest.raises(WebSocketException):
            dial()
    with dial() as socket:
        socket.send(event(1))
        assert json.loads(socket.recv(5)) == {"ack": 1}
