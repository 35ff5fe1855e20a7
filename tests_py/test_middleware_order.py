"""A page that is asked for comes after what its visitor did before."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterator
from typing import Any

import pytest
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.test import AsyncClient
from django.urls import path

from liveview import middleware
from liveview.consumers import LiveViewConsumer
from liveview.decorators import LiveviewHandlerRegistry
from liveview.sessions.locks import SessionLock, session_queues
from tests_py.sessions.stores import anew, tab

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.urls(__name__)]

SECONDS = 10.0


def show(request: HttpRequest) -> HttpResponse:
    return HttpResponse(str(request.session.get("draft")))


urlpatterns = [path("show/", show)]


@pytest.fixture
def released(registry: LiveviewHandlerRegistry) -> Iterator[threading.Event]:
    """The handler ``keep`` writes a draft when this is set."""
    released = threading.Event()

    @registry.register("keep")
    def keep(consumer: LiveViewConsumer, content: dict[str, Any]) -> None:
        assert released.wait(SECONDS)
        consumer.scope["session"]["draft"] = "typed last"

    yield released
    released.set()


def visitor(session_key: str) -> AsyncClient:
    client = AsyncClient()
    client.cookies[settings.SESSION_COOKIE_NAME] = session_key
    return client


async def text_of(client: AsyncClient) -> str:
    response = await asyncio.wait_for(client.get("/show/"), SECONDS)
    return response.content.decode()


async def in_line(session_key: str, number: int) -> None:
    async with asyncio.timeout(SECONDS):
        while len(session_queues._lines.get(session_key, ())) < number:
            await asyncio.sleep(0)


async def test_a_view_shows_what_a_handler_before_it_has_saved(
    released: threading.Event, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(middleware, "HANDLERS_FIRST_SECONDS", SECONDS)
    key = await anew()
    async with tab(key) as page:
        page.event("keep")
        await in_line(key, 1)
        answer = asyncio.create_task(text_of(visitor(key)))
        await in_line(key, 2)
        released.set()

        assert await answer == "typed last"


async def test_a_view_waits_for_a_slow_handler_for_a_moment_only(
    released: threading.Event,
) -> None:
    key = await anew()
    async with tab(key) as page:
        page.event("keep")
        await in_line(key, 1)

        assert await text_of(visitor(key)) == "None"
        assert len(session_queues._lines[key]) == 1


async def test_a_visitor_without_an_open_page_waits_for_nobody(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(middleware, "HANDLERS_FIRST_SECONDS", 2 * SECONDS)
    key = await anew(draft="typed first")
    lock = SessionLock(key)
    await lock.acquire()

    assert await text_of(visitor(key)) == "typed first"
    lock.release()
