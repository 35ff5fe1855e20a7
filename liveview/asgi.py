"""The whole ASGI application of a project, in one line of its ``asgi.py``."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

import django
from channels.auth import AuthMiddleware
from channels.routing import ProtocolTypeRouter, URLRouter
from channels.sessions import CookieMiddleware
from django.contrib.staticfiles.handlers import ASGIStaticFilesHandler
from django.core.handlers.asgi import ASGIHandler

from liveview import conf
from liveview.routing import get_liveview_urlpatterns
from liveview.sessions.engines import session_engine

DEFAULT_PORTS = {"http": 80, "https": 443}


def get_liveview_application(websocket_urlpatterns: list[Any] | None = None) -> Any:
    """HTTP and WebSocket: origin check, cookies, session, user, routing.

    ``websocket_urlpatterns`` are those of a project with sockets of its own besides, or with
    another path; ``get_liveview_urlpatterns()`` if there are none. Static files are served under
    any ASGI server while ``DEBUG`` is on.
    """
    django.setup(set_prefix=False)
    http = ASGIStaticFilesHandler(ASGIHandler()) if conf.is_debug() else ASGIHandler()
    routes = websocket_urlpatterns or get_liveview_urlpatterns()
    stack = CookieMiddleware(SessionOfCookie(AuthMiddleware(URLRouter(routes))))
    websocket = OriginCheck(stack)
    return ProtocolTypeRouter({"http": http, "websocket": websocket})


class SessionOfCookie:
    """``scope["session"]``. Channels' own middleware looks into the session with every message
    that is sent, to save it with those that carry cookies; a socket's messages carry none."""

    def __init__(self, application: Any) -> None:
        self._application = application

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        session_key = scope["cookies"].get(conf.django_setting("SESSION_COOKIE_NAME"))
        session = session_engine()(session_key)
        await self._application({**scope, "session": session}, receive, send)


class OriginCheck:
    """Refuses sockets that a page of another site asks for.

    A page of the same host may always; ``LIVEVIEW["ALLOWED_ORIGINS"]`` (``"https://example.org"``)
    names others. Who sends no ``Origin`` is no browser, and has no visitor's cookies to misuse.
    """

    def __init__(self, application: Any) -> None:
        self._application = application

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        if _is_allowed(scope):
            await self._application(scope, receive, send)
        else:
            await receive()
            await send({"type": "websocket.close", "code": 4403})


def _is_allowed(scope: Any) -> bool:
    headers = dict(scope["headers"])
    origin = headers.get(b"origin", b"").decode("latin-1")
    if not origin or origin in (conf.get("ALLOWED_ORIGINS") or ()):
        return True
    scheme, _, host = origin.partition("://")
    name, port = _address(host, scheme)
    return name is not None and (name, port) == _address(_own_host(headers), scheme)


def _own_host(headers: dict[bytes, bytes]) -> str:
    name = b"host"
    if conf.django_setting("USE_X_FORWARDED_HOST") and b"x-forwarded-host" in headers:
        name = b"x-forwarded-host"
    return headers.get(name, b"").decode("latin-1")


def _address(host: str, scheme: str) -> tuple[str | None, int | None]:
    """Host and port; browsers leave out the scheme's own port, proxies do not always."""
    try:
        parts = urlsplit(f"//{host}")
        return parts.hostname, parts.port or DEFAULT_PORTS.get(scheme)
    except ValueError:
        return None, None
