"""S7: requests that end a session tell its pages, in every process; only afterwards."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from asgiref.sync import sync_to_async
from channels.layers import channel_layers, get_channel_layer
from django.conf import settings as django_settings
from django.contrib.auth import logout
from django.http import HttpRequest, HttpResponse
from django.test import AsyncClient, Client
from django.urls import path

from liveview import hub
from liveview.hub import layer_group
from liveview.sessions.endings import hash_key, session_group
from tests_py.sessions.stores import anew, new_session, tab

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.urls(__name__)]

DJANGO = "django.contrib.sessions.middleware.SessionMiddleware"
happened: list[str] = []


def sign_out(request: HttpRequest) -> HttpResponse:
    logout(request)
    happened.append("the view is over")
    return HttpResponse("signed out")


urlpatterns = [path("sign_out/", sign_out)]


@pytest.fixture(autouse=True)
def own_layer() -> None:
    channel_layers.backends.clear()


def of(session_key: str, client: Any) -> Any:
    client.cookies[django_settings.SESSION_COOKIE_NAME] = session_key
    return client


async def told(channel: str) -> dict[str, Any]:
    async with asyncio.timeout(5):
        message: dict[str, Any] = await get_channel_layer().receive(channel)
        return message


@pytest.mark.parametrize("middleware", ["liveview.middleware.SessionMiddleware", DJANGO])
async def test_logout_closes_the_pages_here(settings: Any, middleware: str) -> None:
    settings.MIDDLEWARE = [middleware, *settings.MIDDLEWARE[1:]]
    key = await anew(count=1)
    async with tab(key) as page:
        await of(key, AsyncClient()).get("/sign_out/")
        assert await page.frame() == {"ended": {"reason": "session"}}
        assert await page.closing() == 4401


async def test_logout_tells_the_other_processes() -> None:
    """A process without pages of its own sends it through the channel layer."""
    key = await anew(count=1)
    layer, group = get_channel_layer(), session_group(key)
    await layer.group_add(layer_group(group), "another.process")
    await of(key, AsyncClient()).get("/sign_out/")

    message = await told("another.process")
    assert message["group"] == group
    assert message["items"] == [["end", hash_key(key)]]


async def test_logout_without_a_session_tells_nobody() -> None:
    answer = await AsyncClient().get("/sign_out/")

    assert answer.status_code == 200


def test_pages_are_told_after_the_response_and_once(settings: Any) -> None:
    settings.CHANNEL_LAYERS = {"default": {"BACKEND": f"{__name__}.NotingLayer"}}
    happened.clear()
    of(new_session(count=1), Client()).get("/sign_out/")

    assert happened == ["the view is over", "the pages are told"]


class NotingLayer:
    """A channel layer in which the test sees when something is sent."""

    async def group_send(self, group: str, message: Any) -> None:
        happened.append("the pages are told")


def test_a_layer_that_is_down_is_logged_and_the_logout_stands(
    settings: Any, caplog: pytest.LogCaptureFixture
) -> None:
    settings.CHANNEL_LAYERS = {"default": {"BACKEND": f"{__name__}.BrokenLayer"}}
    key = new_session(count=1)
    answer = of(key, Client()).get("/sign_out/")

    assert answer.content == b"signed out"
    assert "The pages of an ended session could not be told." in caplog.text


class BrokenLayer:
    """A Redis that cannot be reached."""

    async def group_send(self, group: str, message: Any) -> None:
        raise ConnectionError


async def test_a_project_without_a_channel_layer_can_log_out(settings: Any) -> None:
    settings.CHANNEL_LAYERS = {}
    assert await sync_to_async(hub.reachable_hub)() is None
    key = await anew(count=1)

    assert (await of(key, AsyncClient()).get("/sign_out/")).status_code == 200
