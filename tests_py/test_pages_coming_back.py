"""A page whose sockets come and go: nothing twice, nothing lost, forgotten in the end."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

import pytest
from pytest_django import Settings

from liveview import send
from liveview.consumers import LiveViewConsumer
from liveview.decorators import LiveviewHandlerRegistry
from liveview.pages import open_page, pages
from tests_py.held import Held
from tests_py.socket_driver import SocketDriver

Content = dict[str, Any]

SECONDS = 10.0


@pytest.fixture(autouse=True)
def echo(registry: LiveviewHandlerRegistry) -> None:
    @registry.register("echo")
    def echo(consumer: LiveViewConsumer, content: Content) -> None:
        send(consumer, {"title": content["data"].get("say", "")})


async def until(is_so: Callable[[], bool]) -> None:
    async with asyncio.timeout(SECONDS):
        while not is_so():
            await asyncio.sleep(0.005)


# Repeated events


async def test_an_event_that_is_sent_again_while_it_runs_runs_once(held: Held) -> None:
    async with SocketDriver() as socket:
        event = socket.event("hold")
        await held.entered()
        socket.send({"id": event, "function": "hold", "data": {}})
        held.release()
        await socket.frames_until_done(event)
        await socket.call("echo")

    assert held.calls == 1


async def test_an_event_that_is_done_is_only_acknowledged(
    registry: LiveviewHandlerRegistry,
) -> None:
    calls = []
    registry.register("once")(lambda consumer, content: calls.append(1))

    async with SocketDriver() as socket:
        event = socket.event("once")
        await socket.frames_until_done(event)
        socket.send({"id": event, "function": "once", "data": {}})

        assert await socket.frame() == {"seq": 2, "ack": event, "ops": []}
    assert calls == [1]


async def test_an_event_that_another_process_has_done_meanwhile_is_only_acknowledged(
    registry: LiveviewHandlerRegistry,
) -> None:
    calls = []
    registry.register("once")(lambda consumer, content: calls.append(content["data"]["n"]))

    async with SocketDriver() as socket:
        open_page(socket.page, None, seen=0, done=2)  # what a hello finds in the session
        for number in (1, 2, 3):
            last = socket.event("once", data={"n": number})
        frames = await socket.frames_until_done(last)

    assert calls == [3]
    assert [frame["ack"] for frame in frames] == [2, 2, 3]


async def test_an_event_that_runs_while_its_socket_is_cut_runs_once(held: Held) -> None:
    async with SocketDriver() as socket:
        event = socket.event("hold")
        await held.entered()
    async with SocketDriver(page=socket.page, seen=socket.last_seq) as again:
        assert again.server_hello == {"resumed": True, "done": 0, "session": None}
        again.send({"id": event, "function": "hold", "data": {}})
        held.release()
        frames = await again.frames_until_done(event)

    assert held.calls == 1
    assert [op["title"] for frame in frames for op in frame["ops"]] == ["entered", "left"]


async def test_events_that_waited_when_the_socket_was_cut_still_run(held: Held) -> None:
    async with SocketDriver() as socket:
        socket.event("hold")
        last = socket.event("echo", data={"say": "waited"})
        await held.entered()
    held.release()
    async with SocketDriver(page=socket.page) as again:
        done = again.server_hello["done"]
        frames = await again.frames_until_done(last) if done < last else []
        while sum(len(frame["ops"]) for frame in frames) < 3:
            frames.append(await again.frame())

    assert [op["title"] for frame in frames for op in frame["ops"]] == [
        "entered",
        "left",
        "waited",
    ]


# Coming back


async def test_frames_that_the_page_has_not_seen_come_again_under_their_numbers() -> None:
    async with SocketDriver() as socket:
        for say in "abc":
            await socket.call("echo", data={"say": say})
        last = socket.last_seq
    async with SocketDriver(page=socket.page, seen=1) as again:
        assert again.server_hello["resumed"] is True
        assert again.server_hello["done"] == 3
        frames = [await again.frame() for _ in range(last - 1)]

    assert [frame["seq"] for frame in frames] == list(range(2, last + 1))


async def test_frames_that_the_page_has_seen_do_not_come_again() -> None:
    async with SocketDriver() as socket:
        await socket.call("echo", data={"say": "a"})
        socket.send({"ping": 1, "seen": socket.last_seq})
        await socket.frame()
    async with SocketDriver(page=socket.page, seen=socket.last_seq) as again:
        assert await again.call("echo", data={"say": "b"}) == [{"title": "b"}]
        assert again.last_seq > socket.last_seq


async def test_a_page_that_has_seen_more_than_there_is_starts_anew() -> None:
    async with SocketDriver() as socket:
        await socket.call("echo")
    async with SocketDriver(page=socket.page, seen=1000) as again:
        assert again.server_hello["resumed"] is False
        assert again.server_hello["done"] == 1
        frames = await again.frames_until_done(again.event("echo"))

    assert frames[0]["seq"] == 1


async def test_what_is_sent_while_the_page_is_away_arrives_when_it_is_back() -> None:
    async with SocketDriver() as socket:
        await socket.call("echo")
    send(None, {"title": "first"}, broadcast=True)
    send(None, {"title": "second"}, broadcast=True)
    async with SocketDriver(page=socket.page, seen=socket.last_seq) as again:
        titles: list[str] = []
        while len(titles) < 2:
            titles += [op["title"] for op in (await again.frame())["ops"]]

    assert titles == ["first", "second"]


async def test_the_consumer_that_a_thread_keeps_leads_to_the_page_after_a_reconnect(
    registry: LiveviewHandlerRegistry,
) -> None:
    kept: list[LiveViewConsumer] = []
    registry.register("keep")(lambda consumer, content: kept.append(consumer))

    async with SocketDriver() as socket:
        await socket.call("keep")
    async with SocketDriver(page=socket.page, seen=socket.last_seq) as again:
        await asyncio.to_thread(send, kept[0], {"title": "from a thread"})
        assert (await again.frame())["ops"] == [{"title": "from a thread"}]


async def test_a_second_socket_of_a_page_takes_over() -> None:
    async with SocketDriver() as half_open:
        await half_open.call("echo")
        async with SocketDriver(page=half_open.page, seen=half_open.last_seq) as socket:
            send(None, {"title": "news"}, broadcast=True)
            assert (await socket.frame())["ops"] == [{"title": "news"}]
            assert half_open.pending() == 0


async def test_the_end_of_an_old_socket_does_not_concern_the_new_one() -> None:
    old = SocketDriver()
    await old.connect()
    await old.hello()
    async with SocketDriver(page=old.page) as new:
        await old.disconnect()

        assert await new.call("echo", data={"say": "a"}) == [{"title": "a"}]


async def test_html_is_sent_in_full_on_a_new_connection(
    registry: LiveviewHandlerRegistry,
) -> None:
    draw = {"target": "#a", "html": "x" * 500}
    registry.register("draw")(lambda consumer, content: send(consumer, draw))

    async with SocketDriver() as socket:
        await socket.call("draw")
    async with SocketDriver(page=socket.page, seen=socket.last_seq) as again:
        assert await again.call("draw") == [draw]


# Expiry


def lives(socket: SocketDriver) -> bool:
    return any(page_id == socket.page for page_id, token in pages)


async def test_a_page_is_forgotten_some_time_after_its_socket(settings: Settings) -> None:
    settings.LIVEVIEW = {"PAGE_SECONDS": 0.01}

    async with SocketDriver() as socket:
        assert lives(socket)
    await until(lambda: not lives(socket))
    async with SocketDriver(page=socket.page) as again:
        assert again.server_hello["resumed"] is False


async def test_a_page_that_came_back_in_time_stays(settings: Settings) -> None:
    settings.LIVEVIEW = {"PAGE_SECONDS": 0.05}

    async with SocketDriver() as socket:
        pass
    async with SocketDriver(page=socket.page) as again:
        await asyncio.sleep(0.1)
        assert lives(again)


async def test_a_page_is_not_forgotten_while_its_handler_runs(
    settings: Settings, held: Held
) -> None:
    settings.LIVEVIEW = {"PAGE_SECONDS": 0.01}

    async with SocketDriver() as socket:
        socket.event("hold")
        await held.entered()
    await asyncio.sleep(0.05)
    assert lives(socket)
    held.release()
    await until(lambda: not lives(socket))


async def test_a_socket_that_breaks_during_its_hello_leaves_no_page_behind(
    settings: Settings,
) -> None:
    settings.LIVEVIEW = {"PAGE_SECONDS": 0.01}
    socket = SocketDriver()
    await socket.connect()
    socket.send({"hello": {"page": socket.page}})
    await socket.disconnect()

    await until(lambda: not lives(socket))
