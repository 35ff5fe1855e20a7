"""One socket: greetings, plain clients, and what handlers find on its consumer."""

from __future__ import annotations

import logging
import threading
from typing import Any

import pytest
from pytest_django import Settings

from liveview import send
from liveview.consumers import LiveViewConsumer
from liveview.decorators import LiveviewHandlerRegistry
from tests_py.socket_driver import SocketDriver

Content = dict[str, Any]

ECHO = {"target": "#echo", "html": "<p>heard</p>"}


@pytest.fixture(autouse=True)
def echo(registry: LiveviewHandlerRegistry) -> None:
    registry.register("echo")(lambda consumer, content: send(consumer, ECHO))


# Greetings


async def test_the_server_chooses_our_subprotocol_and_greets_back() -> None:
    socket = SocketDriver()
    opening = await socket.connect()

    assert opening == {"type": "websocket.accept", "subprotocol": "liveview.v1"}
    assert await socket.hello() == {"resumed": False, "done": 0, "session": None}
    await socket.disconnect()


async def test_a_client_that_offers_other_subprotocols_is_a_plain_one() -> None:
    socket = SocketDriver(subprotocols=["graphql-ws"])
    opening = await socket.connect()

    assert opening == {"type": "websocket.accept", "subprotocol": None}
    await socket.disconnect()


async def test_a_ping_is_answered() -> None:
    async with SocketDriver() as socket:
        socket.send({"ping": 7, "seen": 0})

        assert await socket.frame() == {"pong": 7}


async def test_a_ping_is_answered_while_a_handler_runs(registry: LiveviewHandlerRegistry) -> None:
    held = threading.Event()
    registry.register("hold")(lambda consumer, content: held.wait(10))

    async with SocketDriver() as socket:
        event = socket.event("hold")
        socket.send({"ping": 1})
        assert await socket.frame() == {"pong": 1}
        held.set()
        await socket.frames_until_done(event)


# Plain clients


async def test_a_plain_client_gets_what_was_sent_and_nothing_else() -> None:
    async with SocketDriver(subprotocols=[]) as socket:
        socket.send({"function": "echo", "data": {}})
        socket.send({"function": "echo", "data": {}})

        assert [await socket.frame(), await socket.frame()] == [ECHO, ECHO]
        assert socket.pending() == 0


async def test_the_handler_of_a_plain_client_gets_snake_case_data(
    registry: LiveviewHandlerRegistry,
) -> None:
    @registry.register("mirror")
    def mirror(consumer: LiveViewConsumer, content: Content) -> None:
        send(consumer, {"event": "seen", "eventData": content})

    async with SocketDriver(subprotocols=[]) as socket:
        form = {"fieldName": "Ada"}
        socket.send({"function": "mirror", "data": {"commentId": "4"}, "form": form, "room": "x"})
        frame = await socket.frame()

    assert frame["eventData"] == {
        "function": "mirror",
        "data": {"comment_id": "4"},
        "form": {"fieldName": "Ada"},
        "room": socket.room,
    }


async def test_a_plain_client_gets_errors_as_the_reference_sends_them(
    registry: LiveviewHandlerRegistry, settings: Settings
) -> None:
    settings.DEBUG = True

    @registry.register("fail")
    def fail(consumer: LiveViewConsumer, content: Content) -> None:
        raise ValueError("no such board")

    async with SocketDriver(subprotocols=[]) as socket:
        socket.send({"function": "fail", "data": {}})

        assert await socket.frame() == {"error": "ValueError: no such board", "function": "fail"}


async def test_a_bad_message_of_a_plain_client_is_answered_in_its_own_shape() -> None:
    async with SocketDriver(subprotocols=[]) as socket:
        socket.send("{")
        error = await socket.frame()

        assert error["error"].startswith("Expected a JSON object")
        assert error["function"] is None
        assert await socket.closing() == 4400


# What a handler finds on the consumer


async def test_a_consumer_has_what_applications_use(registry: LiveviewHandlerRegistry) -> None:
    found: dict[str, Any] = {}

    @registry.register("look")
    def look(consumer: LiveViewConsumer, content: Content) -> None:
        found["room"] = (consumer.room_name, consumer.room_group_name, content["room"])
        found["broadcast"] = consumer.broadcast_group
        found["layer"] = type(consumer.channel_layer).__name__
        found["headers"] = consumer.scope["headers"]
        found["route"] = consumer.scope["url_route"]["kwargs"]
        found["event"] = consumer.event_id
        found["content"] = content

    async with SocketDriver(headers=[(b"accept-language", b"es")]) as socket:
        await socket.call("look", data={"n": 1}, lang="es", room="forged")

    assert found == {
        "room": (socket.room, f"room_{socket.room}", socket.room),
        "broadcast": "broadcast",
        "layer": "InMemoryChannelLayer",
        "headers": [(b"accept-language", b"es")],
        "route": {"room_name": socket.room},
        "event": 1,
        "content": {"function": "look", "data": {"n": 1}, "lang": "es", "room": socket.room},
    }


async def test_the_consumer_sends_to_its_page_to_groups_and_to_all(
    registry: LiveviewHandlerRegistry,
) -> None:
    @registry.register("tell")
    def tell(consumer: LiveViewConsumer, content: Content) -> None:
        consumer.send_json({"title": "own"})
        consumer.send_to_group(consumer.room_group_name, {"title": "room"})
        consumer.broadcast_to_all({"title": "all"})
        consumer.broadcast_message({"message": {"title": "own again"}})

    async with (
        SocketDriver() as socket,
        SocketDriver(room=socket.room) as same_room,
        SocketDriver() as other,
    ):
        socket.event("tell")
        titles = [op["title"] for op in await socket.ops(4)]

        assert sorted(titles) == ["all", "own", "own again", "room"]
        assert await same_room.ops(2) == [{"title": "room"}, {"title": "all"}]
        assert await other.ops(1) == [{"title": "all"}]


# Servers and connections that break


async def test_a_connection_that_breaks_while_it_is_written_to_is_no_error(
    registry: LiveviewHandlerRegistry, caplog: pytest.LogCaptureFixture
) -> None:
    """daphne says nothing, uvicorn raises, in each ``send`` after the browser has gone."""
    inner = SocketDriver()
    is_broken = False

    async def application(scope: Any, receive: Any, server_send: Any) -> None:
        async def breaking(message: Any) -> None:
            if is_broken:
                raise RuntimeError("Unexpected ASGI message 'websocket.send'.")
            await server_send(message)

        await inner_application(scope, receive, breaking)

    inner_application = inner._application
    async with SocketDriver(application, page=inner.page) as socket:
        is_broken = True
        socket.event("echo")
        socket.send({"ping": 1})
        socket.send("{")
    async with SocketDriver(page=inner.page) as again:
        frames = await again.frames_until_done(1)

    assert again.server_hello["resumed"] is True
    assert frames[0]["ops"] == [ECHO]
    assert [record for record in caplog.records if record.levelno > logging.WARNING] == []
