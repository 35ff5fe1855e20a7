"""A page's events, in order, and what goes out to it meanwhile."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import AsyncIterator
from typing import Any

import pytest
from django.utils.translation import get_language

from liveview import send
from liveview.consumers import LiveViewConsumer
from liveview.decorators import LiveviewHandlerRegistry
from tests_py.held import Held
from tests_py.socket_driver import SocketDriver

Content = dict[str, Any]


@pytest.fixture(autouse=True)
def echo(registry: LiveviewHandlerRegistry) -> None:
    @registry.register("echo")
    def echo(consumer: LiveViewConsumer, content: Content) -> None:
        send(consumer, {"title": content["data"].get("say", "")})


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
