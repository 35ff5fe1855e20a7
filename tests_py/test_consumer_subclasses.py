"""Consumers of one's own."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from channels.routing import URLRouter
from django.urls import path
from pytest_django import Settings

from liveview import send
from liveview.consumers import LiveViewConsumer
from liveview.decorators import LiveviewHandlerRegistry
from tests_py.socket_driver import Application, SocketDriver

Content = dict[str, Any]

PAGE = "0123456789abcdef" * 2
ECHO = {"target": "#echo", "html": "<p>heard</p>"}


@pytest.fixture(autouse=True)
def echo(registry: LiveviewHandlerRegistry) -> None:
    registry.register("echo")(lambda consumer, content: send(consumer, ECHO))


def routed(consumer: type[LiveViewConsumer]) -> Application:
    """The application of a project with a consumer of its own."""
    router: Application = URLRouter([path("ws/liveview/<str:room_name>/", consumer.as_asgi())])
    return router


class PlainConsumer(LiveViewConsumer):
    """Overrides everything with plain methods."""

    seen: list[Any]

    def connect(self) -> Any:
        self.seen = self.scope["seen"]
        self.seen.append(("connect", self.room_name))
        super().connect()
        self.send_json({"title": "hello"})

    def disconnect(self, close_code: int) -> Any:
        self.seen.append(("disconnect", close_code))
        super().disconnect(close_code)

    def receive_json(self, content: Content) -> Any:
        self.seen.append(sorted(content))
        super().receive_json(content)


class AsyncConsumer(LiveViewConsumer):
    """Overrides everything with coroutines."""

    seen: list[Any]

    async def connect(self) -> Any:  # type: ignore[override]
        self.seen = self.scope["seen"]
        self.seen.append(("connect", self.room_name))
        await super().connect()
        self.send_json({"title": "hello"})

    async def disconnect(self, close_code: int) -> Any:  # type: ignore[override]
        self.seen.append(("disconnect", close_code))
        await super().disconnect(close_code)

    async def receive_json(self, content: Content) -> Any:  # type: ignore[override]
        self.seen.append(sorted(content))
        await super().receive_json(content)


@pytest.mark.parametrize("consumer", [PlainConsumer, AsyncConsumer])
async def test_a_subclass_may_override_connect_disconnect_and_receive_json(
    consumer: type[LiveViewConsumer],
) -> None:
    seen: list[Any] = []

    async with SocketDriver(routed(consumer), scope={"seen": seen}) as socket:
        assert await socket.ops(1) == [{"title": "hello"}]
        assert await socket.call("echo") == [ECHO]
        socket.send({"ping": 3})
        assert await socket.frame() == {"pong": 3}

    assert seen == [
        ("connect", socket.room),
        ["hello"],
        ["data", "function", "id"],
        ["ping"],
        ("disconnect", 1001),
    ]


@pytest.mark.parametrize("consumer", [PlainConsumer, AsyncConsumer])
async def test_a_subclass_that_passes_on_a_bad_message_has_it_refused(
    consumer: type[LiveViewConsumer],
) -> None:
    async with SocketDriver(routed(consumer), scope={"seen": []}) as socket:
        await socket.ops(1)
        socket.send({"function": None})

        assert (await socket.frame())["error"]["code"] == "bad_message"
        assert await socket.closing() == 4400


class ForgetfulConsumer(LiveViewConsumer):
    """Calls what queues without awaiting it, as the reference's plain methods allow."""

    async def receive_json(self, content: Content) -> Any:  # type: ignore[override]
        super().receive_json(content)


async def test_a_subclass_need_not_await_what_only_queues() -> None:
    async with SocketDriver(routed(ForgetfulConsumer)) as socket:
        assert await socket.call("echo") == [ECHO]


async def test_many_plain_overrides_at_once_do_not_wait_for_each_others_threads(
    settings: Settings,
) -> None:
    settings.LIVEVIEW = {"THREADS": 2}
    sockets = [SocketDriver(routed(PlainConsumer), scope={"seen": []}) for _ in range(10)]
    for socket in sockets:
        await socket.connect()

    assert [h["done"] for h in await asyncio.gather(*(s.hello() for s in sockets))] == [0] * 10
    for socket in sockets:
        await socket.disconnect()


class RefusingConsumer(LiveViewConsumer):
    def connect(self) -> Any:
        self.close()


async def test_a_subclass_may_refuse_the_handshake() -> None:
    socket = SocketDriver(routed(RefusingConsumer))
    opening = await socket.connect()

    assert opening["type"] == "websocket.close"
    await socket.disconnect()


class ClosingConsumer(LiveViewConsumer):
    def receive_json(self, content: Content) -> Any:
        self.close(4000)
        self.close(4001)
        self.send_json({"title": "too late"})


async def test_nothing_is_said_on_a_socket_after_its_close() -> None:
    socket = SocketDriver(routed(ClosingConsumer))
    await socket.connect()
    socket.send({"hello": {"page": PAGE}})

    assert await socket.closing() == 4000
    await socket.disconnect()
    assert socket.pending() == 0


class BoardConsumer(LiveViewConsumer):
    """Group messages of its own; the first one takes longest."""

    async def board_moved(self, event: Content) -> None:
        await asyncio.sleep(event["seconds"])
        self.send_json({"title": f"moved {event['number']}"})

    def board_named(self, event: Content) -> None:
        self.send_json({"title": f"named {event['number']}"})

    def board_broken(self, event: Content) -> None:
        raise LookupError("no board")


async def test_group_messages_go_to_the_method_of_their_type_one_after_another(
    caplog: pytest.LogCaptureFixture,
) -> None:
    async with SocketDriver(routed(BoardConsumer)) as socket:
        layer = LiveViewConsumer().channel_layer
        messages = [
            {"type": "board.moved", "number": 1, "seconds": 0.05},
            {"type": "board.moved", "number": 2, "seconds": 0},
            {"type": "board.broken"},
            {"type": "board.unknown"},
            {"no": "type"},
            {"type": "board.named", "number": 3},
            {"type": "broadcast_message", "message": {"title": "plain"}},
        ]
        for message in messages:
            await layer.group_send("broadcast", message)
        ops = await socket.ops(4)

    titles = [op["title"] for op in ops]
    assert titles == ["moved 1", "moved 2", "named 3", "plain"]
    assert "LookupError: no board" in caplog.text
    assert "No method for the group message type 'board.unknown'." in caplog.text


class OwnGroupConsumer(LiveViewConsumer):
    broadcast_group = "everybody-here"


async def test_a_subclass_may_have_a_broadcast_group_of_its_own(
    registry: LiveviewHandlerRegistry,
) -> None:
    @registry.register("tell")
    def tell(consumer: LiveViewConsumer, content: Content) -> None:
        send(consumer, {"title": "here"}, broadcast=True)

    async with SocketDriver(routed(OwnGroupConsumer)) as socket, SocketDriver() as stranger:
        socket.event("tell")
        assert await socket.ops(1) == [{"title": "here"}]
        assert await stranger.call("echo") == [ECHO]


class BrokenConsumer(LiveViewConsumer):
    def disconnect(self, close_code: int) -> Any:
        raise LookupError("no board")


async def test_a_disconnect_that_raises_leaves_the_page_to_its_next_socket() -> None:
    """The server hears of it, as with every consumer of Channels."""
    socket = SocketDriver(routed(BrokenConsumer))
    await socket.connect()
    await socket.hello()
    with pytest.raises(LookupError, match="no board"):
        await socket.disconnect()
    async with SocketDriver(page=socket.page) as again:
        assert again.server_hello["resumed"] is True
        assert await again.call("echo") == [ECHO]
