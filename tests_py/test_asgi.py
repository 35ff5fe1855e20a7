"""The whole ASGI application, in one line or put together by hand."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import pytest
import uvicorn
from channels.auth import AuthMiddlewareStack
from channels.routing import ProtocolTypeRouter, URLRouter
from channels.security.websocket import AllowedHostsOriginValidator
from django.contrib.auth.models import User
from django.contrib.sessions.backends.db import SessionStore
from django.core.asgi import get_asgi_application
from pytest_django import Settings

from liveview import send
from liveview.asgi import get_liveview_application
from liveview.consumers import LiveViewConsumer
from liveview.decorators import LiveviewHandlerRegistry
from liveview.routing import get_liveview_path, get_liveview_urlpatterns
from tests_py.socket_driver import SocketDriver

pytestmark = pytest.mark.django_db(transaction=True)

Content = dict[str, Any]
Headers = list[tuple[bytes, bytes]]

HOST = (b"host", b"example.org:8000")


def socket_with(headers: Headers, application: Any = None) -> SocketDriver:
    return SocketDriver(application or get_liveview_application(), headers=headers)


async def is_let_in(headers: Headers, application: Any = None) -> bool:
    socket = socket_with(headers, application)
    opening = await socket.connect()
    if opening["type"] == "websocket.accept":
        await socket.disconnect()
        return True
    assert opening == {"type": "websocket.close", "code": 4403}
    return False


# Origins


@pytest.mark.parametrize(
    ("host", "origin"),
    [
        (b"example.org:8000", b"http://example.org:8000"),
        (b"example.org", b"http://example.org"),
        (b"example.org", b"https://example.org"),
        (b"example.org:443", b"https://example.org"),
        (b"EXAMPLE.org", b"https://example.ORG"),
        (b"[::1]:8000", b"http://[::1]:8000"),
    ],
    ids=str,
)
async def test_a_page_of_the_same_host_is_let_in(host: bytes, origin: bytes) -> None:
    assert await is_let_in([(b"host", host), (b"origin", origin)])


@pytest.mark.parametrize(
    ("host", "origin"),
    [
        (b"example.org", b"https://evil.example"),
        (b"example.org", b"https://example.org.evil.example"),
        (b"example.org", b"https://example.org:8443"),
        (b"example.org", b"https://evil.example/example.org"),
        (b"example.org", b"https://example.org@evil.example"),
        (b"example.org", b"null"),
        (b"example.org", b"https://[broken"),
        (b"example.org", b"\xff\xfe"),
        (b"", b"null"),
    ],
    ids=str,
)
async def test_a_page_of_another_host_is_refused(host: bytes, origin: bytes) -> None:
    assert not await is_let_in([(b"host", host), (b"origin", origin)])


async def test_who_names_no_origin_is_no_browser_and_let_in() -> None:
    assert await is_let_in([HOST])


async def test_a_project_may_name_other_origins(settings: Settings) -> None:
    settings.LIVEVIEW = {"ALLOWED_ORIGINS": ["https://app.example"]}

    assert await is_let_in([HOST, (b"origin", b"https://app.example")])
    assert not await is_let_in([HOST, (b"origin", b"http://app.example")])


async def test_the_host_that_a_proxy_forwards_counts_where_it_is_trusted(
    settings: Settings,
) -> None:
    headers = [
        (b"host", b"inner:8000"),
        (b"x-forwarded-host", b"example.org"),
        (b"origin", b"https://example.org"),
    ]

    assert not await is_let_in(headers)
    settings.USE_X_FORWARDED_HOST = True
    assert await is_let_in(headers)


# Sessions and users


@pytest.fixture
def visitor(transactional_db: None) -> Headers:
    """The cookie of a visitor who is logged in."""
    user = User.objects.create_user("ada")
    session = SessionStore()
    session["_auth_user_id"] = str(user.pk)
    session["_auth_user_backend"] = "django.contrib.auth.backends.ModelBackend"
    session["_auth_user_hash"] = user.get_session_auth_hash()
    session["colour"] = "green"
    session.save()
    return [(b"host", b"localhost"), (b"cookie", f"sessionid={session.session_key}".encode())]


def by_hand() -> Any:
    routes = URLRouter(get_liveview_urlpatterns())
    websocket = AllowedHostsOriginValidator(AuthMiddlewareStack(routes))
    return ProtocolTypeRouter({"http": get_asgi_application(), "websocket": websocket})


@pytest.mark.parametrize("make", [get_liveview_application, by_hand])
async def test_a_handler_finds_session_and_user(
    registry: LiveviewHandlerRegistry, visitor: Headers, make: Any
) -> None:
    @registry.register("who")
    def who(consumer: LiveViewConsumer, content: Content) -> None:
        user, session = consumer.scope["user"], consumer.scope["session"]
        send(consumer, {"title": f"{user.username} likes {session['colour']}"})

    headers = [*visitor, (b"origin", b"http://localhost")]
    async with socket_with(headers, make()) as socket:
        assert await socket.call("who") == [{"title": "ada likes green"}]
        assert socket.server_hello["session"]


async def test_the_long_form_checks_allowed_hosts() -> None:
    socket = socket_with([(b"host", b"localhost"), (b"origin", b"https://evil.example")], by_hand())

    assert (await socket.connect())["type"] == "websocket.close"
    await socket.disconnect()


async def test_a_project_may_have_a_path_of_its_own() -> None:
    application = get_liveview_application([get_liveview_path("own/<str:room_name>/")])

    async with SocketDriver(application, path="/own/", headers=[HOST]) as socket:
        assert socket.server_hello["resumed"] is False


# HTTP


async def get(application: Any, path: str) -> tuple[int, bytes]:
    """Status and body of a request."""
    sent: list[dict[str, Any]] = []
    requests = [{"type": "http.request", "body": b"", "more_body": False}]

    async def receive() -> dict[str, Any]:
        if requests:
            return requests.pop()
        await asyncio.sleep(3600)
        raise AssertionError

    async def keep(message: dict[str, Any]) -> None:
        sent.append(message)

    scope = {
        "type": "http",
        "method": "GET",
        "path": path,
        "raw_path": path.encode(),
        "query_string": b"",
        "headers": [(b"host", b"localhost")],
    }
    await application(scope, receive, keep)
    return sent[0]["status"], b"".join(message.get("body", b"") for message in sent[1:])


async def test_views_are_answered() -> None:
    assert await get(get_liveview_application(), "/alive/") == (200, b"alive")


@pytest.mark.parametrize(("debug", "status"), [(True, 200), (False, 404)])
async def test_static_files_are_served_under_debug_only(
    settings: Settings, tmp_path: Path, debug: bool, status: int
) -> None:
    (tmp_path / "page.css").write_text("p {}")
    settings.STATICFILES_DIRS = [tmp_path]
    settings.DEBUG = debug

    assert (await get(get_liveview_application(), "/static/page.css"))[0] == status


# Servers


@pytest.mark.parametrize("lifespan", ["auto", "off"])
async def test_uvicorn_starts_it_although_it_has_no_lifespan(lifespan: Any) -> None:
    config = uvicorn.Config(get_liveview_application(), lifespan=lifespan, log_config=None)
    config.load()
    life = config.lifespan_class(config)
    await life.startup()

    assert not life.should_exit
    await life.shutdown()
