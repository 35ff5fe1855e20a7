"""One socket and what it may say: greetings, errors, plain clients, subclasses."""

from __future__ import annotations

import asyncio
import logging
import threading
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


# Handlers that are not there, or fail


async def test_an_unknown_function_is_answered_without_names(
    registry: LiveviewHandlerRegistry, caplog: pytest.LogCaptureFixture
) -> None:
    registry.register("increment")(lambda consumer, content: None)
    async with SocketDriver() as socket:
        socket.event("incrment")
        frame = await socket.frame()
        assert await socket.call("echo") == [ECHO]

    assert frame == {
        "seq": 1,
        "ack": 1,
        "ops": [],
        "error": {
            "code": "unknown_function",
            "message": "Unknown action.",
            "function": "incrment",
        },
    }
    assert "Did you mean 'increment'?" in caplog.text, "the developer reads it in the log"


async def test_under_debug_an_unknown_function_is_answered_with_the_next_step(
    registry: LiveviewHandlerRegistry, settings: Settings
) -> None:
    settings.DEBUG = True
    registry.register("increment")(lambda consumer, content: None)

    async with SocketDriver() as socket:
        socket.event("incrment")
        frame = await socket.frame()

    assert frame["error"]["message"] == (
        "Unknown handler 'incrment' (data-liveview-function). Did you mean 'increment'?"
    )


async def fail_async(consumer: LiveViewConsumer, content: Content) -> None:
    send(consumer, {"title": "before"})
    raise ValueError("secret detail")


def fail_plain(consumer: LiveViewConsumer, content: Content) -> None:
    send(consumer, {"title": "before"})
    raise ValueError("secret detail")


@pytest.mark.parametrize("handler", [fail_plain, fail_async])
@pytest.mark.parametrize(
    ("debug", "message"),
    [(False, "An error occurred."), (True, "ValueError: secret detail")],
)
async def test_an_error_is_logged_with_its_traceback_and_the_socket_stays_open(
    registry: LiveviewHandlerRegistry,
    settings: Settings,
    caplog: pytest.LogCaptureFixture,
    handler: Any,
    debug: bool,
    message: str,
) -> None:
    settings.DEBUG = debug
    registry.register("fail")(handler)

    async with SocketDriver() as socket:
        frames = await socket.frames_until_done(socket.event("fail"))
        assert await socket.call("echo") == [ECHO]

    error = {"code": "handler_error", "message": message, "function": "fail"}
    assert frames[-1]["error"] == error
    assert [op for frame in frames for op in frame["ops"]] == [{"title": "before"}]
    [record] = [record for record in caplog.records if record.name == "liveview"]
    assert record.exc_info is not None and record.exc_info[0] is ValueError


async def cancel_itself(consumer: LiveViewConsumer, content: Content) -> None:
    waiting = asyncio.get_running_loop().create_future()
    waiting.cancel()
    await waiting


def exit_process(consumer: LiveViewConsumer, content: Content) -> None:
    raise SystemExit(2)


@pytest.mark.parametrize("handler", [cancel_itself, exit_process])
async def test_a_handler_that_ends_in_an_unusual_way_is_answered_too(
    registry: LiveviewHandlerRegistry, handler: Any
) -> None:
    registry.register("leave")(handler)

    async with SocketDriver() as socket:
        frames = await socket.frames_until_done(socket.event("leave"))
        assert frames[-1]["error"]["code"] == "handler_error"
        assert await socket.call("echo") == [ECHO]


async def test_what_json_cannot_hold_is_an_error_of_the_handler(
    registry: LiveviewHandlerRegistry, settings: Settings
) -> None:
    settings.DEBUG = True
    registry.register("odd")(lambda consumer, content: send(consumer, {"html": object()}))

    async with SocketDriver() as socket:
        frames = await socket.frames_until_done(socket.event("odd"))

    assert frames[-1]["error"]["message"] == (
        "TypeError: Cannot send a object: expected what JSON can hold."
    )


async def test_a_form_that_no_browser_posts_is_answered_and_the_socket_stays_open() -> None:
    async with SocketDriver() as socket:
        frames = await socket.frames_until_done(
            socket.event("echo", form={"entries": 5, "kinds": {}})
        )

        assert frames[-1]["error"]["code"] == "bad_message"
        assert await socket.call("echo") == [ECHO]


async def test_middleware_can_cancel_an_event_which_is_then_done(
    registry: LiveviewHandlerRegistry,
) -> None:
    async def only_echo(consumer: LiveViewConsumer, content: Content, name: str) -> bool:
        return name == "echo"

    registry.register("cancelled")(lambda consumer, content: send(consumer, {"title": "x"}))
    registry.add_middleware(only_echo)

    async with SocketDriver() as socket:
        assert await socket.call("cancelled") == []
        assert await socket.call("echo") == [ECHO]


# Bad messages


@pytest.mark.parametrize(
    "message",
    [
        "{",
        b"\x00binary",
        {"function": 1},
        {"function": "echo", "id": -1},
        {"something": "else"},
        '{"function": "echo", "data": ' + "[" * 10_000 + "]" * 10_000 + "}",
        {"hello": {"page": PAGE}},
    ],
    ids=["broken", "binary", "types", "negative id", "no kind", "nested", "second hello"],
)
async def test_a_bad_message_is_answered_once_and_the_socket_closed(
    message: Any, caplog: pytest.LogCaptureFixture
) -> None:
    async with SocketDriver() as socket:
        socket.send(message)
        socket.event("echo")  # nobody listens any more
        error = (await socket.frame())["error"]

        assert await socket.closing() == 4400

    assert error["code"] == "bad_message"
    assert error["message"].startswith("Expected ")
    assert "Traceback" not in error["message"]
    [record] = caplog.records
    assert (record.name, record.levelno) == ("liveview", logging.WARNING)
    assert "bad_message" in record.message


async def test_an_event_before_the_hello_is_refused() -> None:
    socket = SocketDriver()
    await socket.connect()
    socket.event("echo")

    assert "'hello'" in (await socket.frame())["error"]["message"]
    assert await socket.closing() == 4400
    await socket.disconnect()


async def test_a_guessable_room_is_refused_with_the_way_out() -> None:
    socket = SocketDriver(room="chat")
    await socket.connect()
    error = (await socket.frame())["error"]

    assert error["code"] == "room_refused"
    assert "{% liveview_room 'chat' %}" in error["message"]
    assert await socket.closing() == 4403
    await socket.disconnect()


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
        titles = [op["title"] for op in await ops_of(socket, 4)]

        assert sorted(titles) == ["all", "own", "own again", "room"]
        assert await ops_of(same_room, 2) == [{"title": "room"}, {"title": "all"}]
        assert await ops_of(other, 1) == [{"title": "all"}]


async def ops_of(socket: SocketDriver, count: int) -> list[Any]:
    ops: list[Any] = []
    while len(ops) < count:
        ops += (await socket.frame())["ops"]
    return ops


# Subclasses


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
        assert await ops_of(socket, 1) == [{"title": "hello"}]
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
        await ops_of(socket, 1)
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
        ops = await ops_of(socket, 4)

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
        assert await ops_of(socket, 1) == [{"title": "here"}]
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
