"""S7: an ended session stays ended, and its pages are told."""

from __future__ import annotations

import asyncio
import threading
from typing import Any

import pytest
from asgiref.sync import sync_to_async
from django.contrib.auth import aget_user, alogin, login, logout
from django.contrib.auth.models import User
from django.contrib.sessions.models import Session
from django.core.handlers.asgi import ASGIHandler
from django.http import HttpRequest, HttpResponse
from django.urls import path

from liveview import liveview_handler, send
from liveview.consumers import LiveViewConsumer
from liveview.sessions.endings import hash_key, session_group
from tests_py.socket_driver import SECONDS, SocketDriver

from .stores import aend, anew, astored, error_of, stored, tab

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.urls(__name__),
]

ENDED = {"ended": {"reason": "session"}}


def sign_in(request: HttpRequest) -> HttpResponse:
    user, _ = User.objects.get_or_create(username="ada")
    login(request, user, backend="django.contrib.auth.backends.ModelBackend")
    return HttpResponse("signed in")


def sign_out(request: HttpRequest) -> HttpResponse:
    logout(request)
    return HttpResponse("signed out")


def flush(request: HttpRequest) -> HttpResponse:
    request.session.flush()
    return HttpResponse("flushed")


def cycle(request: HttpRequest) -> HttpResponse:
    request.session.cycle_key()
    return HttpResponse("cycled")


async def cycle_async(request: HttpRequest) -> HttpResponse:
    await request.session.acycle_key()
    return HttpResponse("cycled")


async def flush_async(request: HttpRequest) -> HttpResponse:
    await request.session.aflush()
    return HttpResponse("flushed")


async def sign_in_async(request: HttpRequest) -> HttpResponse:
    user, _ = await User.objects.aget_or_create(username="ada")
    await alogin(request, user, backend="django.contrib.auth.backends.ModelBackend")
    assert (await aget_user(request)).is_authenticated
    return HttpResponse("signed in")


VIEWS: list[Any] = [sign_in, sign_out, flush, cycle, cycle_async, flush_async, sign_in_async]
urlpatterns = [path(f"{view.__name__}/", view) for view in VIEWS]


async def request_view(url: str, session_key: str) -> str | None:
    """Asks the real ASGI application for a page; returns the session cookie that it sets."""
    sent: asyncio.Queue[dict[str, Any]] = asyncio.Queue()
    asked = [{"type": "http.request", "body": b"", "more_body": False}]

    async def receive() -> dict[str, Any]:
        return asked.pop() if asked else await asyncio.Event().wait()  # type: ignore[return-value]

    headers = [(b"host", b"testserver"), (b"cookie", f"sessionid={session_key}".encode())]
    scope = {
        "type": "http",
        "method": "GET",
        "path": f"/{url}/",
        "query_string": b"",
        "headers": headers,
        "http_version": "1.1",
    }
    application: Any = ASGIHandler()
    await application(scope, receive, sent.put)
    start = sent.get_nowait()
    assert start["status"] == 200, sent.get_nowait()["body"]
    cookies = [value.decode() for name, value in start["headers"] if name == b"Set-Cookie"]
    session = next((each for each in cookies if each.startswith("sessionid=")), None)
    return session and session.partition("=")[2].partition(";")[0].strip('"')


@liveview_handler("look")
def look(consumer: LiveViewConsumer, content: dict[str, Any]) -> None:
    send(consumer, {"target": "#out", "html": str(dict(consumer.scope["session"].items()))})


@liveview_handler("count")
def count(consumer: LiveViewConsumer, content: dict[str, Any]) -> None:
    session = consumer.scope["session"]
    session["count"] = session.get("count", 0) + 1
    send(consumer, {"target": "#out", "html": str(session["count"])})


@pytest.fixture(autouse=True)
def handlers(own_process: None) -> None:
    liveview_handler("count")(count)
    liveview_handler("look")(look)


async def ends(page: SocketDriver) -> bool:
    """Whether the page is told that its session has ended, and closed for it."""
    return await page.frame() == ENDED and await page.closing() == 4401


@pytest.mark.parametrize("view", VIEWS, ids=lambda view: str(view.__name__))
async def test_a_view_that_leaves_the_session_closes_its_pages(view: Any) -> None:
    key, stranger_key = await anew(count=1), await anew(count=1)
    async with tab(key) as first, tab(key) as second, tab(stranger_key) as stranger:
        new_key = await request_view(view.__name__, key)
        assert new_key != key
        assert await ends(first)
        assert await ends(second)
        assert await stranger.call("count") == [{"target": "#out", "html": "2"}]

    assert await astored(key) == {}


@pytest.mark.parametrize("view", ["sign_in", "cycle", "cycle_async", "sign_in_async"])
async def test_login_takes_along_what_was_there_and_pages_come_back_to_it(view: str) -> None:
    key = await anew(count=1)
    async with tab(key) as page:
        token = page.server_hello["session"]
        new_key = await request_view(view, key)
        assert await ends(page)
        async with tab(new_key, page=page.page, session=token) as again:
            assert again.server_hello["session"] == token
            assert await again.call("count") == [{"target": "#out", "html": "2"}]


