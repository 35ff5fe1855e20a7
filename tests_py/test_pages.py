"""A page's events: in order, once, whatever its sockets do; and what reaches it meanwhile."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import AsyncIterator, Callable, Iterator
from typing import Any

import pytest
from django.utils.translation import get_language
from pytest_django import Settings

from liveview import send
from liveview.consumers import LiveViewConsumer
from liveview.decorators import LiveviewHandlerRegistry
from liveview.pages import open_page, pages
from tests_py.socket_driver import SocketDriver

Content = dict[str, Any]

SECONDS = 10.0


class Held:
    """A plain handler that waits in its thread until the test lets it go."""

    def __init__(self) -> None:
        self.calls = 0
        self._entered = threading.Event()
        self._released = threading.Event()

    def __call__(self, consumer: LiveViewConsumer, content: Content) -> None:
        self.calls += 1
        send(consumer, {"title": "entered"})
        self._entered.set()
        assert self._released.wait(SECONDS)
        send(consumer, {"title": "left"})

    async def entered(self) -> None:
        assert await asyncio.to_thread(self._entered.wait, SECONDS)

    def release(self) -> None:
        self._released.set()


@pytest.fixture
def held(registry: LiveviewHandlerRegistry) -> Iterator[Held]:
    handler = Held()
    registry.register("hold")(handler)
    yield handler
    handler.release()


@pytest.fixture(autouse=True)
def echo(registry: LiveviewHandlerRegistry) -> None:
    @registry.register("echo")
    def echo(consumer: LiveViewConsumer, content: Content) -> None:
        send(consumer, {"title": content["data"].get("say", "")})


async def until(is_so: Callable[[], bool]) -> None:
    async with asyncio.timeout(SECONDS):
        while not is_so():
            await asyncio.sleep(0.005)


# Frames


async def test_frames_are_numbered_and_say_which_event_they_end() -> None:
    async with SocketDriver() as socket:
        first = await socket.frames_until_done(socket.event("echo", data={"say": "a"}))
        second = await socket.frames_until_done(socket.event("echo", data={"say": "b"}))

    frames = first + second
    assert [frame["seq"] for frame in frames] == list(range(1, len(frames) + 1))
    assert frames[0].get("ack", frames[0].get("answers")) == 1
    assert (first[-1]["ack"], second[-1]["ack"]) == (1, 2)


async def test_what_a_handler_sends_at_once_is_one_update_of_the_page(
    registry: LiveviewHandlerRegistry,
) -> None:
    @registry.register("many")
    async def many(consumer: LiveViewConsumer, content: Content) -> None:
        for number in range(5):
            send(consumer, {"title": str(number)})

    async with SocketDriver() as socket:
        [frame] = await socket.frames_until_done(socket.event("many"))

    assert frame == {"seq": 1, "ack": 1, "ops": [{"title": str(n)} for n in range(5)]}


async def test_what_leaves_before_its_event_is_done_answers_it_without_ending_it(
    held: Held,
) -> None:
    async with SocketDriver() as socket:
        event = socket.event("hold")
        assert await socket.frame() == {"seq": 1, "answers": 1, "ops": [{"title": "entered"}]}
        held.release()
        frames = await socket.frames_until_done(event)

    assert [op for frame in frames for op in frame["ops"]] == [{"title": "left"}]
    assert frames[-1]["ack"] == 1


async def test_an_update_that_nobody_asked_for_answers_nothing(held: Held) -> None:
    async with SocketDriver() as socket:
        send(None, {"title": "news"}, broadcast=True)
        assert await socket.frame() == {"seq": 1, "ops": [{"title": "news"}]}

        socket.event("hold")
        await socket.frame()
        send(None, {"title": "more"}, broadcast=True)
        assert await socket.frame() == {"seq": 3, "ops": [{"title": "more"}]}


async def test_an_event_without_an_answer_is_acknowledged(
    registry: LiveviewHandlerRegistry,
) -> None:
    registry.register("quiet")(lambda consumer, content: None)

    async with SocketDriver() as socket:
        socket.event("quiet")
        assert await socket.frame() == {"seq": 1, "ack": 1, "ops": []}


async def test_html_that_the_page_has_already_is_not_sent_again(
    registry: LiveviewHandlerRegistry,
) -> None:
    @registry.register("draw")
    def draw(consumer: LiveViewConsumer, content: Content) -> None:
        html = f"<p>{'x' * 500}{content['data']['n']}</p>"
        send(consumer, {"target": "#a", "html": html, "title": "T"})

    async with SocketDriver() as socket:
        [first] = await socket.call("draw", data={"n": 1})
        [second] = await socket.call("draw", data={"n": 2})

    assert first["html"] == f"<p>{'x' * 500}1</p>"
    assert second == {"target": "#a", "title": "T", "delta": [503, 4, "2"]}


async def test_a_dict_may_be_sent_changed_and_sent_again(
    registry: LiveviewHandlerRegistry,
) -> None:
    @registry.register("reuse")
    async def reuse(consumer: LiveViewConsumer, content: Content) -> None:
        message = {"target": "#a"}
        for letter in "abc":
            message["html"] = letter * 100
            send(consumer, message)

    async with SocketDriver() as socket:
        ops = await socket.call("reuse")

    assert [op["html"] for op in ops] == ["a" * 100, "b" * 100, "c" * 100]


# D1


async def test_d1_events_of_a_page_are_handled_in_order_whatever_their_kind(
    registry: LiveviewHandlerRegistry,
) -> None:
    running, order = 0, []

    def begin() -> None:
        nonlocal running
        running += 1
        assert running == 1

    def end(content: Content) -> None:
        nonlocal running
        running -= 1
        order.append(content["data"]["n"])

    @registry.register("plain")
    def plain(consumer: LiveViewConsumer, content: Content) -> None:
        begin()
        threading.Event().wait(0.01)
        end(content)

    @registry.register("async")
    async def asynchronous(consumer: LiveViewConsumer, content: Content) -> None:
        begin()
        await asyncio.sleep(0)
        end(content)

    @registry.register("steps")
    async def steps(consumer: LiveViewConsumer, content: Content) -> AsyncIterator[None]:
        begin()
        yield
        end(content)

    async with SocketDriver() as socket:
        kinds = ["plain", "async", "steps"] * 4
        for number, kind in enumerate(kinds):
            last = socket.event(kind, data={"n": number})
        await socket.frames_until_done(last)

    assert order == list(range(12))


# D5


async def test_d5_a_held_handler_stops_nobody_else(held: Held) -> None:
    async with SocketDriver() as other, SocketDriver() as socket:
        event = socket.event("hold")
        await held.entered()

        assert await other.call("echo", data={"say": "a"}) == [{"title": "a"}]
        async with SocketDriver() as newcomer:
            assert await newcomer.call("echo", data={"say": "b"}) == [{"title": "b"}]
        send(None, {"title": "for all"}, broadcast=True)
        assert (await other.frame())["ops"] == [{"title": "for all"}]
        assert (await socket.frame())["ops"] == [{"title": "entered"}]
        assert (await socket.frame())["ops"] == [{"title": "for all"}]

        held.release()
        await socket.frames_until_done(event)


async def test_d5_a_held_async_handler_stops_nobody_else(
    registry: LiveviewHandlerRegistry,
) -> None:
    released = asyncio.Event()

    @registry.register("hold_async")
    async def hold(consumer: LiveViewConsumer, content: Content) -> None:
        await released.wait()

    async with SocketDriver() as other, SocketDriver() as socket:
        event = socket.event("hold_async")
        assert await other.call("echo", data={"say": "a"}) == [{"title": "a"}]
        released.set()
        await socket.frames_until_done(event)


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


# What a handler gets


async def test_a_handler_gets_the_form_as_a_django_form_takes_it(
    registry: LiveviewHandlerRegistry,
) -> None:
    forms: list[Any] = []
    registry.register("take")(lambda consumer, content: forms.append(content["form"]))
    entries = [["name", "Ada"], ["day", "mon"], ["csrfmiddlewaretoken", "secret"]]

    async with SocketDriver() as socket:
        form = {"entries": entries, "kinds": {"day": "list", "agree": "checkbox"}}
        await socket.call("take", form=form, form_id="contact")

    assert forms == [{"name": "Ada", "day": ["mon"], "agree": False}]
    assert forms[0].getlist("name") == ["Ada"]


@pytest.mark.parametrize(
    ("lang", "active"), [("es", "es"), ("de-at", "de"), ("xx", "en-us"), (None, "en-us")]
)
async def test_a_handler_runs_in_the_language_of_the_page(
    registry: LiveviewHandlerRegistry, lang: str | None, active: str
) -> None:
    languages: list[str | None] = []
    registry.register("plain")(lambda consumer, content: languages.append(get_language()))

    @registry.register("async")
    async def asynchronous(consumer: LiveViewConsumer, content: Content) -> None:
        await asyncio.sleep(0)
        languages.append(get_language())

    async with SocketDriver() as socket:
        await socket.call("plain", lang=lang)
        await socket.call("async", lang=lang)

    assert languages == [active, active]
