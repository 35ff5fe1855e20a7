"""``send`` and ``asend``: from handlers, threads, commands and async code."""

from __future__ import annotations

import asyncio
import subprocess
import sys
import threading
from typing import Any

import pytest
from asgiref.sync import sync_to_async
from channels.layers import get_channel_layer
from django.utils.functional import lazystr
from django.utils.safestring import mark_safe
from pytest_django import Settings

from liveview import asend, send
from liveview.connections import BROADCAST_GROUP, publish_end
from liveview.consumers import LiveViewConsumer
from liveview.decorators import LiveviewHandlerRegistry
from tests_py.socket_driver import SocketDriver

Content = dict[str, Any]

NEWS = {"target": "#news", "html": "<p>news</p>"}


async def next_ops(socket: SocketDriver) -> list[Any]:
    ops: list[Any] = (await socket.frame())["ops"]
    return ops


async def test_a_handler_sends_to_its_own_page_only(registry: LiveviewHandlerRegistry) -> None:
    registry.register("tell")(lambda consumer, content: send(consumer, NEWS))

    async with SocketDriver() as socket, SocketDriver() as other:
        assert await socket.call("tell") == [NEWS]
        await asyncio.sleep(0)
        assert other.pending() == 0


async def test_a_handler_broadcasts_to_all_pages(registry: LiveviewHandlerRegistry) -> None:
    registry.register("tell")(lambda consumer, content: send(consumer, NEWS, broadcast=True))

    async with SocketDriver() as socket, SocketDriver() as other, SocketDriver() as third:
        await socket.frames_until_done(socket.event("tell"))
        assert await next_ops(other) == [NEWS]
        assert await next_ops(third) == [NEWS]


async def test_a_thread_broadcasts_without_a_consumer() -> None:
    async with SocketDriver() as socket:
        thread = threading.Thread(target=send, args=(None, NEWS, True))
        thread.start()
        assert await next_ops(socket) == [NEWS]
        thread.join()


async def test_synchronous_code_of_a_view_broadcasts() -> None:
    async with SocketDriver() as socket:
        await sync_to_async(send)(None, NEWS, broadcast=True)
        assert await next_ops(socket) == [NEWS]


@pytest.mark.parametrize("broadcast", [False, True])
async def test_async_code_may_use_either_form(
    registry: LiveviewHandlerRegistry, broadcast: bool
) -> None:
    @registry.register("tell")
    async def tell(consumer: LiveViewConsumer, content: Content) -> None:
        send(consumer, {"title": "send"}, broadcast=broadcast)
        await asend(consumer, {"title": "asend"}, broadcast=broadcast)

    async with SocketDriver() as socket:
        socket.event("tell")
        ops: list[Any] = []
        while len(ops) < 2:
            ops += await next_ops(socket)

    assert ops == [{"title": "send"}, {"title": "asend"}]


async def test_a_task_that_a_handler_leaves_behind_sends_later(
    registry: LiveviewHandlerRegistry,
) -> None:
    tasks = []

    @registry.register("later")
    async def later(consumer: LiveViewConsumer, content: Content) -> None:
        async def tell() -> None:
            await asyncio.sleep(0.01)
            send(consumer, {"title": "later"})

        tasks.append(asyncio.create_task(tell()))

    async with SocketDriver() as socket:
        assert await socket.call("later") == []
        assert await socket.frame() == {"seq": 2, "ops": [{"title": "later"}]}


async def test_safe_and_lazy_strings_are_strings(registry: LiveviewHandlerRegistry) -> None:
    @registry.register("tell")
    def tell(consumer: LiveViewConsumer, content: Content) -> None:
        send(consumer, {"target": "#a", "html": mark_safe("<b>é</b>"), "title": lazystr("T")})

    async with SocketDriver() as socket:
        assert await socket.call("tell") == [{"target": "#a", "html": "<b>é</b>", "title": "T"}]


def test_without_a_consumer_there_must_be_a_broadcast() -> None:
    with pytest.raises(ValueError, match=r"^Consumer cannot be None when not broadcasting\.$"):
        send(None, NEWS)


async def test_the_same_holds_for_asend() -> None:
    with pytest.raises(ValueError, match=r"^Consumer cannot be None when not broadcasting\.$"):
        await asend(None, NEWS)


@pytest.fixture
def no_layer(settings: Settings) -> None:
    settings.CHANNEL_LAYERS = {}


def test_without_a_channel_layer_nobody_can_be_reached(no_layer: None) -> None:
    with pytest.raises(RuntimeError, match=r"^Cannot broadcast: no channel layer is configured\."):
        send(None, NEWS, broadcast=True)


async def test_without_a_channel_layer_asend_says_the_same(no_layer: None) -> None:
    with pytest.raises(RuntimeError, match=r"^Cannot broadcast: no channel layer is configured\."):
        await asend(None, NEWS, broadcast=True)


def test_without_a_channel_layer_a_session_ends_quietly(no_layer: None) -> None:
    publish_end("key")


async def test_without_a_channel_layer_pages_of_this_process_are_reached(no_layer: None) -> None:
    async with SocketDriver() as socket:
        send(None, NEWS, broadcast=True)
        assert await next_ops(socket) == [NEWS]


async def test_anybody_may_broadcast_by_the_means_of_channels() -> None:
    async with SocketDriver() as socket:
        layer = get_channel_layer()
        await layer.group_send(BROADCAST_GROUP, {"type": "broadcast_message", "message": NEWS})

        assert await next_ops(socket) == [NEWS]


def test_what_json_cannot_hold_is_refused_where_it_is_sent() -> None:
    with pytest.raises(TypeError, match="Cannot send a object"):
        send(None, {"html": object()}, broadcast=True)


def run(code: str) -> subprocess.CompletedProcess[str]:
    """Code of a process without pages: a management command, a Celery task."""
    setup = "import asyncio, django; django.setup(); from liveview import asend, send\n"
    return subprocess.run(
        [sys.executable, "-c", setup + code],
        env={"DJANGO_SETTINGS_MODULE": "tests_py.settings"},
        capture_output=True,
        text=True,
    )


@pytest.mark.parametrize(
    "code",
    [
        "send(None, {'title': 'done'}, broadcast=True)",
        "asyncio.run(asend(None, {'title': 'done'}, broadcast=True))",
    ],
)
def test_a_process_without_pages_may_broadcast(code: str) -> None:
    ran = run(code)

    assert (ran.returncode, ran.stderr) == (0, "")


def test_async_code_of_a_process_without_pages_is_told_of_asend() -> None:
    ran = run(
        "async def tell():\n    send(None, {'title': 'done'}, broadcast=True)\nasyncio.run(tell())"
    )

    assert "RuntimeError: send() would have to wait here: use 'await asend(...)'" in ran.stderr
