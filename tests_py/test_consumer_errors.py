"""What goes wrong on a socket: said with a code, logged, and never the end of it all."""

from __future__ import annotations

import asyncio
import logging
from typing import Any

import pytest
from pytest_django import Settings

from liveview import send
from liveview.consumers import LiveViewConsumer
from liveview.decorators import LiveviewHandlerRegistry
from tests_py.socket_driver import SocketDriver

Content = dict[str, Any]

PAGE = "0123456789abcdef" * 2
ECHO = {"target": "#echo", "html": "<p>heard</p>"}


@pytest.fixture(autouse=True)
def echo(registry: LiveviewHandlerRegistry) -> None:
    registry.register("echo")(lambda consumer, content: send(consumer, ECHO))


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
        "TypeError: Cannot send a object: expected what JSON can hold. It is in 'html'."
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
