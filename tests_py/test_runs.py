"""One event is one transaction, whatever the handler is and however it ends."""

from __future__ import annotations

import asyncio
import contextlib
import threading
import time
from collections.abc import Iterator
from typing import Any

import pytest
from channels.layers import channel_layers
from django.utils import translation

from liveview import liveview_registry, send
from liveview.consumers import LiveViewConsumer
from liveview.gate import current_gate
from liveview.runs import language
from tests_py.sessions.stores import aend, anew, astored, error_of, new_session, stored, tab
from tests_py.socket_driver import SECONDS

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.usefixtures("registry", "own_layer"),
]

Content = dict[str, Any]


@pytest.fixture
def own_layer() -> None:
    channel_layers.backends.clear()


def handler(function: Any) -> Any:
    """Registers a handler under the function's own name."""
    return liveview_registry.register(function.__name__)(function)


def count(consumer: LiveViewConsumer) -> None:
    session = consumer.scope["session"]
    session["count"] = session.get("count", 0) + 1


# Languages


@pytest.mark.parametrize(
    ("lang", "active"),
    [("es", "es"), ("de-at", "de"), ("xx", "en-us"), ("", "en-us"), (None, "en-us")],
)
async def test_a_handler_speaks_the_language_of_its_page(lang: str | None, active: str) -> None:
    @handler
    def speak(consumer: LiveViewConsumer, content: Content) -> None:
        send(consumer, {"title": translation.get_language()})

    @handler
    async def speak_async(consumer: LiveViewConsumer, content: Content) -> None:
        await asyncio.sleep(0)
        send(consumer, {"title": translation.get_language()})

    async with tab(await anew()) as page:
        for name in ("speak", "speak_async"):
            assert await page.call(name, lang=lang) == [{"title": active}]


def test_a_language_is_left_with_its_event() -> None:
    with language({"lang": "es"}):
        assert translation.get_language() == "es"
    assert translation.get_language() == "en-us"


# Errors


async def test_an_error_is_logged_with_its_traceback_and_told_without(
    settings: Any, caplog: pytest.LogCaptureFixture
) -> None:
    settings.DEBUG = False

    @handler
    def fail(consumer: LiveViewConsumer, content: Content) -> None:
        raise RuntimeError("the card was declined")

    async with tab(await anew()) as page:
        error = await error_of(page, "fail")

    assert error is not None
    assert error["message"] == "An error occurred."
    assert "Error in handler 'fail'." in caplog.text
    assert "RuntimeError: the card was declined" in caplog.text


async def test_under_debug_the_page_is_told_what_went_wrong(settings: Any) -> None:
    settings.DEBUG = True

    @handler
    async def fail(consumer: LiveViewConsumer, content: Content) -> None:
        raise RuntimeError("the card was declined")

    async with tab(await anew()) as page:
        error = await error_of(page, "fail")

    assert error is not None
    assert error["message"] == "RuntimeError: the card was declined"


async def test_a_generator_that_raises_keeps_what_it_has_committed() -> None:
    @handler
    def steps(consumer: LiveViewConsumer, content: Content) -> Iterator[None]:
        count(consumer)
        yield
        count(consumer)
        raise RuntimeError("half way")

    key = await anew(count=0)
    async with tab(key) as page:
        assert await error_of(page, "steps") is not None

    assert await astored(key) == {"count": 1}


async def test_an_event_that_failed_is_over_and_the_next_one_runs() -> None:
    @handler
    def fail(consumer: LiveViewConsumer, content: Content) -> None:
        count(consumer)
        raise RuntimeError

    @handler
    def work(consumer: LiveViewConsumer, content: Content) -> None:
        count(consumer)

    key = await anew(count=0)
    async with tab(key) as page:
        page.event("fail")
        frames = await page.frames_until_done(page.event("work"))

    assert [frame.get("ack") for frame in frames] == [1, 2]
    assert await astored(key) == {"count": 1}


async def test_a_session_error_that_the_handler_swallows_still_ends_the_page() -> None:
    @handler
    def swallow(consumer: LiveViewConsumer, content: Content) -> None:
        with contextlib.suppress(Exception):
            count(consumer)

    key = await anew(count=0)
    async with tab(key) as page:
        await aend(key)
        page.event("swallow")
        assert await page.frame() == {"ended": {"reason": "session"}}


# What the runtime learns


@pytest.mark.parametrize("touch", [True, False])
async def test_a_run_tells_whether_the_next_one_needs_the_lock(touch: bool) -> None:
    @handler
    def maybe(consumer: LiveViewConsumer, content: Content) -> None:
        if touch:
            count(consumer)

    known = liveview_registry.lookup("maybe")
    assert known is not None
    assert known.touches_session
    async with tab(await anew()) as page:
        await page.call("maybe")

    assert known.touches_session is touch


async def test_an_event_leaves_no_gate_behind() -> None:
    seen = []

    @handler
    def work(consumer: LiveViewConsumer, content: Content) -> None:
        seen.append(current_gate.get())

    async with tab(await anew()) as page:
        await page.call("work")
        await page.call("work")

    assert len(set(seen)) == 2
    assert None not in seen
    assert current_gate.get() is None


def test_a_plain_handler_ends_properly_when_its_loop_is_gone() -> None:
    """The process was told to end while it ran: its commit is made, and its lock given back."""
    entered, go_on = threading.Event(), threading.Event()

    @handler
    def hold(consumer: LiveViewConsumer, content: Content) -> None:
        count(consumer)
        send(consumer, {"title": "counted"})
        entered.set()
        assert go_on.wait(SECONDS)

    key = new_session(count=0)

    async def serve_until_it_runs() -> None:
        page = tab(key)
        await page.connect()
        await page.hello()
        page.event("hold")
        await asyncio.to_thread(entered.wait, SECONDS)

    asyncio.run(serve_until_it_runs())
    go_on.set()
    end = time.monotonic() + SECONDS
    while stored(key) != {"count": 1} and time.monotonic() < end:
        time.sleep(0.01)

    assert stored(key) == {"count": 1}