async def test_logout_gives_the_next_page_another_identity() -> None:
    key = await anew(count=1)
    async with tab(key) as page:
        token = page.server_hello["session"]
        await request_view("sign_out", key)
        assert await ends(page)
    async with tab(key) as again:  # a browser that still has the old cookie
        assert again.server_hello["session"] not in (None, token) or (
            again.server_hello["session"] is None
        )


@pytest.mark.parametrize("view", ["sign_out", "flush", "sign_in", "cycle"])
async def test_a_running_handler_does_not_bring_the_old_key_back(
    merging_engine: object, view: str
) -> None:
    entered, go_on = asyncio.Event(), threading.Event()
    loop = asyncio.get_running_loop()

    @liveview_handler("hold")
    def hold(consumer: LiveViewConsumer, content: dict[str, Any]) -> None:
        count(consumer, content)
        loop.call_soon_threadsafe(entered.set)
        assert go_on.wait(SECONDS)

    key = await anew(count=1)
    async with tab(key) as page:
        page.event("hold")
        await entered.wait()
        new_key = await request_view(view, key)
        go_on.set()
        assert await ends(page)

    assert await sync_to_async(stored)(key) == {}
    if view in ("sign_in", "cycle"):
        assert (await astored(str(new_key)))["count"] == 1


async def test_what_waits_behind_an_ended_event_is_left_for_the_page_to_send_again() -> None:
    key = await anew(count=1)
    async with tab(key) as page:
        await aend(key)
        page.event("count")
        page.event("count")
        assert await ends(page)
        assert page.pending() == 0


async def test_flush_in_a_handler_ends_all_pages_of_the_session(merging_engine: object) -> None:
    @liveview_handler("leave")
    def leave(consumer: LiveViewConsumer, content: dict[str, Any]) -> None:
        consumer.scope["session"].flush()
        send(consumer, {"target": "#out", "html": "good-bye"})

    key = await anew(count=1)
    async with tab(key) as page, tab(key) as other:
        assert (await page.call("leave"))[0]["html"] == "good-bye"
        assert await ends(page)
        assert await ends(other)

    assert await astored(key) == {}


@pytest.mark.parametrize("verb", ["flush", "delete", "aflush", "adelete"])
async def test_each_way_to_end_a_session_in_a_handler_waits_for_the_commit(verb: str) -> None:
    seen = []

    @liveview_handler("leave")
    async def leave(consumer: LiveViewConsumer, content: dict[str, Any]) -> None:
        outcome = getattr(consumer.scope["session"], verb)()
        if outcome is not None:
            await outcome
        seen.append(await astored(key))

    key = await anew(count=1)
    async with tab(key) as page:
        await page.call("leave")
        assert await ends(page)

    assert seen == [{"count": 1}]
    assert await astored(key) == {}


@pytest.mark.parametrize("verb", [login, logout])
async def test_login_and_logout_in_a_handler_are_refused_with_the_way_out(
    settings: Any, verb: Any
) -> None:
    settings.DEBUG = True

    @liveview_handler("enter")
    def enter(consumer: LiveViewConsumer, content: dict[str, Any]) -> None:
        request = HttpRequest()
        request.session = consumer.scope["session"]
        if verb is logout:
            logout(request)
        else:
            user, _ = User.objects.get_or_create(username="ada")
            login(request, user, backend="django.contrib.auth.backends.ModelBackend")

    key = await anew(count=1)
    async with tab(key) as page:
        error = await error_of(page, "enter")

    assert error is not None
    assert (
        "a socket cannot set one. Do it in a view, and send the browser there."
        in (error["message"])
    )
    assert await astored(key) == {"count": 1}


async def test_a_page_that_lost_its_session_is_told_and_shows_nothing_unsaved() -> None:
    async with tab(await anew(count=1)) as page:
        had = page.server_hello["session"]
    async with tab(None, page=page.page, session=had) as orphan:
        error = await error_of(orphan, "count")
        assert error is not None
        assert error["code"] == "session_ended"
        assert await orphan.call("look") == [{"target": "#out", "html": "{}"}]

    assert await Session.objects.acount() == 1


async def test_a_first_visitor_without_a_session_is_none_that_has_lost_it() -> None:
    async with tab(None) as page:
        assert await page.call("count") == [{"target": "#out", "html": "1"}]


async def test_a_session_that_expires_meanwhile_ends_its_pages() -> None:
    @liveview_handler("expire")
    def expire(consumer: LiveViewConsumer, content: dict[str, Any]) -> None:
        consumer.scope["session"].set_expiry(-1)

    async with tab(await anew(count=1)) as page:
        await page.call("expire")
        page.event("count")
        assert await ends(page)


def test_a_group_does_not_tell_the_key_of_its_session() -> None:
    assert "secretkey" not in session_group("secretkey")
    assert session_group("secretkey") == f"session_{hash_key('secretkey')}"
